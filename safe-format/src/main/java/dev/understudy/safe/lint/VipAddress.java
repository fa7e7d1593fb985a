package dev.understudy.safe.lint;

import dev.understudy.safe.VirtualIp;
import java.net.InetAddress;

/// Finds virtual addresses that can't be one.
final class VipAddress implements ConfigRule {
    @Override
    public String id() {
        return "C021";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (VirtualIp ip : view.config().virtualIps()) {
            InetAddress a = ip.address();
            String problem =
                    a.isLoopbackAddress()
                            ? "the loopback"
                            : a.isMulticastAddress()
                                    ? "a multicast address"
                                    : a.isAnyLocalAddress()
                                            ? "no address of a host"
                                            : a.isLinkLocalAddress() ? "a link-local address" : "";
            if (!problem.isEmpty()) {
                sink.add(
                        view.at("virtual-ips", ip.id(), "address"),
                        "%s is %s".formatted(a.getHostAddress(), problem),
                        "give a free address of the servers' network");
            }
            if (ip.prefixLength() > a.getAddress().length * 8) {
                sink.add(
                        view.at("virtual-ips", ip.id(), "prefix-length"),
                        "a prefix of %d bits does not fit %s"
                                .formatted(ip.prefixLength(), a.getHostAddress()),
                        "");
            }
        }
    }
}
