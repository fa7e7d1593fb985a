package dev.understudy.node.vip;

import dev.understudy.core.member.HaException;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.net.RouteNetlink;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the place of a virtual address on this machine.
final class Interfaces {
    /// Where an address goes.
    ///
    /// @param prefix length to add it with: the whole address when the interface has its subnet
    ///   already
    record Place(RouteNetlink.Link link, int prefix) {
        boolean isPrefixRouteWanted(VipSpec spec) {
            return prefix == spec.prefix();
        }
    }

    private Interfaces() {}

    /// Finds the interface of a virtual address.
    ///
    /// In a subnet that the interface has already, the address is added with its whole length:
    /// added with the subnet's it could become that subnet's first address, and its expiry would
    /// take the node's own address along (net.ipv4.conf.*.promote_secondaries = 0).
    ///
    /// @throws HaException HA-2102 when there is none, HA-2103 when it is down
    static Place find(RouteNetlink route, VipSpec spec) throws ErrnoException {
        List<RouteNetlink.Link> links = route.links();
        RouteNetlink.@Nullable Address neighbour = neighbour(route, spec);
        RouteNetlink.Link link =
                links.stream()
                        .filter(l -> isChosen(l, spec, neighbour))
                        .findFirst()
                        .orElseThrow(() -> missing(spec, links));
        if (!link.isUp()) {
            throw new HaException(
                    "HA-2103",
                    "interface %s for virtual IP %s is down".formatted(link.name(), spec),
                    null,
                    "bring it up: ip link set " + link.name() + " up");
        }
        boolean hasSubnet = neighbour != null && neighbour.index() == link.index();
        int whole = spec.address().getAddress().length * 8;
        return new Place(link, hasSubnet ? whole : spec.prefix());
    }

    private static boolean isChosen(
            RouteNetlink.Link link, VipSpec spec, RouteNetlink.@Nullable Address neighbour) {
        return spec.networkInterface().equals(VipSpec.AUTO)
                ? neighbour != null && neighbour.index() == link.index()
                : link.name().equals(spec.networkInterface());
    }

    private static RouteNetlink.@Nullable Address neighbour(RouteNetlink route, VipSpec spec)
            throws ErrnoException {
        for (RouteNetlink.Address address : route.addresses()) {
            boolean isItself = address.address().equals(spec.address());
            boolean isHost = address.prefix() == address.address().getAddress().length * 8;
            boolean isWanted =
                    spec.networkInterface().equals(VipSpec.AUTO)
                            || route.links().stream()
                                    .anyMatch(l ->
                                            l.index() == address.index()
                                                    && l.name().equals(spec.networkInterface()));
            if (!isItself && !isHost && isWanted && address.covers(spec.address())) {
                return address;
            }
        }
        return null;
    }

    private static HaException missing(VipSpec spec, List<RouteNetlink.Link> links) {
        List<String> names =
                links.stream().filter(l -> !l.isLoopback()).map(RouteNetlink.Link::name).toList();
        if (spec.networkInterface().equals(VipSpec.AUTO)) {
            return new HaException(
                    "HA-2102",
                    "no interface has an address in the subnet of virtual IP "
                            + spec
                            + " (interfaces: "
                            + String.join(", ", names)
                            + ")",
                    null,
                    "correct the address or its prefix length, or name the interface");
        }
        return new HaException(
                "HA-2102",
                "virtual IP %s wants interface %s, which is not there (interfaces: %s)"
                        .formatted(spec, spec.networkInterface(), String.join(", ", names)),
                null,
                "name one of these interfaces, or write auto");
    }
}
