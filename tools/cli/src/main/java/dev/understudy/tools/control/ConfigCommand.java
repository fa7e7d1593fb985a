package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Shows or changes a module's parameters.
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Shows a module's parameters, or changes them on all nodes.",
        footer = {
            "",
            "Examples:",
            "  safe config -m postgresql",
            "  safe config -m postgresql --set virtual-ip=10.0.0.10"
        })
public final class ConfigCommand extends ControlCommand {
    @Option(
            names = {"-m", "--module"},
            required = true,
            paramLabel = "MODULE",
            description = "The module.")
    private String module = "";

    @Mixin private Values values = new Values();

    @Override
    int work() {
        String path = Paths.module(module) + "/config";
        if (values.areGiven()) {
            Json done =
                    daemon().send(
                                    "PUT",
                                    path,
                                    Map.of("values", values.all()),
                                    Duration.ofMinutes(5));
            say(isJson() ? done.toString() : InstallCommand.text(done, "configured"));
            return Exit.DONE;
        }
        Json config = daemon().get(path);
        if (isJson()) return answer(config, "");
        say(
                "%s %s, revision %d, digest %.12s"
                        .formatted(
                                config.text("module"),
                                config.text("version"),
                                config.number("revision"),
                                config.text("configDigest")));
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("PARAMETER", "TYPE", "VALUE", "", "TITLE"));
        for (Json parameter : config.list("parameters")) {
            boolean isSecret = parameter.text("type").equals("secret");
            rows.add(
                    List.of(
                            parameter.text("name"),
                            parameter.text("type"),
                            isSecret ? "(secret)" : parameter.text("value"),
                            parameter.truth("isDefault") ? "default" : "set",
                            parameter.text("title")));
        }
        if (rows.size() > 1) say(Words.table(rows));
        return Exit.DONE;
    }
}
