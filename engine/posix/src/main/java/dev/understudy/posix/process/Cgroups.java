package dev.understudy.posix.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds where control groups can be made on this machine: it looks, and assumes no path.
///
/// Only the tree is used (who belongs together, kill all), no controller, so version 2 serves also
/// where it is mounted beside version 1. Without version 2 any version 1 hierarchy serves.
public final class Cgroups {
    private final Path own;
    private final Path mount;
    private final String kind;

    private Cgroups(Path own, Path mount, String kind) {
        this.own = own;
        this.mount = mount;
        this.kind = kind;
    }

    /// Finds a hierarchy in which this process may make groups; empty when there is none (then
    /// [MarkedProcesses] is the way).
    public static Optional<Cgroups> find() {
        try {
            List<String> memberships = Files.readAllLines(Path.of("/proc/self/cgroup"));
            List<String> mounts = Files.readAllLines(Path.of("/proc/self/mountinfo"));
            for (Cgroups candidate : candidates(memberships, mounts)) {
                if (candidate.isWritable()) {
                    return Optional.of(candidate);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Lists the hierarchies in order of preference. Pure, for tests.
    static List<Cgroups> candidates(List<String> memberships, List<String> mountinfo) {
        List<Cgroups> two = new ArrayList<>();
        List<Cgroups> one = new ArrayList<>();
        for (String line : mountinfo) {
            // mountinfo: ID parent dev ROOT MOUNTPOINT options [optional...] - TYPE source
            // superoptions
            int dash = line.indexOf(" - ");
            if (dash < 0) {
                continue;
            }
            String[] before = line.substring(0, dash).split(" ", -1);
            String[] after = line.substring(dash + 3).split(" ", -1);
            Path mount = Path.of(before[4]);
            if (after[0].equals("cgroup2")) {
                addIfMember(two, memberships, "", mount, before[3], "v2");
            } else if (after[0].equals("cgroup") && after.length > 2) {
                String controllers = hierarchy(after[2]);
                addIfMember(one, memberships, controllers, mount, before[3], "v1 " + controllers);
            }
        }
        // pids and freezer are never moved by others; name=systemd is systemd's own book-keeping
        one.sort((a, b) -> Integer.compare(rank(a.kind), rank(b.kind)));
        two.addAll(one);
        return two;
    }

    private static int rank(String kind) {
        return switch (kind) {
            case "v1 pids" -> 0;
            case "v1 freezer" -> 1;
            default -> 2;
        };
    }

    private static String hierarchy(String superOptions) {
        List<String> names = new ArrayList<>();
        for (String option : superOptions.split(",", -1)) {
            if (!List.of("rw", "ro", "xattr", "clone_children").contains(option)
                    && !option.startsWith("release_agent=")) {
                names.add(option);
            }
        }
        return String.join(",", names);
    }

    private static void addIfMember(
            List<Cgroups> into,
            List<String> memberships,
            String controllers,
            Path mount,
            String root,
            String kind) {
        for (String line : memberships) {
            String[] parts = line.split(":", 3); // id:controllers:path
            if (parts.length == 3 && parts[1].equals(controllers)) {
                String path = parts[2];
                if (!root.equals("/") && path.startsWith(root)) {
                    path = path.substring(root.length()); // a bind mount of a part of the tree
                }
                into.add(new Cgroups(mount.resolve("." + path).normalize(), mount, kind));
            }
        }
    }

    private boolean isWritable() {
        Path trial = own.resolve("understudy-trial-" + ProcessHandle.current().pid());
        try {
            Files.createDirectory(trial);
            Files.delete(trial);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Says which hierarchy was found: `v2 at /sys/fs/cgroup`.
    public String describe() {
        return kind + " at " + mount;
    }

    /// Makes the group, or takes it when it exists.
    ///
    /// @param name one or two path elements: `understudy-4f2a/postgresql`
    public Cgroup open(String name) throws IOException {
        Path directory = own.resolve(name);
        Files.createDirectories(directory);
        return new Cgroup(directory);
    }

    /// Finds groups of that name anywhere in the hierarchy: those that an earlier process left.
    ///
    /// @param name the last path element
    public List<Cgroup> named(String name) {
        try (Stream<Path> all =
                Files.find(
                        mount,
                        32,
                        (path, attributes) ->
                                attributes.isDirectory() && path.endsWith(Path.of(name)))) {
            return all.map(Cgroup::new).toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // a group that vanished during the walk: nothing was left in it
        }
    }
}
