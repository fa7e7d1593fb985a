package dev.understudy.tools.control;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The commands that act on one module, one class each, as the command line wants it.
final class ModuleCommands {
    private ModuleCommands() {}

    /// Starts a module.
    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = {
                "Starts a module: primary if its data are up to date and no primary is there, else"
                        + " secondary.",
                "Start it on both nodes; the first start of all needs `safe prim` on the node whose"
                        + " data shall be taken."
            },
            footer = {"", "Example:", "  safe start -m postgresql"})
    public static final class Start extends ModuleCommand {
        @Override
        String word() {
            return "start";
        }
    }

    /// Stops a module.
    @Command(
            name = "stop",
            mixinStandardHelpOptions = true,
            description = "Stops the application and the module; the peer takes over at once.",
            footer = {"", "Example:", "  safe stop -m postgresql --node node2"})
    public static final class Stop extends ModuleCommand {
        @Override
        String word() {
            return "stop";
        }
    }

    /// Ends a stop that hangs.
    @Command(
            name = "forcestop",
            mixinStandardHelpOptions = true,
            description = "Ends a stop that does not come to its end: kills what is left.")
    public static final class Forcestop extends ModuleCommand {
        @Override
        String word() {
            return "forcestop";
        }
    }

    /// Makes a node primary.
    @Command(
            name = "prim",
            mixinStandardHelpOptions = true,
            description = {
                "Makes this node primary.",
                "Refused if the peer is primary or this node's data are not up to date."
            },
            footer = {"", "Example, at the first start:", "  safe prim -m postgresql"})
    public static final class Prim extends ModuleCommand {
        @Option(names = "--fullsync", description = "Compare everything at the peer's next join.")
        private boolean fullSync;

        @Option(
                names = "--force",
                description = "Also with data that are not up to date: what is missing is lost.")
        private boolean force;

        @Override
        String word() {
            return "prim";
        }

        @Override
        Map<String, Object> options() {
            return given("fullSync", fullSync, "force", force);
        }
    }

    /// Makes a node secondary.
    @Command(
            name = "second",
            mixinStandardHelpOptions = true,
            description = "Makes this node secondary; refused if the peer is not primary.",
            footer = {"", "Example:", "  safe second -m postgresql --fullsync"})
    public static final class Second extends ModuleCommand {
        @Option(names = "--fullsync", description = "Compare everything with the primary.")
        private boolean fullSync;

        @Override
        String word() {
            return "second";
        }

        @Override
        Map<String, Object> options() {
            return given("fullSync", fullSync, "", false);
        }
    }

    /// Exchanges the roles.
    @Command(
            name = "swap",
            mixinStandardHelpOptions = true,
            description = "Exchanges the roles of both nodes; refused unless both are in sync.",
            footer = {"", "Example:", "  safe swap -m postgresql"})
    public static final class Swap extends ModuleCommand {
        @Option(names = "--nosync", description = "Without waiting for the replicated data.")
        private boolean noSync;

        @Override
        String word() {
            return "swap";
        }

        @Override
        Map<String, Object> options() {
            return given("noSync", noSync, "", false);
        }
    }

    /// Restarts the application.
    @Command(
            name = "restart",
            mixinStandardHelpOptions = true,
            description = "Stops and starts the application only; no failover, states stay.")
    public static final class Restart extends ModuleCommand {
        @Override
        String word() {
            return "restart";
        }
    }

    /// Stops and starts the module.
    @Command(
            name = "stopstart",
            mixinStandardHelpOptions = true,
            description = "Stops the module fully and starts it; on the primary a failover.")
    public static final class Stopstart extends ModuleCommand {
        @Override
        String word() {
            return "stopstart";
        }
    }

    private static Map<String, Object> given(String a, boolean isA, String b, boolean isB) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (isA) options.put(a, true);
        if (isB) options.put(b, true);
        return options;
    }
}
