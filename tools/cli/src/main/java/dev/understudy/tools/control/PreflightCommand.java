package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Looks at both nodes before a module serves.
@Command(
        name = "preflight",
        mixinStandardHelpOptions = true,
        description = {
            "Looks at all nodes for an installed module, and advises: files and bytes, speed of the",
            "links as measured, how long the first copy and later ones take, ports and addresses that",
            "are in use, users and groups with other numbers, clocks, services that are missing.",
            "Exit code 1 if something must be mended. Walks the directories, a minute at most each."
        },
        footer = {"", "Example:", "  safe preflight -m postgresql"})
public final class PreflightCommand extends ControlCommand {
    private static final Duration LOOK_MAX = Duration.ofMinutes(5);

    /// What an answer may take from a node to here.
    private static final long WAY_BACK_MS = 200;

    @Option(
            names = {"-m", "--module"},
            required = true,
            paramLabel = "MODULE",
            description = "The module.")
    private String module = "";

    @Override
    int work() {
        String path = Paths.module(module) + "/preflight";
        List<PreflightReport.Seen> seen = new ArrayList<>();
        List<PreflightReport.Line> lines = new ArrayList<>();
        for (Json member : target().own().get("/api/v1/cluster").list("members")) {
            if (!member.text("role").equals("data")) continue;
            try {
                seen.add(look(target().at(member.text("name")), path));
            } catch (Failure failure) {
                lines.add(
                        new PreflightReport.Line(
                                "error",
                                member.text("name"),
                                String.valueOf(failure.getMessage()),
                                failure.remedy()));
            }
        }
        lines.addAll(PreflightReport.of(seen, 0));
        boolean isBad = lines.stream().anyMatch(line -> line.level().equals("error"));
        if (isJson()) {
            say(
                    Json.write(
                            Map.of(
                                    "good",
                                    !isBad,
                                    "lines",
                                    lines.stream()
                                            .map(line ->
                                                    Map.of(
                                                            "level", line.level(),
                                                            "node", line.node(),
                                                            "text", line.text(),
                                                            "advice", line.advice()))
                                            .toList())));
        } else {
            lines.forEach(line -> say(text(line)));
            say(isBad ? "not ready" : "ready");
        }
        return isBad ? Exit.REFUSED : Exit.DONE;
    }

    private static PreflightReport.Seen look(Daemon daemon, String path) {
        Json facts = daemon.getWithin(path, LOOK_MAX);
        // the node reads its clock last, so only the way back lies between
        long aheadMs = facts.number("nowMs") - System.currentTimeMillis();
        return new PreflightReport.Seen(facts, aheadMs, WAY_BACK_MS);
    }

    private static String text(PreflightReport.Line line) {
        return "%-7s %s%s%s"
                .formatted(
                        line.level(),
                        line.node().isEmpty() ? "" : line.node() + ": ",
                        line.text(),
                        line.advice().isEmpty() ? "" : "; " + line.advice());
    }
}
