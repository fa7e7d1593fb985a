package dev.understudy.safe;

import java.net.InetAddress;

/// An address that follows the node that serves.
///
/// @param id unique among the virtual addresses of the module
/// @param address IPv4 or IPv6
/// @param prefixLength bits of the network; -1 = that of the interface
/// @param networkInterface name, or `auto` = the one with an address in the same network
/// @param balanced farm: the address is on all nodes and the load is shared
/// @param check watch that the address stays and that nobody else answers
public record VirtualIp(
        String id,
        InetAddress address,
        int prefixLength,
        String networkInterface,
        boolean balanced,
        boolean check) {
    /// The interface is found by the address.
    public static final String AUTO = "auto";
}
