package dev.understudy.core.failover;

import dev.understudy.core.member.Check;
import dev.understudy.core.member.Register;
import java.util.ArrayList;
import java.util.List;

/// The state machine of one module on one node, of kind mirror or light: pure functions of values.
public final class Failover {
    private static final int ROUNDS_MAX = 64;

    private Failover() {}

    /// Makes the node of a process that was just started: STOP, nothing known of the peer.
    ///
    /// The directories are mounted read-only at once, whether the module is started or not. If
    /// `saved.isStarted()` (or boot is on) the shell follows with [Event.Commanded] START.
    ///
    /// @param saved as last persisted; [Saved#FRESH] for a new module
    /// @param register the own copy; [Register#EMPTY] for a new module
    /// @param incarnation higher than every earlier one of this node: the larger of the persisted
    ///   one plus 1 and the wall clock in milliseconds
    /// @param bootId of the machine
    public static Step boot(
            Settings settings,
            Saved saved,
            Register register,
            long incarnation,
            String bootId,
            long nowNs) {
        Node node =
                new Node(
                        settings,
                        new Node.Life(incarnation, bootId, nowNs, 0),
                        State.STOP,
                        Node.Goal.STOP,
                        WaitReason.NONE,
                        saved,
                        register,
                        Node.PeerView.UNKNOWN,
                        Node.Lease.NONE,
                        Node.Duty.NONE,
                        Node.Wish.NONE,
                        Node.App.NONE,
                        Node.Join.NONE,
                        Node.Disk.NONE,
                        nowNs);
        String known =
                (settings.isLight() ? "light" : saved.data().toString())
                        + (saved.wasServing() ? ", was serving" : "")
                        + (saved.wasSecond() ? ", was second" : "")
                        + (saved.bootId().equals(bootId) ? "" : ", machine rebooted");
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.Journal(Rule.BOOT, State.STOP, State.STOP, known));
        effects.add(new Effect.DropVip()); // a kernel lease may outlive the process before
        effects.add(new Effect.ArmGuard(new Fenced(settings.self(), incarnation)));
        if (!settings.isLight()) {
            effects.add(new Effect.MountReadOnly());
        }
        return new Step(node, effects);
    }

    /// Decides one step: equal arguments give equal steps.
    ///
    /// @return the next node, and the effects in the order to carry them out
    public static Step step(Node node, Event event) {
        Draft draft = new Draft(node, event.nowNs());
        Pause.guard(draft, node, event);
        Absorb.event(draft, event);
        Leases.renew(draft);
        int rounds = 0;
        do {
            draft.isMoved = false;
            Duties.run(draft);
            Resources.run(draft);
            Ruling.run(draft);
            Chores.run(draft);
            decide(draft);
            Check.state(++rounds < ROUNDS_MAX, "no end of the step in %s", draft.state);
        } while (draft.isMoved);
        Leases.renew(draft);
        return draft.finish();
    }

    private static void decide(Draft d) {
        if (d.pending != null) {
            return; // the outcome decides (L5): nothing is heard, nothing begun
        }
        switch (d.state) {
            case STOP -> Starting.whileStopped(d);
            case WAIT -> {
                if (d.settings.isLight()) {
                    Light.whileWaiting(d);
                } else {
                    Starting.whileWaiting(d);
                }
            }
            case ALONE -> Serving.alone(d);
            case PRIM -> Losing.prim(d);
            case SECOND -> TakingOver.second(d);
            case UP -> Light.whileUp(d);
        }
    }

    /// When the next [Event.Tick] is due at the latest, on the clock of the events.
    public static long nextWakeNs(Node node) {
        Timing timing = node.settings().timing();
        long next = node.nowNs() + timing.beatNs() / 2;
        long since = Math.max(node.peer().receivedNs(), node.life().listenSinceNs());
        long[] moments = {
            since + timing.lookNs(),
            since + timing.evidenceNs(),
            since + timing.graceNs(),
            since + timing.windowNs() + timing.marginNs(),
            node.duty().deadlineNs(),
            node.app().deadlineNs(),
            node.app().trouble().retryNs(),
            Resources.lastsAtNs(node.app()),
            Ruling.nextNs(node)
        };
        for (long moment : moments) {
            if (moment > node.nowNs() && moment < next) {
                next = moment;
            }
        }
        return next;
    }

    /// A SECOND that leaves in order still has in memory what its record does not vouch for yet.
    private static boolean isKeepingTail(Node node) {
        return node.duty().jobs().contains(Job.KEEP_TAIL);
    }

    /// What this node tells the peer now.
    ///
    /// @param nowNs stamped on the beat; higher than that of the beat before
    public static Beat beat(Node node, long nowNs) {
        Beat heard = node.peer().beat();
        return new Beat(
                node.settings().self(),
                node.life().incarnation(),
                nowNs,
                heard == null ? 0 : heard.sentNs(),
                heard == null ? 0 : heard.incarnation(),
                node.state(),
                node.saved().data(),
                node.register(),
                node.saved().lineage(),
                node.settings().digest(),
                node.join().id(),
                new Beat.Marks(
                        node.disk().isVerified() && !node.isBusy(),
                        node.lease().isFrozen(),
                        node.app().isFailed(),
                        node.saved().peerMayBeAlone(),
                        node.duty().isExpelling(),
                        node.saved().isDetached(),
                        node.isBusy(),
                        node.settings().isPreferred(),
                        Starting.hasLostMemory(node.saved(), node.life()) && !isKeepingTail(node),
                        node.wish().askedUntilNs() > nowNs,
                        node.saved().isFailoverHeld()),
                node.app().rulings().own());
    }
}
