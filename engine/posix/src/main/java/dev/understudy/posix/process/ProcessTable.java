package dev.understudy.posix.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads the processes of this machine (of this pid namespace) from /proc, see proc(5).
public final class ProcessTable {
    private static final Path PROC = Path.of("/proc");

    private ProcessTable() {}

    /// One process.
    ///
    /// @param session id of its session, the pid of the session's leader
    /// @param state R, S, D, T …; Z is a zombie
    /// @param threads that have not ended, the first one of the process always counted
    /// @param name of the program, at most 15 bytes
    public record Entry(long pid, long parent, long session, char state, int threads, String name) {
        /// Tells whether it still runs, and is not only waiting to be waited for. A zombie with
        /// threads has open files and connections still.
        public boolean isRunning() {
            return (state != 'Z' || threads > 1) && state != 'X';
        }
    }

    /// Tells whether a process exists and has not ended, down to its last open file.
    public static boolean isRunning(long pid) {
        String stat = text(PROC.resolve(pid + "/stat"));
        return !stat.isEmpty() && parse(stat).isRunning();
    }

    /// Lists all processes; those that end meanwhile may be missing.
    public static List<Entry> read() throws IOException {
        List<Entry> all = new ArrayList<>();
        try (DirectoryStream<Path> pids = Files.newDirectoryStream(PROC, "[1-9]*")) {
            for (Path process : pids) {
                String stat = text(process.resolve("stat"));
                if (!stat.isEmpty()) {
                    all.add(parse(stat));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return all;
    }

    /// Reads a line of /proc/PID/stat. The name may hold blanks and brackets, so its last bracket
    /// counts.
    static Entry parse(String stat) {
        int open = stat.indexOf('(');
        int close = stat.lastIndexOf(')');
        String[] rest = stat.substring(close + 2).split(" ", 19);
        return new Entry(
                Long.parseLong(stat.substring(0, open - 1)),
                Long.parseLong(rest[1]),
                Long.parseLong(rest[3]),
                rest[0].charAt(0),
                Integer.parseInt(rest[17]),
                stat.substring(open + 1, close));
    }

    /// Gives the command line with blanks between the arguments; empty for kernel threads and ended
    /// processes.
    public static String arguments(long pid) {
        return text(PROC.resolve(pid + "/cmdline")).replace('\0', ' ').strip();
    }

    /// Tells whether a process runs the program of that name: the name the kernel keeps (15 bytes),
    /// or the last part of its file or of its first argument.
    public static boolean isNamed(Entry entry, String name) {
        if (entry.name().equals(name.length() > 15 ? name.substring(0, 15) : name)) {
            return name.length() <= 15 || last(first(entry.pid())).equals(name);
        }
        return last(first(entry.pid())).equals(name) || last(program(entry.pid())).equals(name);
    }

    private static String first(long pid) {
        String line = text(PROC.resolve(pid + "/cmdline"));
        int end = line.indexOf('\0');
        return end < 0 ? line : line.substring(0, end);
    }

    private static String program(long pid) {
        try {
            return Files.readSymbolicLink(PROC.resolve(pid + "/exe")).toString();
        } catch (IOException e) {
            return ""; // a kernel thread, or ended
        }
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// Tells whether a process was started with a variable; false if it has ended or overwrote its
    /// environment.
    ///
    /// @param variable `NAME=value`
    public static boolean hasVariable(long pid, String variable) {
        String environment = text(PROC.resolve(pid + "/environ"));
        return environment.startsWith(variable + "\0")
                || environment.contains("\0" + variable + "\0");
    }

    /// Finds the running processes that were started with a variable, and what belongs to them:
    /// their descendants, and the members of the sessions that they lead. This process is never
    /// among them.
    ///
    /// @param variable `NAME=value`
    public static List<Entry> family(String variable) throws IOException {
        long self = ProcessHandle.current().pid();
        List<Entry> all = read();
        Set<Long> family = new HashSet<>();
        for (Entry entry : all) {
            if (entry.pid() != self && hasVariable(entry.pid(), variable)) {
                family.add(entry.pid());
            }
        }
        boolean grew = !family.isEmpty();
        while (grew) {
            grew = false;
            for (Entry entry : all) {
                if (entry.pid() != self
                        && (family.contains(entry.parent()) || family.contains(entry.session()))) {
                    grew |= family.add(entry.pid());
                }
            }
        }
        return all.stream().filter(e -> family.contains(e.pid()) && e.isRunning()).toList();
    }

    /// Sends a signal; a process that has ended meanwhile is no error.
    public static void signal(long pid, Signal signal) {
        ProcessCalls.kill((int) pid, signal.number());
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return ""; // it has ended meanwhile
        }
    }
}
