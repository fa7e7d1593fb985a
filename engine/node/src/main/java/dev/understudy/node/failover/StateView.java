package dev.understudy.node.failover;

import dev.understudy.core.failover.Beat;
import dev.understudy.core.failover.Chore;
import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.FailoverRules;
import dev.understudy.core.failover.Hook;
import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.State;
import dev.understudy.core.failover.WaitReason;
import dev.understudy.core.member.NodeId;
import dev.understudy.node.api.ModuleState;
import dev.understudy.node.check.ResourceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Puts what the core knows into the words of the API; pure.
final class StateView {
    private StateView() {}

    /// Describes a module now.
    static ModuleState of(
            ModuleRuntime.Facts facts,
            ModuleLoop loop,
            DataPath.Numbers numbers,
            List<ModuleState.Address> addresses,
            List<ResourceState> resources,
            List<String> off,
            UnaryOperator<String> action,
            String quarantine,
            UnaryOperator<String> running,
            long nowNs) {
        Node node = loop.node();
        return new ModuleState(
                facts.name(),
                facts.version(),
                facts.digest(),
                node.settings().isLight() ? "light" : "mirror",
                node.settings().self().name(),
                ModuleState.State.valueOf(node.state().name()),
                status(node),
                health(node),
                data(facts, node.saved().data()),
                reason(loop, node),
                loop.rule(),
                loop.sinceMs(),
                activity(node, running, nowNs),
                node.settings().isLight() ? null : peer(facts, node, nowNs),
                node.settings().isLight() ? null : register(node),
                facts.isReplicating() ? replication(facts, node, numbers) : null,
                resync(node, numbers.resync()),
                addresses,
                resources.stream()
                        .map(state -> resource(state, action.apply(state.id()), nowNs))
                        .toList(),
                rules(node, nowNs),
                warnings(node, numbers, off, quarantine));
    }

    private static ModuleState.Status status(Node node) {
        if (node.isBusy()) return ModuleState.Status.TRANSIENT;
        return switch (node.state()) {
            case STOP -> ModuleState.Status.NOT_READY;
            case SECOND -> ModuleState.Status.READY;
            case PRIM, ALONE, UP ->
                    node.app().isUp() && !node.lease().isFrozen()
                            ? ModuleState.Status.READY
                            : ModuleState.Status.TRANSIENT;
            case WAIT -> waiting(node.reason());
        };
    }

    private static String health(Node node) {
        return switch (node.state()) {
            case STOP -> node.isBusy() ? "transient" : "stopped";
            case WAIT ->
                    node.isBusy() || waiting(node.reason()) == ModuleState.Status.TRANSIENT
                            ? "transient"
                            : "waiting";
            case SECOND -> node.isBusy() ? "transient" : "good";
            case PRIM, ALONE, UP -> {
                if (!Redundancy.lack(node).isEmpty()) yield "degraded";
                yield node.isBusy() || !node.app().isUp() ? "transient" : "good";
            }
        };
    }

    private static ModuleState.Status waiting(WaitReason reason) {
        return switch (reason) {
            case NONE,
                    STARTING,
                    LISTENING,
                    SYNCING,
                    SETTING_BACK,
                    KEEPING,
                    READY,
                    STOPPING,
                    PEER_TAKES_NOTE ->
                    ModuleState.Status.TRANSIENT;
            default -> ModuleState.Status.NOT_READY;
        };
    }

    private static ModuleState.DataState data(ModuleRuntime.Facts facts, DataState data) {
        if (!facts.isReplicating()) return ModuleState.DataState.NONE;
        return switch (data) {
            case NEW -> ModuleState.DataState.NEW;
            case UP_TO_DATE, READY -> ModuleState.DataState.UP_TO_DATE;
            case OUTDATED -> ModuleState.DataState.OUTDATED;
            case SYNCING -> ModuleState.DataState.SYNCING;
            case SUSPECT -> ModuleState.DataState.SUSPECT;
            case DIVERGED -> ModuleState.DataState.DIVERGED;
        };
    }

    private static String reason(ModuleLoop loop, Node node) {
        return node.reason() == WaitReason.NONE ? loop.reason() : node.reason().text();
    }

    private static String activity(Node node, UnaryOperator<String> running, long nowNs) {
        if (!node.app().chores().isEmpty()) {
            Chore chore = node.app().chores().getFirst();
            Hook hook = chore.hook();
            return hook != null
                    ? running.apply(hook.script())
                    : chore.kind().name().toLowerCase(Locale.ROOT);
        }
        Node.Trouble trouble = node.app().trouble();
        if (node.isServing() && trouble.retryNs() != 0) {
            long waitS = Math.max(0, trouble.retryNs() - nowNs) / 1_000_000_000L;
            return "next try in %d s, after %d failures; last: %s"
                    .formatted(waitS, trouble.tries(), trouble.cause());
        }
        if (!node.duty().jobs().isEmpty()) {
            return String.valueOf(node.duty().jobs().getFirst()).toLowerCase(Locale.ROOT);
        }
        return "";
    }

    private static ModuleState.Peer peer(ModuleRuntime.Facts facts, Node node, long nowNs) {
        Beat beat = node.peer().beat();
        String name = node.settings().peer().name();
        if (beat == null) return new ModuleState.Peer(name, false, null, null, null);
        long silentNs = Math.max(0, nowNs - node.peer().receivedNs());
        return new ModuleState.Peer(
                name,
                silentNs < node.settings().timing().graceNs(),
                silentNs / 1_000_000,
                ModuleState.State.valueOf(beat.state().name()),
                data(facts, beat.data()));
    }

    private static ModuleState.Register register(Node node) {
        NodeId primary = node.register().primary();
        return new ModuleState.Register(
                node.register().epoch().value(),
                node.register().inSync().stream().map(NodeId::name).toList(),
                primary == null ? "" : primary.name(),
                node.register().generation().toString(),
                node.settings().isolation().name().toLowerCase(Locale.ROOT));
    }

    private static ModuleState.Replication replication(
            ModuleRuntime.Facts facts, Node node, DataPath.Numbers numbers) {
        String link = numbers.isConnected() ? "up" : node.state() == State.STOP ? "none" : "down";
        return new ModuleState.Replication(
                link,
                numbers.lagOperations(),
                numbers.unconfirmedBytes(),
                numbers.dirtyBytes(),
                numbers.dirtyFiles(),
                numbers.writtenBytesPerSecond(),
                numbers.latency().writeP50Us(),
                numbers.latency().writeP99Us(),
                numbers.latency().syncP50Us(),
                numbers.latency().operations(),
                numbers.latency().bytes(),
                facts.durability());
    }

    private static ModuleState.@Nullable Resync resync(Node node, DataPath.Resync resync) {
        if (resync.phase().isEmpty()) return null;
        long leftBytes = Math.max(0, resync.bytesTotal() - resync.bytesDone());
        Long secondsLeft =
                resync.bytesPerSecond() > 0 && resync.bytesTotal() > 0
                        ? leftBytes / resync.bytesPerSecond()
                        : null;
        return new ModuleState.Resync(
                node.isServing() ? "to-peer" : "from-peer",
                resync.phase(),
                resync.filesDone(),
                resync.filesTotal(),
                resync.bytesDone(),
                resync.bytesTotal(),
                resync.bytesPerSecond(),
                secondsLeft);
    }

    private static ModuleState.Resource resource(ResourceState state, String action, long nowNs) {
        String value =
                switch (state.health()) {
                    case INIT -> "unknown";
                    case UP -> "up";
                    case DOWN -> "down";
                };
        return new ModuleState.Resource(
                state.id(), value, atMs(state.sinceNs(), nowNs), state.detail(), action);
    }

    private static long atMs(long atNs, long nowNs) {
        return System.currentTimeMillis() - (nowNs - atNs) / 1_000_000;
    }

    private static List<ModuleState.Rule> rules(Node node, long nowNs) {
        List<ModuleState.Rule> rules = new ArrayList<>();
        for (FailoverRules.Entry rule : node.settings().rules().rules()) {
            Node.Held held = node.app().rulings().held().get(rule.id());
            rules.add(
                    new ModuleState.Rule(
                            rule.id(),
                            rule.text(),
                            rule.stableNs() / 1_000_000,
                            rule.action().name().toLowerCase(Locale.ROOT),
                            held == null ? "idle" : held.isDone() ? "done" : "holds",
                            held == null ? null : atMs(held.sinceNs(), nowNs)));
        }
        return rules;
    }

    private static List<String> warnings(
            Node node, DataPath.Numbers numbers, List<String> off, String quarantine) {
        List<String> warnings = new ArrayList<>();
        if (node.state() == State.ALONE) {
            warnings.add(
                    "degraded: no synchronised second; %,d bytes in %,d files are on this node only"
                            .formatted(numbers.dirtyBytes(), numbers.dirtyFiles()));
        }
        if (node.isServing() && node.app().trouble().retryNs() != 0) {
            warnings.add("the application does not run: " + node.app().trouble().cause());
        }
        if (node.lease().isFrozen()) {
            warnings.add("frozen: heartbeats of the peer are missing, writes wait");
        }
        if (!off.isEmpty()) {
            warnings.add("checkers are switched off: " + String.join(", ", off));
        }
        if (node.settings().isLight()) {
            return warnings;
        }
        if (!quarantine.isEmpty()) {
            warnings.add(quarantine);
        }
        boolean byEvidence = node.settings().isolation() != Isolation.MAJORITY;
        boolean canJudge = node.settings().isEvidencePossible() || node.settings().isFencing();
        if (byEvidence && !canJudge) {
            warnings.add(
                    "no automatic failover from silence: a ping witness and a virtual address are"
                            + " needed to judge a silent peer");
        }
        if (!node.settings().failover()) {
            warnings.add("failover is off");
        } else if (node.saved().isFailoverHeld()) {
            warnings.add("failover is switched off here until 'failover on'");
        }
        if (node.wish().isOwed() && !node.settings().isSwapBackOpen()) {
            warnings.add(
                    "%s, the preferred primary, is in sync and gets the service back at another time"
                            .formatted(node.settings().peer().name()));
        }
        if (node.saved().isDetached()) {
            warnings.add("detached: this side is not resynchronised until 'attach'");
        }
        return warnings;
    }
}
