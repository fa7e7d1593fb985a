package dev.understudy.core.failover;

import dev.understudy.core.member.Epoch;
import dev.understudy.core.member.Generation;
import java.util.ArrayList;
import java.util.List;

/// What an operator asks, and what is refused with its reason.
final class Commands {
    /// How long a SECOND asks PRIM for a swap.
    private static final long ASKS_NS = 10_000_000_000L;

    private Commands() {}

    static void run(Draft d, Event.Commanded event) {
        String refusal =
                d.settings.isLight() && Light.hasNo(event.command())
                        ? "a module of kind light runs on its own node and has no peer: use 'start',"
                                + " 'stop' or 'restart'"
                        : begin(d, event);
        d.act(
                new Effect.Answer(
                        event.id(),
                        refusal.isEmpty(),
                        refusal.isEmpty() ? event.command() + " begun" : refusal));
    }

    private static String begin(Draft d, Event.Commanded event) {
        return switch (event.command()) {
            case START -> start(d, Node.Goal.START);
            case SECOND -> second(d, event);
            case PRIM -> prim(d, event);
            case STOP -> stop(d, Rule.STOP, false);
            case FORCESTOP -> forceStop(d);
            case STOPSTART -> stop(d, Rule.STOP, true);
            case RESTART -> restart(d);
            case SWAP ->
                    d.state == State.SECOND ? askSwap(d) : swap(d, Rule.SWAP, "by the operator");
            case DETACH -> detach(d, true);
            case ATTACH -> detach(d, false);
            case FAILOVER_ON -> failover(d, true);
            case FAILOVER_OFF -> failover(d, false);
        };
    }

    private static String start(Draft d, Node.Goal goal) {
        Resources.forgive(d);
        if (d.state == State.STOP) {
            Starting.start(d, goal, "by the operator");
        } else if (d.isStopping()) {
            d.goal = new Node.Goal(Node.Wanted.STOP, false, goal.isFullSync(), true);
        } else {
            d.goal = goal;
            d.isMoved = true;
            if (d.state == State.WAIT && d.disk.hasFault() && d.isIdle()) {
                Starting.start(d, goal, "after a fault of the data path");
            }
        }
        return "";
    }

    private static String second(Draft d, Event.Commanded event) {
        if (d.isServing() && !d.isStopping()) {
            return "this node serves: use 'swap' to exchange the roles, or 'stop' first";
        }
        if (d.state == State.SECOND) {
            return "";
        }
        boolean bad = d.saved.data() == DataState.DIVERGED || d.saved.data() == DataState.SUSPECT;
        if (bad && !event.force()) {
            return "the copy here is "
                    + d.saved.data()
                    + " and would be overwritten: 'second --force' puts what it has of its own into"
                    + " quarantine on this node first";
        }
        Node.Goal goal = new Node.Goal(Node.Wanted.SECOND, event.force(), event.fullSync(), false);
        boolean discards = event.force() && event.discards();
        return start(d, discards ? goal.with(Node.Keeping.DONE) : goal);
    }

    /// Serve with what is here. Without force only where nothing can be lost.
    private static String prim(Draft d, Event.Commanded event) {
        if (d.state == State.PRIM && d.lease.isFrozenForGood() && !d.isStopping()) {
            return primFrozen(d, event.force());
        }
        if (d.isServing()) {
            return "";
        }
        if (d.isStopping() && d.state != State.STOP) {
            return "the module is stopping: wait for STOP";
        }
        Beat peer = d.contact();
        if (peer != null && peer.isServing()) {
            return "the peer serves: use 'swap' to exchange the roles";
        }
        if (d.pending != null || (d.state == State.SECOND && !d.isIdle())) {
            return "a take-over is under way: wait for it";
        }
        boolean isFirst =
                d.saved.data() == DataState.NEW
                        && !d.register.epoch().isAfter(Epoch.ZERO)
                        && (peer == null || peer.data() == DataState.NEW);
        boolean isLast =
                d.register.isOnlyMember(d.self())
                        && d.saved.data() == DataState.UP_TO_DATE
                        && !d.mayPeerBeAlone();
        if (!isFirst && !isLast && !event.force()) {
            return lossOf(d) + "; start the peer, or use 'prim --force' to serve with this copy";
        }
        Resources.forgive(d);
        if (isLast) {
            serve(d, Rule.LAST_MEMBER_SERVES);
        } else if (isFirst) {
            begins(d, Lineage.NONE, event.random());
            serve(d, Rule.FIRST_PRIM);
        } else if (SettingBack.isDue(d)) {
            SettingBack.begin(d);
        } else {
            serveForced(d, event.random());
        }
        return "";
    }

    /// Serves with what is here, whatever the register says.
    static void serveForced(Draft d, long random) {
        begins(d, d.saved.lineage(), random);
        serve(d, Rule.FORCED_PRIM);
    }

    /// A forced copy begins a history of its own, so that the peer's never passes for it.
    private static void begins(Draft d, Lineage before, long random) {
        d.persist(
                d.saved
                        .with(before.mint(new Generation(random)))
                        .with(DataState.UP_TO_DATE)
                        .withPeerMayBeAlone(false));
    }

    private static void serve(Draft d, Rule rule) {
        if (d.state == State.STOP) {
            Starting.start(d, Node.Goal.START, rule.reason());
        } else {
            d.goal = Node.Goal.START;
            d.jobs = new ArrayList<>();
        }
        d.journal(rule, "data=" + d.saved.data());
        List<Job> serve = new ArrayList<>(d.jobs);
        if (d.state == State.SECOND) {
            serve.add(Job.TAIL);
        } else {
            serve.add(Job.APP_SETTLES);
            serve.add(Job.VERIFY);
        }
        serve.add(Job.CHANGE_ALONE);
        serve.add(Job.BECOME_ALONE);
        d.give(rule, serve);
    }

    /// A PRIM that is frozen for good goes on alone by an operator's word.
    private static String primFrozen(Draft d, boolean force) {
        if (!force) {
            return "the peer may have taken over: what one of the two writes is lost if both do;"
                    + " restore the link, or, if the peer does not serve, 'prim --force'";
        }
        if (!d.isIdle()) {
            return "another transition is under way: wait for it";
        }
        Losing.lose(d, Rule.FORCED_PRIM, "frozen for good", false);
        return "";
    }

    private static String lossOf(Draft d) {
        return switch (d.saved.data()) {
            case NEW -> "the peer may already hold data of this module and this copy is new";
            case OUTDATED -> "the copy here is outdated: what the peer wrote since is lost";
            case SYNCING ->
                    d.disk.isRestorable()
                            ? "the copy here is half overwritten and would be set back to what it"
                                    + " was before: what the peer wrote since is lost"
                            : "the copy here is half overwritten and not usable as it is";
            case READY -> "the peer went on and may have written more";
            case SUSPECT -> "the copy here is suspect: its disk failed or was replaced";
            case DIVERGED -> "both sides wrote: what the peer wrote is lost";
            case UP_TO_DATE ->
                    "the peer is silent or newer: what it may have written alone is lost, and if it"
                            + " still serves both will";
        };
    }

    private static String stop(Draft d, Rule rule, boolean startsAgain) {
        if (d.state == State.STOP) {
            return startsAgain ? start(d, Node.Goal.START) : "";
        }
        if (d.isStopping()) {
            d.goal = new Node.Goal(Node.Wanted.STOP, false, false, startsAgain);
            if (!startsAgain) {
                d.persist(d.saved.withStarted(false));
            }
            return "";
        }
        Stopping.stop(d, rule, "by the operator", startsAgain);
        return "";
    }

    /// Scripts that hang are not waited for; the data path's steps keep their own deadlines.
    private static String forceStop(Draft d) {
        if (d.state == State.STOP) {
            return "";
        }
        if (!d.isStopping() || d.goal.startsAgain()) {
            Stopping.stop(d, Rule.FORCE_STOP, "by the operator", false);
        } else {
            d.journal(Rule.FORCE_STOP, "");
        }
        d.persist(d.saved.withStarted(false));
        Chores.emergency(d);
        return "";
    }

    private static String failover(Draft d, boolean on) {
        if (on && !d.settings.failover()) {
            return "the configuration says 'failover: off': change it there";
        }
        d.journal(on ? Rule.FAILOVER_SWITCHED_ON : Rule.FAILOVER_SWITCHED_OFF, "");
        d.persist(d.saved.withFailoverHeld(!on));
        d.isMoved = true;
        return "";
    }

    /// A swap begins on PRIM; a SECOND asks it by its beats.
    private static String askSwap(Draft d) {
        Beat peer = d.contact();
        if (peer == null || peer.state() != State.PRIM || !d.isIdle()) {
            return "PRIM does not answer: nothing is exchanged";
        }
        d.journal(Rule.SWAP_ASKED, "of " + peer.from());
        d.wish = new Node.Wish(d.now + ASKS_NS, false);
        d.tell();
        return "";
    }

    /// Begins what SECOND or the configuration asks for, once both are at rest.
    static void wishedSwap(Draft d, Beat peer) {
        boolean atRest =
                d.isIdle()
                        && d.chores.isEmpty()
                        && d.isUp
                        && !d.isStopping()
                        && !d.lease.isFrozen()
                        && !peer.marks().isBusy();
        if (!atRest || peer.state() != State.SECOND || peer.incarnation() != d.pairedIncarnation) {
            return;
        }
        if (peer.marks().asksSwap() && peer.register().equals(d.register)) {
            swap(d, Rule.SWAP, "asked by " + peer.from());
        } else if (d.wish.isOwed()
                && d.settings.isSwapBackOpen()
                && d.isFailoverOn()
                && !peer.marks().isAppFailed()) {
            d.wish = Node.Wish.NONE;
            swap(d, Rule.SWAP_PREFERRED, peer.from().toString());
        }
    }

    private static String restart(Draft d) {
        boolean runs = d.isServing() || d.state == State.SECOND;
        if (!runs || d.isStopping() || d.appGoal == Node.Level.NONE) {
            return "no application runs here: use 'start'";
        }
        Resources.forgive(d);
        d.journal(Rule.RESTART, "");
        Chores.restart(d);
        return "";
    }

    /// Exchanges the roles; refused unless both copies are equal.
    static String swap(Draft d, Rule rule, String why) {
        String refusal = whyNoSwap(d);
        if (!refusal.isEmpty()) {
            return refusal;
        }
        d.journal(rule, why);
        Chores.aim(d, Node.Level.NONE);
        d.give(
                rule,
                List.of(
                        Job.APP_SETTLES,
                        Job.DROP_VIP,
                        Job.CLOSE_GATE,
                        Job.SWAP_BARRIER,
                        Job.REST,
                        Job.CHANGE_SWAP,
                        Job.BECOME_SECOND));
        return "";
    }

    /// Tells what stands against an exchange of the roles now; empty if nothing does.
    static String whyNoSwap(Draft d) {
        Beat peer = d.contact();
        if (d.state != State.PRIM) {
            return "swap needs a PRIM and a SECOND; this node is " + d.state;
        }
        if (peer == null || peer.state() != State.SECOND || d.lease.isFrozen()) {
            return "the peer does not answer as SECOND: nothing is exchanged";
        }
        if (!d.isIdle() || d.isExpelling || d.isStopping()) {
            return "another transition is under way: wait for it";
        }
        return "";
    }

    /// A swap that came to nothing: serve again as before.
    static void swapFailed(Draft d, String why) {
        d.journal(Rule.SWAP_FAILED, why);
        d.give(Rule.SWAP_FAILED, List.of());
        Serving.serveWithPeer(d);
        if (!d.lease.isFrozenForGood()) {
            Leases.raiseVip(d); // else the peer may have it; contact raises it
        }
        Chores.aim(d, Node.Level.PRIM);
    }

    private static String detach(Draft d, boolean detached) {
        if (detached && d.state == State.SECOND) {
            return "this node stands by: 'stop' first";
        }
        d.journal(detached ? Rule.DETACHED : Rule.ATTACHED, "");
        d.persist(d.saved.withDetached(detached));
        return "";
    }
}
