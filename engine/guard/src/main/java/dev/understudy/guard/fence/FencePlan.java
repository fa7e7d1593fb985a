package dev.understudy.guard.fence;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// All that has to be done so that one module serves no more, without the daemon that served it.
///
/// @param module name
/// @param tables nf_tables tables whose leases end at once
/// @param addresses virtual addresses to be removed
/// @param mounts mount points of replicated directories: taken out of sight when their FUSE
///   connection is dead
/// @param aborts control files `/sys/fs/fuse/connections/N/abort`; those missing are passed over
/// @param cgroups control groups whose processes are killed
/// @param mark value of the environment variable that marks the module's processes; empty = none
/// @param datagrams sealed messages that tell the peer of the fence
public record FencePlan(
        String module,
        List<String> tables,
        List<Address> addresses,
        List<String> mounts,
        List<String> aborts,
        List<String> cgroups,
        String mark,
        List<Datagram> datagrams) {
    /// A virtual address.
    ///
    /// @param index interface it was on when the plan was made, 0 = none yet; it is removed
    ///   wherever it is
    public record Address(int index, InetAddress address, int prefix) {}

    /// A message that only its receiver can read.
    public record Datagram(InetSocketAddress to, byte[] bytes) {}

    /// Copies the lists.
    public FencePlan {
        tables = List.copyOf(tables);
        addresses = List.copyOf(addresses);
        mounts = List.copyOf(mounts);
        aborts = List.copyOf(aborts);
        cgroups = List.copyOf(cgroups);
        datagrams = List.copyOf(datagrams);
    }

    /// Makes the plan of a module that has nothing yet.
    public static FencePlan empty(String module) {
        return new FencePlan(
                module, List.of(), List.of(), List.of(), List.of(), List.of(), "", List.of());
    }
}
