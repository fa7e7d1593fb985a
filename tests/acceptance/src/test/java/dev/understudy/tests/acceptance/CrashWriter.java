package dev.understudy.tests.acceptance;

import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The program `crash-writer` at work on a node, and what it had been told when it ended.
final class CrashWriter {
    private static final Duration END = Duration.ofSeconds(30);

    private final Process process;
    private final Path log;

    private CrashWriter(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /// Starts it.
    ///
    /// @param program on a path that all nodes see
    /// @param log outside of the node, so that it survives it
    static CrashWriter start(LabNode node, Path program, Path directory, long seed, Path log)
            throws IOException {
        Files.deleteIfExists(log);
        return new CrashWriter(
                node.spawn(
                        log,
                        Map.of(),
                        List.of(program.toString(), directory.toString(), Long.toString(seed))),
                log);
    }

    /// What was printed.
    ///
    /// @param acknowledged operations that had ended well, in order
    /// @param last the operation under way; empty if none was
    record Story(List<String> acknowledged, String last) {}

    /// Counts the lines so far.
    long lines() throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.count();
        }
    }

    /// Ends it, unless it has ended by itself, and reads what it printed.
    Story end() throws IOException, InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
            throw new LabException("the writer does not end: " + log);
        }
        List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
        List<String> acknowledged = new java.util.ArrayList<>();
        String last = "";
        for (String line : lines) {
            String rest = line.substring(line.indexOf(' ') + 1);
            if (rest.equals("ok")) {
                acknowledged.add(last);
                last = "";
            } else if (!rest.startsWith("errno ")) { // a call that failed may have happened
                last = rest;
            }
        }
        return new Story(acknowledged, last);
    }
}
