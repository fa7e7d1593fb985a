package dev.understudy.core.failover;

import dev.understudy.core.member.Generation;
import dev.understudy.core.member.RegisterOutcome;
import java.util.List;

/// What the shell saw, given to [Failover#step] one by one.
///
/// `nowNs` is the node's monotonic clock that also runs while the machine is suspended
/// (CLOCK_BOOTTIME), never wall time; it never goes back. The shell steps at least every
/// [Failover#nextWakeNs]; a longer gap is taken as an own pause, after which nothing that was
/// suspected before counts.
public sealed interface Event {
    /// When the shell saw it.
    long nowNs();

    /// Time went by.
    record Tick(long nowNs) implements Event {}

    /// A beat or the guard's last word of the peer, decoded. The shell hands over every one that
    /// its transport authenticated, by whichever network, in any order, repeated or not.
    record Heard(long nowNs, Message message) implements Event {}

    /// This process did not run for a while (suspended, stopped, collecting garbage).
    ///
    /// @param pausedNs at most how long
    record Paused(long nowNs, long pausedNs) implements Event {}

    /// Answers [Effect.ChangeRegister].
    record RegisterAnswered(long nowNs, RegisterOutcome outcome) implements Event {}

    /// Answers [Effect.Probe].
    ///
    /// @param id of the probe
    /// @param witnessNs when a ping witness last answered, on the clock of the events; 0 if none
    ///   ever did. The shell asks every witness without pause, ten times a second
    /// @param vipAnswers the virtual address answered ARP, ND or TCP at some time since the probe
    ///   was asked; true also if the probe failed. Silence means that it was asked all the while
    record Probed(long nowNs, long id, long witnessNs, boolean vipAnswers) implements Event {}

    /// Answers [Effect.Fence].
    ///
    /// @param run of the command
    /// @param isDone the peer is off for sure; else it may or may not be
    /// @param text how it ended, for the journal
    record FencingEnded(long nowNs, long run, boolean isDone, String text) implements Event {}

    /// Answers [Effect.RunHook].
    ///
    /// @param run of the hook
    record HookEnded(long nowNs, long run, HookResult result) implements Event {}

    /// Answers [Effect.KillApplication]: no process of the module is left, or none could be killed
    /// within the time.
    record Killed(long nowNs) implements Event {}

    /// The virtual address could not be raised, or another machine uses it.
    ///
    /// @param text who and where, for the journal
    record VipFailed(long nowNs, String text) implements Event {}

    /// A checker found a resource down, for as many times as its configuration wants.
    ///
    /// @param resource as `tcp.web`
    /// @param services those that a restart is limited to, by id; empty for all
    record ResourceDown(long nowNs, String resource, Action action, List<String> services)
            implements Event {
        public ResourceDown {
            services = List.copyOf(services);
        }

        /// A restart is one of the whole application.
        public ResourceDown(long nowNs, String resource, Action action) {
            this(nowNs, resource, action, List.of());
        }
    }

    /// A resource is up again.
    record ResourceUp(long nowNs, String resource) implements Event {}

    /// Nobody looks at a resource any more: its checker is switched off.
    record ResourceUnknown(long nowNs, String resource) implements Event {}

    /// An operator's command; answered by [Effect.Answer] with the same id in the same step.
    ///
    /// @param id chosen by the shell
    /// @param force the operator has seen what it may cost
    /// @param fullSync for [Command#SECOND]: compare every chunk
    /// @param discards for a forced [Command#SECOND]: what this copy has of its own is not kept
    /// @param random 64 random bits, not 0
    record Commanded(
            long nowNs,
            long id,
            Command command,
            boolean force,
            boolean fullSync,
            boolean discards,
            long random)
            implements Event {
        /// A command that discards nothing.
        public Commanded(
                long nowNs,
                long id,
                Command command,
                boolean force,
                boolean fullSync,
                long random) {
            this(nowNs, id, command, force, fullSync, false, random);
        }
    }

    /// The module's configuration or version was switched on this node.
    record Configured(long nowNs, Settings settings) implements Event {}

    /// The time of day began, or is over, at which the preferred primary gets the service back.
    record SwapBack(long nowNs, boolean isOpen) implements Event {}

    /// Something the data path says.
    sealed interface Data extends Event {}

    /// Answers [Effect.MountReadOnly] and [Effect.Abort]: the directories stand, read-only.
    record Mounted(long nowNs) implements Data {}

    /// Follows [Mounted]: the walk after an unmounted period is done, or none was needed; what
    /// changed is in the dirty set.
    record Verified(long nowNs, long changedFiles) implements Data {}

    /// Answers [Effect.Seal]: dirty map = unconfirmed ∪ hot set is durable and marked complete.
    record Sealed(long nowNs) implements Data {}

    /// Answers [Effect.TakeOver]: the unconfirmed set is durable, the whole received tail applied.
    record TailApplied(long nowNs) implements Data {}

    /// Answers [Effect.Barrier]: everything is received, applied and durable on both nodes.
    record BarrierDone(long nowNs) implements Data {}

    /// The stream to the peer stands; operations flow or the join goes on.
    record StreamUp(long nowNs) implements Data {}

    /// The stream broke. A source drops its joiner unless the register may already count it; a PRIM
    /// and its SECOND only note it: the data path reconnects by itself and retransmits (L4).
    record StreamLost(long nowNs, String reason) implements Data {}

    /// SECOND did not acknowledge receipt for too long although the stream stands, or the stream
    /// cannot be resumed without a resynchronisation.
    record AckTimeout(long nowNs) implements Data {}

    /// The joiner is READY and has received everything that was acknowledged: the register may
    /// change. From the start of mirroring on nothing is acknowledged without its receipt.
    record CaughtUp(long nowNs, long joinId) implements Data {}

    /// This target's copy is complete and durable, and it receives what the source writes.
    record TargetReady(long nowNs, long joinId) implements Data {}

    /// This side of the resynchronisation failed; it begins anew.
    record JoinFailed(long nowNs, long joinId, String reason) implements Data {}

    /// Answers [Effect.KeepOwn]: what this copy has of its own is in quarantine, durable.
    ///
    /// @param text how much, where and for how long
    record Kept(long nowNs, String text) implements Data {}

    /// Answers [Effect.KeepOwn]: it is not, or not as a whole; nothing was changed.
    ///
    /// @param text why, and what would help
    record KeepRefused(long nowNs, String text) implements Data {}

    /// Whether this copy, which a resynchronisation overwrites, can be set back to what it was
    /// before; follows [Effect.JoinAsTarget] and [Mounted] where there is something to say.
    ///
    /// @param text since when, or why not
    record Restorable(long nowNs, boolean isRestorable, String text) implements Data {}

    /// Answers [Effect.SetBack]: the copy is what it was before the resynchronisation, durable.
    ///
    /// @param text what it is: of when
    /// @param random for the generation that a forced copy begins
    record IsSetBack(long nowNs, String text, long random) implements Data {}

    /// Answers [Effect.SetBack]: it could not be; it may be tried again.
    record SetBackFailed(long nowNs, String text) implements Data {}

    /// The first write of an ALONE node waits for a new generation; answered by
    /// [Effect.UseGeneration].
    ///
    /// @param minted random, not [Generation#NONE]
    record FirstWriteAlone(long nowNs, Generation minted) implements Data {}

    /// The peer refused our stream because it knows a higher epoch.
    record RefusedByHigherEpoch(long nowNs, long epoch) implements Data {}

    /// The own disk failed under the data (EIO).
    record LocalDiskError(long nowNs, String text) implements Data {}

    /// The own disk had no room for what the primary wrote or sent (ENOSPC, EDQUOT): this copy does
    /// not keep up, what it has is as good as before.
    record DiskFull(long nowNs, String text) implements Data {}

    /// SECOND's disk failed under the data (EIO, ENOSPC).
    record PeerDiskError(long nowNs, String text) implements Data {}

    /// The own copy is not what it was: wrong disk, restored image, lost metadata.
    record Suspect(long nowNs, String text) implements Data {}

    /// The data path met a fault of its own and stopped; it serves nothing.
    record Fault(long nowNs, String text) implements Data {}
}
