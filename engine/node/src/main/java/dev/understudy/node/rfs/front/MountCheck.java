package dev.understudy.node.rfs.front;

import dev.understudy.core.member.HaException;
import dev.understudy.posix.fs.MountTable;
import dev.understudy.posix.fuse.FuseConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Looks at a directory before it is mounted over: what would go by the mount is refused by name.
public final class MountCheck {
    private static final int NAMED_MAX = 10;

    private MountCheck() {}

    /// Refuses a directory that cannot be replicated or that somebody uses already, after taking
    /// away a mount that an earlier daemon of ours left on it.
    ///
    /// @param home of the daemon; a mount over its own files would make it wait for itself
    /// @throws HaException HA-3101 no directory, HA-3103 holds the daemon's files, HA-3104 a mount
    ///   below, HA-3105 in use by processes, which are named
    /// @throws IOException if /proc cannot be read
    public static void check(Path directory, Path home) throws IOException {
        FuseConnection.detachStale(directory);
        if (!Files.isDirectory(directory)) {
            throw new HaException(
                    "HA-3101",
                    directory + " is not a directory",
                    null,
                    "create it on this node or correct the path in the module's configuration");
        }
        Path real = directory.toRealPath();
        if (Files.exists(home) && home.toRealPath().startsWith(real)) {
            throw new HaException(
                    "HA-3103",
                    real + " holds the files of Understudy itself (" + home + ")",
                    null,
                    "replicate a directory that does not hold it");
        }
        String below = real.toString().endsWith("/") ? real.toString() : real + "/";
        for (MountTable.Entry mount : MountTable.read()) {
            if (mount.point().startsWith(below)) {
                throw new HaException(
                        "HA-3104",
                        mount.point() + " is a mount of its own below " + real,
                        null,
                        "unmount it, or replicate it as a directory of its own");
            }
        }
        List<String> users = users(real);
        if (!users.isEmpty()) {
            throw new HaException(
                    "HA-3105",
                    real + " is in use: " + String.join(", ", users),
                    null,
                    "stop these processes first: what they have open would not be replicated");
        }
    }

    /// Finds processes that have files, working directories or mapped files in a directory.
    ///
    /// @return for each `pid 123 (postgres): file /data/x`, at most ten
    /// @throws IOException if /proc cannot be read
    public static List<String> users(Path directory) throws IOException {
        Object device = Files.getAttribute(directory, "unix:dev");
        TreeSet<String> users = new TreeSet<>();
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                String use = use(process, directory.toString(), device);
                if (use != null) {
                    users.add(
                            "pid " + process.getFileName() + " (" + program(process) + "): " + use);
                }
            }
        }
        return users.stream().limit(NAMED_MAX).toList();
    }

    private static @Nullable String use(Path process, String directory, Object device) {
        for (String link : List.of("cwd", "root")) {
            String target = inside(process.resolve(link), directory, device);
            if (target != null) {
                return (link.equals("cwd") ? "working directory " : "root directory ") + target;
            }
        }
        try (DirectoryStream<Path> fds = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path fd : fds) {
                String target = inside(fd, directory, device);
                if (target != null) {
                    return "file " + target;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return null; // the process ended
        }
        return mapped(process, directory, device);
    }

    /// Looks through the lines of /proc/PID/maps: `range mode offset device inode path`.
    private static @Nullable String mapped(Path process, String directory, Object device) {
        long number = ((Number) device).longValue();
        long major = ((number >> 8) & 0xfff) | ((number >> 32) & ~0xfffL);
        long minor = (number & 0xff) | ((number >> 12) & ~0xffL);
        String wanted = "%02x:%02x".formatted(major, minor);
        try (Stream<String> lines =
                Files.lines(process.resolve("maps"), StandardCharsets.ISO_8859_1)) {
            String start =
                    new String(
                            (directory + "/").getBytes(StandardCharsets.UTF_8),
                            StandardCharsets.ISO_8859_1);
            return lines.map(line -> line.split("\\s+", 6))
                    .filter(f -> f.length == 6 && f[3].equals(wanted) && f[5].startsWith(start))
                    .map(f -> "mapped file " + f[5])
                    .findFirst()
                    .orElse(null);
        } catch (IOException | UncheckedIOException e) {
            return null; // a kernel thread, or the process ended
        }
    }

    /// Gives where a link of /proc leads to if that lies in the directory; the same path in another
    /// mount namespace may be another file system.
    private static @Nullable String inside(Path link, String directory, Object device) {
        try {
            String target = Files.readSymbolicLink(link).toString();
            boolean within = target.equals(directory) || target.startsWith(directory + "/");
            return within && Files.getAttribute(link, "unix:dev").equals(device) ? target : null;
        } catch (IOException e) {
            return null; // closed meanwhile
        }
    }

    private static String program(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException e) {
            return "?";
        }
    }
}
