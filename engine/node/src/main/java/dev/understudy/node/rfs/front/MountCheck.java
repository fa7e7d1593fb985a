package dev.understudy.node.rfs.front;

import dev.understudy.core.member.HaException;
import dev.understudy.posix.fs.Mounts;
import dev.understudy.posix.fuse.FuseConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Looks at a directory before it is mounted over: what would go by the mount is refused by name.
public final class MountCheck {
    private static final int NAMED_MAX = 10;

    /// One mount as /proc/self/mountinfo shows it, proc(5).
    private record Mount(String point, String type) {}

    private MountCheck() {}

    /// Takes away mounts of ours that an earlier daemon left on a directory. The mount itself is
    /// never asked anything: a dead one fails, and one whose daemon hangs would not answer.
    ///
    /// @return how many were taken away
    /// @throws IOException if /proc cannot be read
    public static int clean(Path directory) throws IOException {
        String point = resolved(directory);
        int cleaned = 0;
        while (isOurs(point)) {
            if (Mounts.unmount(point, Mounts.MNT_FORCE | Mounts.MNT_DETACH) < 0) {
                break;
            }
            cleaned++;
        }
        return cleaned;
    }

    private static boolean isOurs(String point) throws IOException {
        String type = null;
        for (Mount mount : mounts()) {
            if (mount.point.equals(point)) {
                type = mount.type; // the last one is on top
            }
        }
        return FuseConnection.TYPE.equals(type);
    }

    /// Resolves links in the way to a directory without touching what is mounted on it.
    private static String resolved(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        Path name = absolute.getFileName();
        if (parent == null || name == null) {
            return absolute.toString();
        }
        return Files.exists(parent)
                ? parent.toRealPath().resolve(name).toString()
                : absolute.toString();
    }

    private static List<Mount> mounts() throws IOException {
        List<Mount> mounts = new ArrayList<>();
        for (String line :
                Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1)) {
            String[] fields = line.split(" ", -1);
            int dash = List.of(fields).indexOf("-");
            if (fields.length > 5 && dash > 0 && dash + 1 < fields.length) {
                String point =
                        new String(
                                unescape(fields[4]).getBytes(StandardCharsets.ISO_8859_1),
                                StandardCharsets.UTF_8);
                mounts.add(new Mount(point, fields[dash + 1]));
            }
        }
        return mounts;
    }

    /// Undoes the octal escapes of space, tab, newline and backslash.
    private static String unescape(String field) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(field.charAt(i));
            }
        }
        return text.toString();
    }

    /// Refuses a directory that cannot be replicated or that somebody uses already.
    ///
    /// @param home of the daemon; a mount over its own files would make it wait for itself
    /// @throws HaException HA-3101 no directory, HA-3103 holds the daemon's files, HA-3104 a mount
    ///   below, HA-3105 in use by processes, which are named
    /// @throws IOException if /proc cannot be read
    public static void check(Path directory, Path home) throws IOException {
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
        for (Mount mount : mounts()) {
            if (mount.point.startsWith(below)) {
                throw new HaException(
                        "HA-3104",
                        mount.point + " is a mount of its own below " + real,
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
        } catch (IOException e) {
            return null; // the process ended
        }
        try (DirectoryStream<Path> maps = Files.newDirectoryStream(process.resolve("map_files"))) {
            for (Path map : maps) {
                String target = inside(map, directory, device);
                if (target != null) {
                    return "mapped file " + target;
                }
            }
        } catch (IOException e) {
            return null; // a kernel thread, or the process ended
        }
        return null;
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
