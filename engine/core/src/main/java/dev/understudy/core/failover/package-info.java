/// The mirror state machine: who serves, who stands by, who waits and why. Pure; uses `core.member`
/// and `core.rules`.
///
/// [dev.understudy.core.failover.Failover#boot] gives the first
/// [dev.understudy.core.failover.Node], [dev.understudy.core.failover.Failover#step] turns it and
/// an [dev.understudy.core.failover.Event] into the next one and the
/// [dev.understudy.core.failover.Effect]s to carry out in order. Equal arguments give equal steps:
/// the daemon, the simulator and the replay of a journal run the same classes.
///
/// The shell around it: one thread owns the node; each event is stepped, the next node is
/// published, then the effects are carried out in order without waiting for their answers (except
/// [dev.understudy.core.failover.Effect.Persist]); answers come back as events. It ticks at
/// [dev.understudy.core.failover.Failover#nextWakeNs] at the latest. The heart sends
/// [dev.understudy.core.failover.Failover#beat] of the newest node every
/// [dev.understudy.core.failover.Timing#beatNs] and at
/// [dev.understudy.core.failover.Effect.TellPeer]; it stays silent when the newest node's `nowNs`
/// is older than half a lease, so that a hanging machine is not spoken for.
///
/// | effect | answer |
/// |---|---|
/// | MountReadOnly | Mounted, then Verified; else Fault |
/// | Abort | Mounted |
/// | ChangeRegister | RegisterAnswered |
/// | Seal / TakeOver / Barrier | Sealed / TailApplied / BarrierDone |
/// | JoinAsSource | CaughtUp or JoinFailed |
/// | JoinAsTarget | TargetReady or JoinFailed |
/// | KeepOwn | Kept or KeepRefused |
/// | SetBack | IsSetBack or SetBackFailed |
/// | RunHook | HookEnded |
/// | KillApplication | Killed |
/// | Probe | Probed |
/// | Fence | FencingEnded |
/// | everything else | none |
///
/// The machine keeps a deadline for every answer that a stop needs, so a stop always ends.
@NullMarked
package dev.understudy.core.failover;

import org.jspecify.annotations.NullMarked;
