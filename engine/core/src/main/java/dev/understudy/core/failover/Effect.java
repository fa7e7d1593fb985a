package dev.understudy.core.failover;

import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import java.util.List;

/// What the shell has to do, in the order given.
///
/// Nothing here is waited for, except [Persist], which is durable before the next effect begins.
/// The answers named below come back as events, whenever they come; the machine keeps the
/// deadlines. The shell makes the step's next node visible (to heart, API, guard) before it carries
/// out the effects.
public sealed interface Effect {
    /// Writes a line of the journal; always the first effect of a transition.
    ///
    /// @param rule the row of the rule table that fired
    /// @param from state before
    /// @param to state now; equal to `from` while a transition goes on
    /// @param detail what else an operator should read: step, peer, times, reason
    record Journal(Rule rule, State from, State to, String detail) implements Effect {}

    /// Writes the node's record durably; on failure the shell reports [Event.Fault] and carries out
    /// nothing of the rest.
    record Persist(Saved saved) implements Effect {}

    /// Asks for a change of the register; answered by [Event.RegisterAnswered].
    ///
    /// With two votes the shell gives it to [TwoVoteRegister] and writes the own copy durably, in a
    /// slot of its own that [Persist] does not touch; a write that may or may not have happened is
    /// UNKNOWN. One change is under way at a time; after UNKNOWN the machine repeats it.
    record ChangeRegister(RegisterChange change) implements Effect {}

    /// Writes the own copy of the register durably, like [Persist]: what the votes have decided and
    /// the peer has told. With three votes only; with two the own copy is what decides.
    record KeepRegister(Register register) implements Effect {}

    /// Sends the current beat to the peer at once, on every network.
    record TellPeer() implements Effect {}

    /// Seals and gives the guard what it sends if this process dies, with the module's current
    /// addresses, mounts and processes; `fenced.incarnation` is this process.
    record ArmGuard(Fenced fenced) implements Effect {}

    /// Answers an operator's command.
    ///
    /// @param accepted false: nothing was begun
    /// @param text what is done, or why not and what to do instead
    record Answer(long id, boolean accepted, String text) implements Effect {}

    /// Allows serving until a moment on this node's clock; earlier ones lapse.
    ///
    /// @param gateUntilNs the data path applies and answers nothing later than this
    /// @param vipUntilNs the kernel's leases on the virtual addresses end no later than this
    record LeaseUntil(long gateUntilNs, long vipUntilNs) implements Effect {}

    /// Raises the virtual addresses, announced to the network, with kernel leases that end with the
    /// newest [LeaseUntil]; only a failure is answered, by [Event.VipFailed].
    record RaiseVip() implements Effect {}

    /// Removes the virtual addresses; also when none are there.
    record DropVip() implements Effect {}

    /// Looks for evidence; answered by [Event.Probed] within `timeoutNs`.
    ///
    /// @param id chosen by the machine; a later probe replaces an earlier one
    /// @param vip also look for the virtual address, in its own network; else ping only
    record Probe(long id, boolean vip, long timeoutNs) implements Effect {}

    /// Runs the command that switches the peer off; answered by [Event.FencingEnded] with the same
    /// run.
    ///
    /// @param timeoutNs after which the shell ends it and answers that it failed
    record Fence(long run, long timeoutNs) implements Effect {}

    /// Runs a hook; answered by [Event.HookEnded] with the same run. A hook that still runs is
    /// cancelled first and not waited for.
    ///
    /// @param force the second, forced call of a stop hook
    /// @param timeoutNs after which the shell cancels it and answers TIMEOUT
    /// @param services those that the hook is limited to, by id; empty for all
    record RunHook(
            long run,
            Hook hook,
            boolean force,
            long timeoutNs,
            State from,
            State to,
            List<String> services)
            implements Effect {
        public RunHook {
            services = List.copyOf(services);
        }
    }

    /// Kills every process of the module; answered by [Event.Killed].
    record KillApplication() implements Effect {}

    /// Starts the checkers of a phase, and stops those of the others; what is needed before a start
    /// is looked at in every phase.
    record StartCheckers(Phase phase) implements Effect {}

    /// Stops all checkers; results that come later are not reported.
    record StopCheckers() implements Effect {}

    /// A command to the data path.
    sealed interface Data extends Effect {}

    /// Mounts the directories read-only; if they are mounted already, makes them read-only.
    /// Answered by [Event.Mounted], then [Event.Verified].
    record MountReadOnly() implements Data {}

    /// Opens the gate: applications may write, as far as [LeaseUntil] allows.
    ///
    /// @param epoch stamped on every operation
    /// @param generation the data history that is continued
    /// @param withPeer PRIM: nothing is applied before the peer has received it; else ALONE: every
    ///   block's dirty bit is durable before its page-cache write
    /// @param mints the first write alone must ask for a generation ([Event.FirstWriteAlone])
    record Serve(long epoch, Generation generation, boolean withPeer, boolean mints)
            implements Data {}

    /// Answers [Event.FirstWriteAlone]: the generation is durable, the write may go on.
    record UseGeneration(Generation generation) implements Data {}

    /// Closes the gate; applications block. Nothing is applied or acknowledged from now on.
    record CloseGate() implements Data {}

    /// Closes the gate for L1 and makes the dirty map complete; answered by [Event.Sealed]. Either
    /// [Serve] follows, alone under a new epoch or with the peer as before.
    record Seal() implements Data {}

    /// For L2: receives nothing more, makes the unconfirmed set durable, applies the received tail;
    /// answered by [Event.TailApplied]. [Serve] or, when it came to nothing, [Follow] comes next.
    record TakeOver() implements Data {}

    /// Drops what was received and not applied, keeps the sets; receives nothing more.
    record Demote() implements Data {}

    /// Stands by as SECOND of this epoch: receives, applies, read-only mount.
    record Follow(long epoch) implements Data {}

    /// Resynchronises the peer while serving alone; ends in [Event.CaughtUp] or [Event.JoinFailed].
    /// A later one replaces an earlier one.
    ///
    /// @param joinId the target's
    record JoinAsSource(NodeId target, long joinId, long epoch) implements Data {}

    /// Stops resynchronising: the joiner is dropped, nothing waits for its receipt any more.
    record DropJoiner() implements Data {}

    /// Is resynchronised by the peer; ends in [Event.TargetReady] or [Event.JoinFailed]. A later
    /// one replaces an earlier one.
    ///
    /// @param fullSync compare every chunk
    /// @param isConsistent the copy is one that could be used as it is: what is overwritten is kept
    ///   until this copy is READY, told by [Event.Restorable]
    record JoinAsTarget(
            NodeId source, long joinId, long epoch, boolean fullSync, boolean isConsistent)
            implements Data {}

    /// Sets a copy that was half overwritten back to what it was before; answered by
    /// [Event.IsSetBack] or [Event.SetBackFailed]. Nobody serves meanwhile.
    record SetBack() implements Data {}

    /// Puts what this copy has of its own into quarantine, before anything of it is overwritten;
    /// answered by [Event.Kept] once it is durable, or [Event.KeepRefused]. One that is under way
    /// answers both; a [Serve] makes it void, and it answers nothing.
    record KeepOwn() implements Data {}

    /// For a planned hand-over: answered by [Event.BarrierDone] once both copies are equal and
    /// durable; ALONE: once the own copy is.
    record Barrier() implements Data {}

    /// Frees blocked applications with an error, closes the gate and mounts read-only again;
    /// answered by [Event.Mounted].
    record Abort() implements Data {}
}
