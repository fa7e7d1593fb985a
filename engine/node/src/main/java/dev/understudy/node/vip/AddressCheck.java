package dev.understudy.node.vip;

import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.net.RouteNetlink;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// Looks whether an address is on this machine, on an interface with a link, and on no other
/// machine of its network.
///
/// Blocks the caller; not for a loop's thread.
public final class AddressCheck {
    private static final long TURN_NS = 100_000_000L;

    private AddressCheck() {}

    /// Looks for the address here, then asks its network by ARP or neighbour discovery who else has
    /// it. This machine never answers its own question, so every answer is another one's.
    ///
    /// @param timeoutNs until silence is believed
    /// @return what is wrong, for people; empty if the address is here, has a link, and nobody else
    ///   answers
    public static Optional<String> problem(InetAddress address, long timeoutNs) {
        String name = address.getHostAddress();
        try (RouteNetlink route = new RouteNetlink()) {
            Optional<RouteNetlink.Link> link = link(route, address);
            if (link.isEmpty()) {
                return Optional.of("no interface has " + name);
            }
            if (!link.get().isUp() || !link.get().hasCarrier()) {
                return Optional.of(
                        "interface %s, which has %s, has no link"
                                .formatted(link.get().name(), name));
            }
            if (!Station.isPossible(link.get())) {
                return Optional.empty(); // nobody else is on this interface
            }
            try (Station station = new Station(link.get(), address)) {
                long endNs = System.nanoTime() + timeoutNs;
                while (System.nanoTime() - endNs < 0) {
                    station.ask();
                    String mac = station.claimUntil(System.nanoTime() + TURN_NS);
                    if (!mac.isEmpty()) {
                        return Optional.of(
                                "%s is also used by %s on %s"
                                        .formatted(name, mac, link.get().name()));
                    }
                }
            }
            return Optional.empty();
        } catch (ErrnoException e) {
            return Optional.of("cannot look for " + name + ": " + e.getMessage());
        }
    }

    private static Optional<RouteNetlink.Link> link(RouteNetlink route, InetAddress address)
            throws ErrnoException {
        List<RouteNetlink.Address> here =
                route.addresses().stream().filter(a -> a.address().equals(address)).toList();
        return route.links().stream()
                .filter(l -> here.stream().anyMatch(a -> a.index() == l.index()))
                .findFirst();
    }
}
