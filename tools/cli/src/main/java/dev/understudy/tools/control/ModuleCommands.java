package dev.understudy.tools.control;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
                "Refused if the peer is primary or this node's data are not up to date. --force serves"
                        + " with what is here; a copy that was half overwritten by a"
                        + " resynchronisation is first set back to what it was before, if that was"
                        + " kept (safe state says so)."
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
            description = {
                "Makes this node secondary; refused if the peer is not primary.",
                "A copy that is diverged or suspect is overwritten with --force only. What it has of its own"
                        + " is first put into quarantine on this node (`safe quarantine`); without room"
                        + " there nothing is overwritten."
            },
            footer = {
                "",
                "Examples:",
                "  safe second -m postgresql --fullsync",
                "  safe second -m postgresql --force"
            })
    public static final class Second extends ModuleCommand {
        @Option(names = "--fullsync", description = "Compare everything with the primary.")
        private boolean fullSync;

        @Option(
                names = "--force",
                description =
                        "Also with diverged or suspect data: what only this node has goes into"
                                + " quarantine first.")
        private boolean force;

        @Option(
                names = "--discard",
                description = "With --force: keep nothing; what only this node has is lost.")
        private boolean discard;

        @Override
        String word() {
            return "second";
        }

        @Override
        Map<String, Object> options() {
            Map<String, Object> options = new java.util.LinkedHashMap<>();
            options.putAll(given("fullSync", fullSync, "force", force));
            if (discard) options.put("discard", true);
            return options;
        }
    }

    /// Exchanges the roles.
    @Command(
            name = "swap",
            mixinStandardHelpOptions = true,
            description = "Exchanges the roles of both nodes; refused unless both are in sync.",
            footer = {"", "Example:", "  safe swap -m postgresql"})
    public static final class Swap extends ModuleCommand {
        @Option(
                names = "--nosync",
                description = "Refused: it would serve a copy that lacks writes; says what to do.")
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

    /// Forbids a resynchronisation.
    @Command(
            name = "detach",
            mixinStandardHelpOptions = true,
            description = {
                "Forbids that this node's copy is resynchronised, until `safe attach`.",
                "For migrations: an accidental start of the other node overwrites nothing here. Kept"
                        + " over restarts."
            })
    public static final class Detach extends ModuleCommand {
        @Override
        String word() {
            return "detach";
        }
    }

    /// Allows it again.
    @Command(
            name = "attach",
            mixinStandardHelpOptions = true,
            description = "Allows that this node's copy is resynchronised again.")
    public static final class Attach extends ModuleCommand {
        @Override
        String word() {
            return "attach";
        }
    }

    /// Switches automatic failover to a node.
    @Command(
            name = "failover",
            mixinStandardHelpOptions = true,
            description = {
                "Switches automatic failover to this node on or off; kept over restarts.",
                "Off, it takes over by an operator's word only, and a failing application is not"
                        + " handed to it."
            },
            footer = {"", "Example:", "  safe failover off -m postgresql --node node2"})
    public static final class Failover extends ModuleCommand {
        @Parameters(paramLabel = "on|off", description = "on or off")
        private String wanted = "";

        @Override
        String word() {
            return switch (wanted) {
                case "on", "off" -> "failover-" + wanted;
                default -> throw Failure.usage("'%s' is not on or off".formatted(wanted), "");
            };
        }
    }

    private static Map<String, Object> given(String a, boolean isA, String b, boolean isB) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (isA) options.put(a, true);
        if (isB) options.put(b, true);
        return options;
    }
}
