package dev.understudy.node.script;

import java.util.Locale;

/// Names the moments of a module's life at which its scripts run; absent scripts are skipped.
public enum Hook {
    /// Module start, before the virtual IP and the data path: makes sure that the application is
    /// stopped.
    PRESTART,
    /// Entering PRIM, ALONE or SECOND (mirror) or UP (farm), before the role's own start hook.
    START_BOTH,
    /// Entering PRIM or ALONE.
    START_PRIM,
    /// Entering SECOND.
    START_SECOND,
    /// Leaving SECOND.
    STOP_SECOND,
    /// Leaving PRIM or ALONE.
    STOP_PRIM,
    /// Leaving PRIM, ALONE or SECOND (mirror) or UP (farm), after the role's own stop hook.
    STOP_BOTH,
    /// Module stop, last.
    POSTSTOP,
    /// Every change of state.
    TRANSITION;

    /// Names the hook as the files in `scripts/` do, without the suffix: `start_prim`.
    public String scriptName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Gives the path of the hook's script in the archive: `scripts/start_prim.js`.
    public String scriptPath() {
        return "scripts/" + scriptName() + ".js";
    }

    /// Tells whether the hook stops something, and so may be run a second time with force.
    public boolean isStop() {
        return switch (this) {
            case STOP_SECOND, STOP_PRIM, STOP_BOTH, POSTSTOP -> true;
            case PRESTART, START_BOTH, START_PRIM, START_SECOND, TRANSITION -> false;
        };
    }
}
