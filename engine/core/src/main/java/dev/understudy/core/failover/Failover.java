package dev.understudy.core.failover;

import dev.understudy.core.member.Register;
import java.util.List;

/// The mirror state machine of one module on one node: pure functions of values.
public final class Failover {
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
                        new Node.Life(incarnation, bootId, nowNs),
                        State.STOP,
                        Node.Goal.STOP,
                        WaitReason.NONE,
                        saved,
                        register,
                        Node.PeerView.UNKNOWN,
                        Node.Lease.NONE,
                        Node.Duty.NONE,
                        Node.App.NONE,
                        Node.Join.NONE,
                        Node.Disk.NONE,
                        nowNs);
        return new Step(
                node,
                List.of(
                        new Effect.ArmGuard(new Fenced(settings.self(), incarnation)),
                        new Effect.MountReadOnly()));
    }

    /// Decides one step: equal arguments give equal steps.
    ///
    /// @return the next node, and the effects in the order to carry them out
    public static Step step(Node node, Event event) {
        return new Step(node, List.of());
    }

    /// When the next [Event.Tick] is due at the latest, on the clock of the events.
    public static long nextWakeNs(Node node) {
        return node.nowNs() + node.settings().timing().beatNs();
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
                        false));
    }
}
