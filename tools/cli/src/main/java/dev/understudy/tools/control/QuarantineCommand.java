package dev.understudy.tools.control;

import dev.understudy.tools.CommandGroup;
import dev.understudy.tools.Exit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// What a copy had of its own before it was overwritten.
@Command(
        name = "quarantine",
        mixinStandardHelpOptions = true,
        description = {
            "Shows, copies out, puts back and removes what a copy had of its own before it was"
                    + " overwritten.",
            "`safe second --force` fills it: files that were changed on the side that lost, while both"
                    + " sides wrote. It belongs to one node; name it with --node. Size and age are"
                    + " bounded by replication.quarantine."
        },
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            QuarantineCommand.ListEntries.class,
            QuarantineCommand.Show.class,
            QuarantineCommand.Export.class,
            QuarantineCommand.Restore.class,
            QuarantineCommand.Drop.class
        },
        footer = {
            "",
            "Examples:",
            "  safe quarantine list -m postgresql --node node2",
            "  safe quarantine export -m postgresql 20260102-030405 /root/kept",
            "  safe quarantine restore -m postgresql 20260102-030405 data/report.txt"
        })
public final class QuarantineCommand extends CommandGroup {
    /// What all of them take.
    abstract static class OfModule extends ControlCommand {
        private static final Duration COPY_MAX = Duration.ofHours(12);

        @Option(
                names = {"-m", "--module"},
                required = true,
                paramLabel = "MODULE",
                description = "The module.")
        private String module = "";

        final String path() {
            return Paths.module(module) + "/quarantine";
        }

        final String path(String entry) {
            if (!entry.matches("[A-Za-z0-9._-]{1,63}")) {
                throw Failure.usage(
                        "'%s' is not the name of an entry".formatted(entry),
                        "see `safe quarantine list -m " + module + "`");
            }
            return path() + "/" + entry;
        }

        final int post(String path, Map<String, ?> body) {
            Json done = daemon().send("POST", path, body, COPY_MAX);
            return answer(done, done.text("text"));
        }
    }

    /// Lists entries.
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists the entries of a node, oldest first.")
    public static final class ListEntries extends OfModule {
        @Override
        int work() {
            Json all = daemon().get(path());
            if (isJson()) return answer(all, "");
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("ENTRY", "FILES", "BYTES", "UNTIL", "WHAT"));
            for (Json entry : all.list("entries")) {
                boolean damaged = entry.truth("isDamaged");
                rows.add(
                        List.of(
                                entry.text("id"),
                                "%,d".formatted(entry.number("files")),
                                "%,d".formatted(entry.number("bytes")),
                                damaged ? "-" : Words.time(entry.number("expiresAtMs")),
                                what(entry)));
            }
            say(rows.size() == 1 ? "nothing is kept" : Words.table(rows));
            return Exit.DONE;
        }

        private static String what(Json entry) {
            if (entry.truth("isDamaged")) {
                return "record damaged; its files are in " + entry.text("folder");
            }
            return entry.truth("isEverything") ? "the whole copy" : "what only this copy had";
        }
    }

    /// Shows one.
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows the files of an entry.")
    public static final class Show extends OfModule {
        @Parameters(index = "0", paramLabel = "ENTRY", description = "As `list` names it.")
        private String entry = "";

        @Override
        int work() {
            Json shown = daemon().get(path(entry));
            if (isJson()) return answer(shown, "");
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("TYPE", "BYTES", "MODIFIED", "FILE"));
            for (Json file : shown.list("files")) {
                rows.add(
                        List.of(
                                file.text("type"),
                                "%,d".formatted(file.number("bytes")),
                                Words.time(file.number("modifiedMs")),
                                file.text("name")));
            }
            say(Words.table(rows));
            say("in " + shown.at("entry").text("folder"));
            return Exit.DONE;
        }
    }

    /// Copies one out.
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description = {
                "Copies an entry's files, as they were, to a new or empty directory of that node.",
                "Below it is one directory for each replicated directory, named by its id."
            })
    public static final class Export extends OfModule {
        @Parameters(index = "0", paramLabel = "ENTRY", description = "As `list` names it.")
        private String entry = "";

        @Parameters(index = "1", paramLabel = "DIR", description = "Where to; made if need be.")
        private Path to = Path.of("");

        @Override
        int work() {
            String absolute = to.toAbsolutePath().normalize().toString();
            return post(path(entry) + "/export", Map.of("to", absolute));
        }
    }

    /// Puts files back.
    @Command(
            name = "restore",
            mixinStandardHelpOptions = true,
            description = {
                "Puts files of an entry back into the replicated directories, as a program would.",
                "The node has to serve; a file that is there already is replaced with --replace only; without"
                        + " it nothing at all is written then."
            })
    public static final class Restore extends OfModule {
        @Parameters(index = "0", paramLabel = "ENTRY", description = "As `list` names it.")
        private String entry = "";

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "FILE",
                description = "As `show` names them; a directory means all below it.")
        private List<String> files = List.of();

        @Option(names = "--replace", description = "Replace what is there now.")
        private boolean replace;

        @Override
        int work() {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("files", files.stream().map(Restore::withoutSlash).toList());
            if (replace) body.put("replace", true);
            return post(path(entry) + "/restore", body);
        }

        private static String withoutSlash(String name) {
            return name.length() > 1 && name.endsWith("/")
                    ? name.substring(0, name.length() - 1)
                    : name;
        }
    }

    /// Removes one.
    @Command(
            name = "drop",
            mixinStandardHelpOptions = true,
            description = "Removes an entry for good.")
    public static final class Drop extends OfModule {
        @Parameters(index = "0", paramLabel = "ENTRY", description = "As `list` names it.")
        private String entry = "";

        @Override
        int work() {
            Json done = daemon().send("DELETE", path(entry), null);
            return answer(done, done.text("text"));
        }
    }
}
