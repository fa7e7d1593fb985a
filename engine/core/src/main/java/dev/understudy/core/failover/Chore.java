package dev.understudy.core.failover;

import org.jspecify.annotations.Nullable;

/// A step of starting or stopping the application; one at a time, in order.
///
/// @param kind what to do
/// @param hook for kinds that run one
public record Chore(Kind kind, @Nullable Hook hook) {
    /// What a chore does.
    public enum Kind {
        /// Run a hook; whether its failure matters depends on the hook.
        RUN,
        /// Run a stop hook; if it fails, force it; if that fails, kill.
        STOP,
        /// Run a stop hook with force; if that fails, kill.
        FORCE,
        /// Kill every process of the module.
        KILL,
        /// Checkers of what is needed before a start, no others.
        CHECK_PRE,
        /// Checkers of PRIM.
        CHECK_PRIM,
        /// Checkers of SECOND.
        CHECK_SECOND,
        /// No checkers.
        CHECK_NOTHING,
        /// From here on nothing runs.
        LEVEL_NONE,
        /// From here on SECOND's part may run.
        LEVEL_SECOND,
        /// From here on PRIM's part may run.
        LEVEL_PRIM,
        /// The start is done.
        UP
    }

    static Chore run(Hook hook) {
        return new Chore(Kind.RUN, hook);
    }

    static Chore stop(Hook hook) {
        return new Chore(Kind.STOP, hook);
    }

    static Chore force(Hook hook) {
        return new Chore(Kind.FORCE, hook);
    }

    static Chore of(Kind kind) {
        return new Chore(kind, null);
    }
}
