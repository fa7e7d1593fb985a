package dev.understudy.tests.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/// Runs commands with a deadline and gives back what they said.
public final class Shell {
    /// How long a command may take when the caller says nothing.
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    private Shell() {}

    /// What a command answered.
    ///
    /// @param exit its exit code
    /// @param out its standard output
    /// @param err its standard error output
    public record Result(int exit, String out, String err) {
        /// Tells whether the exit code is 0.
        public boolean isOk() {
            return exit == 0;
        }

        /// Gives both outputs in one text, for a message.
        public String text() {
            return (out.strip() + "\n" + err.strip()).strip();
        }
    }

    /// Runs a command; any exit code is a result.
    ///
    /// @throws LabException when it cannot be started or passes the deadline (it is killed then)
    public static Result run(Duration patience, String stdin, List<String> command) {
        try {
            Process process = new ProcessBuilder(command).start();
            CompletableFuture<String> out = drain(process.getInputStream());
            CompletableFuture<String> err = drain(process.getErrorStream());
            feed(process, stdin);
            if (!process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new LabException(
                        "no end within "
                                + patience.toSeconds()
                                + " s: "
                                + String.join(" ", command));
            }
            return new Result(process.exitValue(), text(out), text(err));
        } catch (IOException e) {
            throw new LabException("cannot start: " + String.join(" ", command), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted in: " + String.join(" ", command), e);
        }
    }

    /// Runs a command that has to succeed and gives its standard output, stripped.
    ///
    /// @throws LabException with the command and what it said when the exit code is not 0
    public static String must(List<String> command) {
        return must("", command);
    }

    /// As [#must(List)], with something to read for the command.
    public static String must(String stdin, List<String> command) {
        Result result = run(PATIENCE, stdin, command);
        if (!result.isOk()) {
            throw new LabException(
                    "exit "
                            + result.exit()
                            + ": "
                            + String.join(" ", command)
                            + "\n"
                            + result.text());
        }
        return result.out().strip();
    }

    /// As [#must(List)], for words known at compile time.
    public static String must(String... command) {
        return must(List.of(command));
    }

    private static void feed(Process process, String stdin) throws IOException {
        try (var in = process.getOutputStream()) {
            in.write(stdin.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            if (!stdin.isEmpty() && process.isAlive()) {
                throw e;
            }
        }
    }

    /// Reads on a virtual thread. A daemon that inherited the pipe may hold it open after the
    /// command's end, which is why [#text] does not wait for the end of file.
    private static CompletableFuture<String> drain(InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("lab-drain")
                .start(() -> {
                    try (stream) {
                        text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                    } catch (IOException e) {
                        text.completeExceptionally(new UncheckedIOException(e));
                    }
                });
        return text;
    }

    private static String text(CompletableFuture<String> stream) throws InterruptedException {
        try {
            return stream.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new LabException("output not readable to its end", e);
        }
    }
}
