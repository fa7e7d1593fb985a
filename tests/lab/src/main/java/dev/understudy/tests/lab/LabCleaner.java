package dev.understudy.tests.lab;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Removes what a lab left behind whose JVM died without a chance to do it.
///
/// Every lab has a directory with a file `owner`: process id and start time of its JVM, or the word
/// `kept`. Only objects named after such a directory are touched, and only when the owner is gone;
/// kept labs go with `--all`.
public final class LabCleaner {
    private LabCleaner() {}

    /// `tools/lab-clean [--all]`.
    public static void main(String[] args) {
        int count = removeOrphans(LabSpec.DIRECTORY, Arrays.asList(args).contains("--all"));
        System.out.println(count == 1 ? "1 lab removed" : count + " labs removed");
    }

    /// Removes the labs below `directory` whose owner is gone, and kept ones if `kept`.
    ///
    /// @return how many
    public static int removeOrphans(Path directory, boolean kept) {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        int count = 0;
        try (DirectoryStream<Path> labs = Files.newDirectoryStream(directory, "us*x*")) {
            for (Path lab : labs) {
                if (isOrphan(lab, kept)) {
                    remove(lab);
                    count++;
                }
            }
        } catch (IOException e) {
            throw new LabException("cannot clean " + directory, e);
        }
        return count;
    }

    static void writeOwner(Path lab, boolean keep) throws IOException {
        Files.writeString(lab.resolve("owner"), keep ? "kept" : identity(ProcessHandle.current()));
    }

    private static String identity(ProcessHandle process) {
        return process.pid() + " " + process.info().startInstant().map(Object::toString).orElse("");
    }

    private static boolean isOrphan(Path lab, boolean kept) throws IOException {
        Path file = lab.resolve("owner");
        if (!Files.exists(file)) {
            return false; // another JVM is just making it
        }
        String owner = Files.readString(file);
        if (owner.equals("kept")) {
            return kept;
        }
        long pid = Long.parseLong(owner.substring(0, owner.indexOf(' ')));
        return ProcessHandle.of(pid).map(p -> !identity(p).equals(owner)).orElse(true);
    }

    /// Removes namespaces, processes, loop devices, control groups and files of one lab.
    static void remove(Path lab) throws IOException {
        String prefix = lab.getFileName().toString();
        Path cgroup = cgroupRoot().resolve(prefix);
        if (Files.isDirectory(cgroup)) {
            Files.writeString(cgroup.resolve("cgroup.kill"), "1");
        }
        for (String line :
                Shell.must("losetup", "--list", "--noheadings", "--output", "NAME,BACK-FILE")
                        .lines()
                        .toList()) {
            String[] words = line.strip().split("\\s+", 2);
            if (words.length == 2 && words[1].startsWith(lab + "/")) {
                awaitUnmounted(words[0]);
                Shell.must("losetup", "--detach", words[0]);
            }
        }
        try (DirectoryStream<Path> spaces =
                Files.newDirectoryStream(
                        Files.createDirectories(Path.of("/run/netns")), prefix + "-*")) {
            for (Path space : spaces) {
                Shell.must("ip", "netns", "del", space.getFileName().toString());
            }
        }
        removeCgroups(cgroup);
        Shell.must("rm", "-rf", "--one-file-system", "--", lab.toString());
    }

    private static void awaitUnmounted(String device) {
        Path instance = Path.of("/sys/fs/ext4", Path.of(device).getFileName().toString());
        Await.until(device + " unmounted", Duration.ofSeconds(20), () -> !Files.exists(instance));
    }

    private static void removeCgroups(Path cgroup) {
        if (!Files.isDirectory(cgroup)) {
            return;
        }
        Await.until(
                "control groups of " + cgroup + " empty",
                Duration.ofSeconds(10),
                () -> {
                    try (Stream<Path> tree = Files.walk(cgroup)) {
                        List<Path> deepestFirst =
                                tree.filter(Files::isDirectory)
                                        .sorted((x, y) -> y.compareTo(x))
                                        .toList();
                        for (Path group : deepestFirst) {
                            Files.delete(group);
                        }
                    }
                    return true;
                });
    }

    /// Finds the mount of the version 2 control groups: alone, or beside version 1.
    static Path cgroupRoot() {
        for (String place : List.of("/sys/fs/cgroup", "/sys/fs/cgroup/unified")) {
            if (Files.exists(Path.of(place, "cgroup.controllers"))) {
                return Path.of(place);
            }
        }
        throw new LabException("no cgroup2 mount at /sys/fs/cgroup or /sys/fs/cgroup/unified");
    }
}
