package dev.understudy.tools.control;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Says whether a module starts at boot.
@Command(
        name = "boot",
        mixinStandardHelpOptions = true,
        description = {
            "Sets or shows whether a module starts when this machine boots; for one node, kept over"
                    + " restarts.",
            "auto: as it was before. configured: take the configuration's word (module.boot) again."
        },
        footer = {
            "",
            "Examples:",
            "  safe boot off -m postgresql",
            "  safe boot status -m postgresql --node node2"
        })
public final class BootCommand extends ControlCommand {
    @Parameters(
            paramLabel = "on|off|auto|configured|status",
            description = "what to set, or status")
    private String word = "";

    @Option(
            names = {"-m", "--module"},
            required = true,
            paramLabel = "MODULE",
            description = "The module.")
    private String module = "";

    @Override
    int work() {
        if (!List.of("on", "off", "auto", "configured", "status").contains(word)) {
            throw Failure.usage(
                    "'%s' is none of on, off, auto, configured, status".formatted(word), "");
        }
        String path = Paths.module(module) + "/boot";
        Json boot =
                word.equals("status")
                        ? daemon().get(path)
                        : daemon().send("PUT", path, Map.of("boot", word));
        return answer(
                boot,
                "%s: %s, said by the %s"
                        .formatted(boot.text("module"), boot.text("value"), boot.text("from")));
    }
}
