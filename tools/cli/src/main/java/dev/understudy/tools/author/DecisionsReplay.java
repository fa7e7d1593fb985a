package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.core.replay.BadRecording;
import dev.understudy.core.replay.Recording;
import dev.understudy.core.replay.RecordingReader;
import dev.understudy.core.replay.Rerun;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Runs the decisions that a node recorded through the rules of this program.
final class DecisionsReplay {
    private static final long BYTES_MAX = 64L << 20;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

    private final PrintWriter out;
    private final PrintWriter err;
    private final Format format;

    DecisionsReplay(PrintWriter out, PrintWriter err, Format format) {
        this.out = out;
        this.err = err;
        this.format = format;
    }

    /// The files of a module on this node, the older one first.
    ///
    /// @param root folder of the daemon's state
    /// @throws NoSuchFileException if there are none
    static List<Path> filesOf(Path root, String module) throws NoSuchFileException {
        Path folder = root.resolve("data").resolve(module);
        List<Path> files = new ArrayList<>();
        for (String name : List.of("decisions.1.rec", "decisions.rec")) {
            if (Files.exists(folder.resolve(name))) {
                files.add(folder.resolve(name));
            }
        }
        if (files.isEmpty()) {
            throw new NoSuchFileException(folder.resolve("decisions.rec").toString());
        }
        return files;
    }

    /// Runs them, the oldest first.
    ///
    /// @return the exit code
    int run(List<Path> files) throws IOException {
        Rerun rerun = new Rerun();
        Recording last = null;
        List<String> problems = new ArrayList<>();
        for (Path file : files) {
            boolean isNewest = file.equals(files.getLast());
            try {
                Recording recording = RecordingReader.read(bytes(file), version());
                if (recording.isCut()) {
                    problems.add(
                            "%s: cut after byte %d, as a loss of power does; what is whole was replayed"
                                    .formatted(file, recording.wholeBytes()));
                }
                last = recording;
                if (!rerun.run(recording)) {
                    break;
                }
            } catch (BadRecording bad) {
                String problem = file + ": " + bad.getMessage();
                if (isNewest) {
                    err.println("safe: " + problem);
                    return Exit.REFUSED;
                }
                problems.add(problem + "; only the newer file was replayed");
            }
        }
        problems.forEach(problem -> err.println("note: " + problem));
        Recording.Origin origin = java.util.Objects.requireNonNull(last).origin();
        if (rerun.gaps() > 0) {
            err.printf("note: steps are missing at %d places%n", rerun.gaps());
        }
        if (!origin.version().equals(version())) {
            err.printf(
                    "note: recorded by version %s, this is %s; a rule that was mended may decide"
                            + " otherwise%n",
                    origin.version(), version());
        }
        if (format == Format.JSON) {
            out.println(new ObjectMapper().writeValueAsString(json(origin, rerun, problems)));
        } else {
            text(origin, rerun);
        }
        return rerun.difference().isEmpty() ? Exit.DONE : Exit.REFUSED;
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > BYTES_MAX) {
            throw new IOException(file + ": longer than any recording of decisions");
        }
        return Files.readAllBytes(file);
    }

    private static String version() {
        String version = DecisionsReplay.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private void text(Recording.Origin origin, Rerun rerun) {
        out.printf(
                "%s on %s, recorded by version %s%n",
                origin.module(), origin.node(), origin.version());
        long transitions = 0;
        for (Rerun.Moved moved : rerun.moves()) {
            if (moved.isTransition()) {
                transitions++;
                var line = moved.line();
                String detail = line.detail().isEmpty() ? "" : " (" + line.detail() + ")";
                out.printf(
                        "%s  %s -> %s  rule %d %s: %s%s%n",
                        time(moved.atMs()),
                        line.from(),
                        line.to(),
                        line.rule().number(),
                        line.rule(),
                        line.rule().reason(),
                        detail);
            }
        }
        if (rerun.difference().isEmpty()) {
            out.printf("%d steps, %d transitions: as recorded%n", rerun.steps(), transitions);
            return;
        }
        Rerun.Difference difference = rerun.difference().get();
        out.printf(
                "differs at step %d, %s: %s%n",
                difference.step(), time(difference.atMs()), difference.event());
        out.printf("  the node was %s%n", difference.before());
        out.println("  recorded:");
        lines(difference.recorded());
        out.println("  now:");
        lines(difference.now());
    }

    private void lines(List<String> lines) {
        lines.forEach(line -> out.println("    " + line));
        if (lines.isEmpty()) {
            out.println("    nothing");
        }
    }

    private static String time(long atMs) {
        return TIME.format(Instant.ofEpochMilli(atMs).atZone(ZoneId.systemDefault()));
    }

    private static Map<String, Object> json(
            Recording.Origin origin, Rerun rerun, List<String> problems) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("same", rerun.difference().isEmpty());
        answer.put("module", origin.module());
        answer.put("node", origin.node());
        answer.put("version", origin.version());
        answer.put("steps", rerun.steps());
        answer.put("gaps", rerun.gaps());
        answer.put("notes", problems);
        answer.put(
                "transitions",
                rerun.moves().stream()
                        .filter(Rerun.Moved::isTransition)
                        .map(moved ->
                                Map.of(
                                        "atMs", moved.atMs(),
                                        "from", moved.line().from().name(),
                                        "to", moved.line().to().name(),
                                        "rule", moved.line().rule().number(),
                                        "name", moved.line().rule().name(),
                                        "detail", moved.line().detail()))
                        .toList());
        rerun.difference()
                .ifPresent(difference ->
                        answer.put(
                                "difference",
                                Map.of(
                                        "step", difference.step(),
                                        "atMs", difference.atMs(),
                                        "event", difference.event(),
                                        "before", difference.before(),
                                        "recorded", difference.recorded(),
                                        "now", difference.now())));
        return answer;
    }
}
