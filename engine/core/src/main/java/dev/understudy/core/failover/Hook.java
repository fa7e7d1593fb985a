package dev.understudy.core.failover;

/// The module's scripts, by the names that integrators give them.
///
/// The shell runs the script, the services, or both; a module that has neither is answered
/// [HookResult#OK] at once.
public enum Hook {
    /// Before anything else at a start: makes sure that the application is stopped.
    PRESTART("prestart"),
    /// Last at a stop.
    POSTSTOP("poststop"),
    /// Entering PRIM or ALONE.
    START_PRIM("start_prim"),
    /// Leaving PRIM or ALONE.
    STOP_PRIM("stop_prim"),
    /// Entering SECOND.
    START_SECOND("start_second"),
    /// Leaving SECOND.
    STOP_SECOND("stop_second"),
    /// Entering PRIM, ALONE or SECOND, before the others.
    START_BOTH("start_both"),
    /// Leaving PRIM, ALONE or SECOND, after the others.
    STOP_BOTH("stop_both"),
    /// Told of every change of state; its failure changes nothing.
    TRANSITION("transition");

    private final String script;

    Hook(String script) {
        this.script = script;
    }

    /// The script's name without its ending.
    public String script() {
        return script;
    }
}
