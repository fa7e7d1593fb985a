package dev.understudy.node.script;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A service of Windows, through sc.exe: by its exit codes, and by the places and numbers of its
/// answers; their words differ from language to language.
///
/// @see "sc.exe queryex: SERVICE_NAME, then indented TYPE, STATE, WIN32_EXIT_CODE,
///   SERVICE_EXIT_CODE, CHECKPOINT, WAIT_HINT, PID, FLAGS; winsvc.h SERVICE_STATUS_PROCESS;
///   winerror.h"
record WindowsService(String name, WindowsPrograms programs) implements Managed {
    private static final int ACCESS_DENIED = 5;
    private static final int DEPENDENT_SERVICES_RUNNING = 1051;
    private static final int ALREADY_RUNNING = 1056;
    private static final int DISABLED = 1058;
    private static final int NO_SUCH_SERVICE = 1060;
    private static final int CANNOT_ACCEPT_CONTROL = 1061;
    private static final int NOT_ACTIVE = 1062;
    private static final int LOGON_FAILED = 1069;

    private static final int STOPPED = 1;
    private static final int START_PENDING = 2;
    private static final int STOP_PENDING = 3;
    private static final int RUNNING = 4;
    private static final int CONTINUE_PENDING = 5;
    private static final int PAUSED = 7;

    private static final int SHARES_ITS_PROCESS = 0x20; // SERVICE_WIN32_SHARE_PROCESS
    private static final int NO_SUCH_PROCESS = 128; // taskkill.exe

    private static final Duration LOOK = Duration.ofMillis(250);
    private static final int LOOKS_MAX = 2400; // 10 minutes; the hook's deadline comes before

    private static final Pattern FIELD = Pattern.compile("\\s+[^:]+: *(?:0x)?([0-9a-fA-F]+)\\b.*");

    /// What sc.exe queryex tells.
    ///
    /// @param exitCode of Windows; `serviceExitCode` is the service's own
    record Status(int type, int state, long exitCode, long serviceExitCode, long pid) {}

    /// A dependent service.
    private record Dependent(String name, int state) {}

    @Override
    public boolean isActive() throws IOException, InterruptedException {
        int state = status().state();
        return state == RUNNING || state == START_PENDING || state == CONTINUE_PENDING;
    }

    Status status() throws IOException, InterruptedException {
        WindowsPrograms.Answer answer = sc("queryex", name);
        check("queryex", answer);
        return read(answer.out());
    }

    /// Reads the answer of sc.exe queryex by the places of its fields.
    static Status read(String text) throws IOException {
        List<String> fields = fields(text);
        if (fields.size() < 7) {
            throw new IOException("sc.exe queryex answered otherwise than known: " + text.strip());
        }
        return new Status(
                Integer.parseInt(fields.get(0), 16),
                Integer.parseInt(fields.get(1)),
                Long.parseLong(fields.get(2)),
                Long.parseLong(fields.get(3)),
                Long.parseLong(fields.get(6)));
    }

    private static List<String> fields(String text) {
        return text.lines()
                .map(FIELD::matcher)
                .filter(Matcher::matches)
                .map(m -> m.group(1))
                .toList();
    }

    @Override
    public void start() throws IOException, InterruptedException {
        int state = status().state();
        if (state == PAUSED) {
            check("continue", sc("continue", name));
        } else {
            if (state == STOP_PENDING) {
                await(STOPPED);
            }
            WindowsPrograms.Answer answer = sc("start", name);
            if (answer.code() != ALREADY_RUNNING) {
                check("start", answer);
            }
        }
        await(RUNNING);
    }

    /// Waits for a state. A service that is to run and has stopped will not run by itself.
    private void await(int wanted) throws IOException, InterruptedException {
        for (int look = 0; look < LOOKS_MAX; look++) {
            Status status = status();
            if (status.state() == wanted) {
                return;
            }
            if (wanted == RUNNING && status.state() == STOPPED) {
                throw new IOException(
                        "service %s stopped while it was starting; its exit code is %d, of its own %d"
                                .formatted(name, status.exitCode(), status.serviceExitCode()));
            }
            programs.pause(LOOK);
        }
        throw new IOException("service " + name + " does not come to state " + wanted);
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        stop(true);
    }

    private void stop(boolean withDependents) throws IOException, InterruptedException {
        for (int look = 0; look < LOOKS_MAX; look++) {
            WindowsPrograms.Answer answer = sc("stop", name);
            switch (answer.code()) {
                case NO_SUCH_SERVICE, NOT_ACTIVE -> {
                    return;
                }
                case DEPENDENT_SERVICES_RUNNING -> {
                    if (!withDependents) {
                        check("stop", answer);
                    }
                    // sc.exe gives them in the order in which they can be stopped
                    List<Dependent> running =
                            dependents().stream().filter(one -> one.state() != STOPPED).toList();
                    if (running.isEmpty()) {
                        check("stop", answer);
                    }
                    for (Dependent one : running) {
                        new WindowsService(one.name(), programs).stop(false);
                    }
                }
                case CANNOT_ACCEPT_CONTROL -> {
                    // it starts or stops at this moment
                    if (status().state() == STOPPED) {
                        return;
                    }
                    programs.pause(LOOK);
                }
                default -> {
                    check("stop", answer);
                    await(STOPPED);
                    return;
                }
            }
        }
        throw new IOException("service " + name + " does not take the order to stop");
    }

    /// Lists the services that need this one: each begins with a line that is not indented.
    private List<Dependent> dependents() throws IOException, InterruptedException {
        WindowsPrograms.Answer answer = sc("enumdepend", name, "65536");
        check("enumdepend", answer);
        List<Dependent> all = new ArrayList<>();
        for (String block : answer.out().replace("\r\n", "\n").split("\n\\s*\n", -1)) {
            List<String> fields = fields(block);
            String first = block.strip().lines().findFirst().orElse("");
            if (fields.size() >= 4 && first.contains(":")) {
                String dependent = first.substring(first.indexOf(':') + 1).strip();
                all.add(new Dependent(dependent, Integer.parseInt(fields.get(1))));
            }
        }
        return all;
    }

    @Override
    public void kill() throws IOException, InterruptedException {
        WindowsPrograms.Answer asked = sc("queryex", name);
        if (asked.code() == NO_SUCH_SERVICE) {
            return;
        }
        check("queryex", asked);
        Status status = read(asked.out());
        if (status.state() == STOPPED || status.pid() == 0) {
            return;
        }
        if ((status.type() & SHARES_ITS_PROCESS) != 0) {
            stop(); // its process holds other services too
            return;
        }
        WindowsPrograms.Answer answer =
                programs.run(List.of("taskkill.exe", "/F", "/T", "/PID", "" + status.pid()));
        if (answer.code() != 0 && answer.code() != NO_SUCH_PROCESS) {
            throw new IOException(
                    "taskkill.exe ended with " + answer.code() + ": " + answer.text());
        }
        await(STOPPED);
    }

    private WindowsPrograms.Answer sc(String... arguments)
            throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(List.of("sc.exe"));
        argv.addAll(List.of(arguments));
        return programs.run(argv);
    }

    private void check(String verb, WindowsPrograms.Answer answer) throws IOException {
        if (answer.code() != 0) {
            String known =
                    switch (answer.code()) {
                        case ACCESS_DENIED -> " (access is denied)";
                        case NO_SUCH_SERVICE -> " (there is no such service)";
                        case DISABLED -> " (it is disabled, or what it needs is)";
                        case LOGON_FAILED -> " (its account cannot log on)";
                        case DEPENDENT_SERVICES_RUNNING -> " (services that need it run)";
                        default -> "";
                    };
            throw new IOException(
                    "sc.exe %s %s ended with %d%s: %s"
                            .formatted(verb, name, answer.code(), known, answer.text()));
        }
    }
}
