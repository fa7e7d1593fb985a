package dev.understudy.tests.simulator;

/// Deliberate mistakes in the simulator's own ports: each must be refuted, or the checks prove
/// nothing.
public enum Variant {
    /// As it ships.
    SHIPPED,
    /// PRIM applies and acknowledges before SECOND has received.
    ACKNOWLEDGE_EARLY,
    /// A register change is reported committed and never written.
    NO_REGISTER,
    /// Neither the gate nor the kernel's lease on the address ever lapses.
    NO_LEASE,
    /// A SECOND that restarted uncleanly claims to be the last member.
    SECOND_CLAIMS,
    /// The reply to a join is lost and taken for "not joined".
    JOIN_REPLY_LOST,
    /// One node's fsync counts as durable on both.
    FSYNC_LOCAL,
    /// A resynchronisation leaves out one of the places that differ.
    COPY_SKIPS,
    /// What a copy has of its own is said to be kept and is not.
    KEEPS_NOTHING,
    /// A copy is said to be set back and is not.
    SETS_NOTHING_BACK,
    /// A copy is sent although an operation was applied to the place since it was read.
    COPY_STALE,
    /// A ping answered a while ago passes for one answered now, so that no gap shows.
    WITNESS_STALE,
    /// What was changed while nothing was mounted is not looked for.
    WALK_SKIPPED,
    /// With a third vote each node still decides on its own copy.
    VOTES_NOT_ASKED,
    /// A witness with an empty disk votes as if it were the one before.
    WIPED_WITNESS_VOTES
}
