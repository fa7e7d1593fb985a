package dev.understudy.tools.control;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Switches checkers.
@Command(
        name = "checker",
        mixinStandardHelpOptions = true,
        description = {
            "Switches the checkers, process and service watches of a module off or on on one node.",
            "For maintenance: what is off is not looked at and causes nothing, until it is switched on"
                    + " or the daemon ends. `safe state` warns of it."
        },
        footer = {
            "",
            "Examples:",
            "  safe checker off -m postgresql",
            "  safe checker off -m postgresql -r tcp.port",
            "  safe checker on -m postgresql"
        })
public final class CheckerCommand extends ControlCommand {
    @Parameters(paramLabel = "on|off", description = "on or off")
    private String wanted = "";

    @Option(
            names = {"-m", "--module"},
            required = true,
            paramLabel = "MODULE",
            description = "The module.")
    private String module = "";

    @Option(
            names = {"-r", "--resource"},
            paramLabel = "RESOURCE",
            description = "Only this one, as `safe state -m` names it; default all.")
    private String resource = "";

    @Override
    int work() {
        boolean on = wanted.equals("on");
        if (!on && !wanted.equals("off")) {
            throw Failure.usage("'%s' is not on or off".formatted(wanted), "");
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("isOn", on);
        if (!resource.isEmpty()) body.put("resource", resource);
        Json done = daemon().send("PUT", Paths.module(module) + "/checkers", body);
        return answer(done, done.text("text"));
    }
}
