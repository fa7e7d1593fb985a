package dev.understudy.tests.lab;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a lab is made of.
///
/// @param seed names the run in messages; the lab itself draws nothing from it
/// @param nodes host names of the nodes, one or more, letters and digits, at most 8
/// @param diskBytes size of each node's disk; the file is sparse
/// @param networks 1 (`10.79.0.0/24`, service) or 2 (also `10.79.1.0/24`, heartbeats)
/// @param directory where the disks lie; on a real file system, not tmpfs, when times shall mean
///   anything
/// @param binds directories of the machine that each node gets an empty copy of its own of; absent
///   ones are left out
/// @param shared a directory of the machine on a shared mount: what the first node mounts below it
///   is seen by the machine, the other nodes have an empty directory of their own there; for
///   measuring several file systems side by side
/// @param keep leave everything running when the JVM ends; `tools/lab-clean --all` removes it
public record LabSpec(
        long seed,
        List<String> nodes,
        long diskBytes,
        int networks,
        Path directory,
        List<Path> binds,
        @Nullable Path shared,
        boolean keep) {

    /// Where labs live unless told otherwise.
    public static final Path DIRECTORY = Path.of("/var/tmp/understudy-lab");

    /// Debian's PostgreSQL keeps its things here.
    public static final List<Path> POSTGRESQL =
            List.of(
                    Path.of("/var/lib/postgresql"),
                    Path.of("/etc/postgresql"),
                    Path.of("/var/log/postgresql"));

    /// Two nodes `a` and `b`, 4 GiB of disk each, two networks.
    public static LabSpec twoNodes(long seed) {
        return new LabSpec(
                seed, List.of("a", "b"), 4L << 30, 2, DIRECTORY, POSTGRESQL, null, false);
    }

    /// The same with other disks.
    public LabSpec withDiskBytes(long bytes) {
        return new LabSpec(seed, nodes, bytes, networks, directory, binds, shared, keep);
    }

    /// The same, left running at the end if `yes`.
    public LabSpec withKeep(boolean yes) {
        return new LabSpec(seed, nodes, diskBytes, networks, directory, binds, shared, yes);
    }

    /// The same with other nodes.
    public LabSpec withNodes(List<String> names) {
        return new LabSpec(
                seed, List.copyOf(names), diskBytes, networks, directory, binds, shared, keep);
    }

    /// The same with a directory whose mounts the machine sees.
    public LabSpec withShared(Path directoryOfMachine) {
        return new LabSpec(
                seed, nodes, diskBytes, networks, directory, binds, directoryOfMachine, keep);
    }
}
