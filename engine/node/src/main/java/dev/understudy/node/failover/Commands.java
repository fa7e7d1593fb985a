package dev.understudy.node.failover;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.State;
import dev.understudy.core.failover.WaitReason;
import dev.understudy.node.api.Command;
import dev.understudy.node.api.Outcome;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Follows operators' commands from the core's answer to their goal.
///
/// A command is refused at once, or begun and then judged after each step of the loop by the state
/// that it led to.
final class Commands implements Answers {
    private final String module;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();

    private static final class Pending {
        final Command command;
        final State before;
        final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        volatile boolean accepted;
        @Nullable Long acceptedNs; // the loop's thread alone

        Pending(Command command, State before) {
            this.command = command;
            this.before = before;
        }
    }

    Commands(String module) {
        this.module = module;
    }

    /// Registers a command; the caller then offers it to the loop under the id.
    long begin(Command command, State before) {
        long id = ids.incrementAndGet();
        pending.put(id, new Pending(command, before));
        return id;
    }

    /// The outcome of a command that was begun.
    CompletionStage<Outcome> outcome(long id) {
        Pending waiting = pending.get(id);
        if (waiting == null) throw new IllegalArgumentException("no command " + id);
        return waiting.outcome;
    }

    @Override
    public void answer(Effect.Answer answer) {
        Pending waiting = pending.get(answer.id());
        if (waiting == null) return;
        if (answer.accepted()) {
            waiting.accepted = true;
        } else {
            pending.remove(answer.id());
            waiting.outcome.complete(new Outcome.Refused("refused", answer.text(), ""));
        }
    }

    /// Judges what is pending by the node as it is now.
    void watch(Node node) {
        for (Iterator<Pending> it = pending.values().iterator(); it.hasNext(); ) {
            Pending waiting = it.next();
            if (!waiting.accepted) continue;
            if (waiting.acceptedNs == null) waiting.acceptedNs = node.nowNs();
            Outcome outcome = judge(waiting, node);
            if (outcome == null) continue;
            it.remove();
            waiting.outcome.complete(outcome);
        }
    }

    /// Ends what is pending: the module goes away.
    void abandon(String reason) {
        for (Iterator<Pending> it = pending.values().iterator(); it.hasNext(); ) {
            Pending waiting = it.next();
            it.remove();
            waiting.outcome.complete(new Outcome.Failed("abandoned", reason, ""));
        }
    }

    private @Nullable Outcome judge(Pending waiting, Node node) {
        switch (waiting.command) {
            case DETACH -> {
                return done(node, "is detached: it is not resynchronised until 'attach'");
            }
            case ATTACH -> {
                return done(node, "may be resynchronised");
            }
            case FAILOVER_ON -> {
                return done(node, "takes over by itself");
            }
            case FAILOVER_OFF -> {
                return done(node, "takes over by an operator's word only");
            }
            default -> {}
        }
        boolean asks = node.wish().askedUntilNs() > node.nowNs();
        if (node.isBusy() || asks) return null;
        return switch (waiting.command) {
            case STOP, FORCESTOP -> node.state() == State.STOP ? done(node, "is stopped") : null;
            case RESTART -> node.isServing() && !node.app().isUp() ? null : settled(waiting, node);
            case SWAP -> swapped(waiting, node);
            default -> settled(waiting, node);
        };
    }

    private @Nullable Outcome swapped(Pending waiting, Node node) {
        if (node.state() != waiting.before) return settled(waiting, node);
        return failed(node, "roles were not exchanged");
    }

    private @Nullable Outcome settled(Pending waiting, Node node) {
        return switch (node.state()) {
            case PRIM, ALONE, UP ->
                    node.app().isUp()
                            ? done(node, "is " + node.state())
                            : node.app().isFailed() ? failed(node, "application failed") : null;
            case SECOND -> done(node, "is SECOND");
            case STOP -> failed(node, "is stopped");
            case WAIT -> waits(waiting, node);
        };
    }

    private @Nullable Outcome waits(Pending waiting, Node node) {
        WaitReason reason = node.reason();
        return switch (reason) {
            case NONE, STARTING, LISTENING, SETTING_BACK, READY, PEER_TAKES_NOTE, STOPPING -> null;
            case SYNCING -> done(node, "is " + reason.text());
            case KEEPING -> done(node, "is first kept: " + reason.text());
            default -> hasHeard(waiting, node) ? failed(node, "waits: " + reason.text()) : null;
        };
    }

    /// Tells whether a node that waits may be judged: what its peer has just become, as `prim`
    /// there followed by `second` here, may be on its way until the peer counts as silent.
    private static boolean hasHeard(Pending waiting, Node node) {
        long sinceNs = waiting.acceptedNs == null ? node.nowNs() : waiting.acceptedNs;
        return node.nowNs() - sinceNs > node.settings().timing().graceNs();
    }

    private Outcome done(Node node, String what) {
        return new Outcome.Done(module + " " + what + " on " + node.settings().self().name());
    }

    private Outcome failed(Node node, String what) {
        String where = node.settings().self().name();
        return new Outcome.Failed(
                "not-reached",
                module + " on " + where + ": " + what + "; state " + node.state(),
                "see 'safe log -m " + module + " --node " + where + "'");
    }
}
