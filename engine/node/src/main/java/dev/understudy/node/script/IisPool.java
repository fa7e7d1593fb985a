package dev.understudy.node.script;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// An application pool of IIS, through appcmd.exe. Its states are words of IIS's own schema, the
/// same in every language.
///
/// @see "appcmd.exe list apppool /text:state: Starting, Started, Stopping, Stopped or Unknown;
///   nothing and a code other than 0 if there is no such pool"
record IisPool(String name, WindowsPrograms programs) implements Managed {
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final int LOOKS_MAX = 2400;
    private static final int NO_SUCH_PROCESS = 128; // taskkill.exe

    @Override
    public boolean isActive() throws IOException, InterruptedException {
        String state = state();
        if (state.isEmpty()) {
            throw new IOException("there is no pool " + name + " in IIS");
        }
        return state.equals("Started") || state.equals("Starting");
    }

    /// Gives the state; empty if there is no such pool.
    private String state() throws IOException, InterruptedException {
        WindowsPrograms.Answer answer =
                appcmd("list", "apppool", "/apppool.name:" + name, "/text:state");
        String state = answer.out().strip();
        if (answer.code() != 0 && !(state.isEmpty() && answer.err().isBlank())) {
            throw failed("list", answer);
        }
        return state;
    }

    @Override
    public void start() throws IOException, InterruptedException {
        change("start", "Started", state());
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        String state = state();
        if (!state.isEmpty()) {
            change("stop", "Stopped", state);
        }
    }

    private void change(String verb, String wanted, String now)
            throws IOException, InterruptedException {
        if (now.equals(wanted)) {
            return;
        }
        WindowsPrograms.Answer answer = appcmd(verb, "apppool", "/apppool.name:" + name);
        for (int look = 0; look < LOOKS_MAX; look++) {
            String state = state();
            if (state.equals(wanted)) {
                return;
            }
            if (answer.code() != 0 && !state.endsWith("ing")) {
                throw failed(verb, answer);
            }
            programs.pause(LOOK);
        }
        throw new IOException("pool " + name + " does not become " + wanted);
    }

    @Override
    public void kill() throws IOException, InterruptedException {
        WindowsPrograms.Answer workers =
                appcmd("list", "wp", "/apppool.name:" + name, "/text:WP.NAME");
        for (String pid : workers.out().lines().map(String::strip).toList()) {
            if (pid.matches("\\d+")) {
                WindowsPrograms.Answer answer =
                        programs.run(List.of("taskkill.exe", "/F", "/T", "/PID", pid));
                if (answer.code() != 0 && answer.code() != NO_SUCH_PROCESS) {
                    throw new IOException(
                            "taskkill.exe ended with " + answer.code() + ": " + answer.text());
                }
            }
        }
        stop(); // or IIS starts another worker for the next request
    }

    private WindowsPrograms.Answer appcmd(String... arguments)
            throws IOException, InterruptedException {
        List<String> argv = new java.util.ArrayList<>(List.of("appcmd.exe"));
        argv.addAll(List.of(arguments));
        return programs.run(argv);
    }

    private IOException failed(String verb, WindowsPrograms.Answer answer) {
        return new IOException(
                "appcmd.exe %s apppool %s ended with %d: %s"
                        .formatted(verb, name, answer.code(), answer.text()));
    }
}
