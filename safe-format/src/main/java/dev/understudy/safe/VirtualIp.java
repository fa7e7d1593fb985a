package dev.understudy.safe;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/// An address that follows the node that serves.
///
/// @param id unique among the virtual addresses of the module
/// @param address IPv4 or IPv6
/// @param prefixLength bits of the network; -1 = that of the interface
/// @param networkInterface name, or `auto` = the one with an address in the same network
/// @param balanced farm: the address is on all nodes and the load is shared
/// @param check look whether the address stays, has a link, and that nobody else answers
/// @param when it is there: PRIM, or UP in a farm and a light module
public record VirtualIp(
        String id,
        InetAddress address,
        int prefixLength,
        String networkInterface,
        boolean balanced,
        boolean check,
        When when) {
    /// The interface is found by the address.
    public static final String AUTO = "auto";

    private static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final int FAILURES = 2;

    /// Gives the checker that `check: on` stands for; it acts by nothing but rules. None for an
    /// address that is on all nodes.
    public Optional<Checker> checker() {
        return check && !balanced
                ? Optional.of(
                        new Checker(
                                id,
                                when,
                                INTERVAL,
                                TIMEOUT,
                                FAILURES,
                                Action.NONE,
                                new Checker.Ip(address.getHostAddress())))
                : Optional.empty();
    }
}
