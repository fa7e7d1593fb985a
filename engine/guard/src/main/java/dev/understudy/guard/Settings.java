package dev.understudy.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What the guard is to start and where it talks.
///
/// @param run folder of sockets and pid files
/// @param safed command line of the daemon
/// @param hosts the script hosts, the one for hooks first; each waits until the daemon listens for
///   it
/// @param stopMs how long the daemon may take for an orderly stop before it is killed and fenced
record Settings(Path run, List<String> safed, List<Host> hosts, int stopMs) {
    /// A script host.
    record Host(String role, List<String> command) {}

    private static final String SETPRIV = "/usr/bin/setpriv"; // util-linux
    private static final String USER = "understudy-script";
    private static final String USAGE =
            """
            usage: safe-guard [--home DIR] [--program DIR] [--run DIR] [--no-script-hosts]
                              [--stop-within SECONDS] [-- SAFED-COMMAND...]
              --home DIR       all files of the node below DIR (default: /etc, /var/lib, /run)
              --program DIR    folder with bin/safed (default: $UNDERSTUDY_PROGRAM, /opt/understudy)
              --run DIR        folder of guard.sock (default: DIR/run of --home, /run/understudy)
              --stop-within S  time for an orderly stop on SIGTERM (default 120)
            """;

    /// Command line was wrong; the text is for the person who wrote it.
    static final class BadUsage extends Exception {
        private static final long serialVersionUID = 1L;

        BadUsage(String problem) {
            super("safe-guard: " + problem + "\n" + USAGE);
        }
    }

    Path socket() {
        return run.resolve("guard.sock");
    }

    static Settings parse(List<String> arguments, String programDefault) throws BadUsage {
        String home = "";
        String run = "";
        String program = programDefault.isEmpty() ? "/opt/understudy" : programDefault;
        boolean hasHosts = true;
        int stopMs = 120_000;
        List<String> command = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String option = arguments.get(i);
            if (option.equals("--")) {
                command.addAll(arguments.subList(i + 1, arguments.size()));
                break;
            }
            if (option.equals("--no-script-hosts")) {
                hasHosts = false;
                continue;
            }
            if (i + 1 >= arguments.size()) {
                throw new BadUsage(option + " needs a value");
            }
            String value = arguments.get(++i);
            switch (option) {
                case "--home" -> home = value;
                case "--program" -> program = value;
                case "--run" -> run = value;
                case "--stop-within" -> stopMs = seconds(value) * 1000;
                default -> throw new BadUsage("unknown option " + option);
            }
        }
        Path runFolder = runFolder(home, run);
        if (command.isEmpty()) {
            command.add(program + "/bin/safed");
            addHome(command, home);
        }
        List<Host> hosts = new ArrayList<>();
        if (hasHosts) {
            hosts.add(host(program, "hooks", runFolder));
            hosts.add(host(program, "checkers", runFolder));
        }
        return new Settings(runFolder, List.copyOf(command), List.copyOf(hosts), stopMs);
    }

    private static Path runFolder(String home, String run) {
        if (!run.isEmpty()) {
            return Path.of(run).toAbsolutePath();
        }
        return home.isEmpty()
                ? Path.of("/run/understudy")
                : Path.of(home).toAbsolutePath().normalize().resolve("run");
    }

    private static void addHome(List<String> command, String home) {
        if (!home.isEmpty()) {
            command.add("--home");
            command.add(home);
        }
    }

    private static Host host(String program, String role, Path run) {
        Path socket = run.resolve("script-" + role + ".sock");
        List<String> command = new ArrayList<>(withoutPrivileges());
        command.add(program + "/bin/safe-scriptd");
        command.addAll(List.of("--role", role, "--connect", socket.toString()));
        return new Host(role, List.copyOf(command));
    }

    /// Words before a command that runs scripts: their own user where the machine has one, never
    /// more capabilities by executing something.
    private static List<String> withoutPrivileges() {
        if (!Files.isExecutable(Path.of(SETPRIV))) {
            return List.of();
        }
        List<String> words = new ArrayList<>(List.of(SETPRIV, "--no-new-privs"));
        if (hasUser()) {
            words.addAll(
                    List.of(
                            "--reuid=" + USER,
                            "--regid=" + USER,
                            "--init-groups",
                            "--inh-caps=-all"));
        }
        return words;
    }

    private static boolean hasUser() {
        try {
            return Files.readAllLines(Path.of("/etc/passwd")).stream()
                    .anyMatch(line -> line.startsWith(USER + ":"));
        } catch (IOException e) {
            return false; // no such file: there are no users but root
        }
    }

    private static int seconds(String text) throws BadUsage {
        try {
            int value = Integer.parseInt(text);
            if (value >= 1 && value <= 86_400) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new BadUsage("--stop-within " + text + " is no number of seconds");
        }
        throw new BadUsage("--stop-within " + text + " is not between 1 and 86400");
    }
}
