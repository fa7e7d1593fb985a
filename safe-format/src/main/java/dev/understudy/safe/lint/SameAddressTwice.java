package dev.understudy.safe.lint;

import dev.understudy.safe.VirtualIp;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;

/// Finds a virtual address that is there twice.
final class SameAddressTwice implements ConfigRule {
    @Override
    public String id() {
        return "C046";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        Set<InetAddress> seen = new HashSet<>();
        for (VirtualIp ip : view.config().virtualIps()) {
            if (!seen.add(ip.address())) {
                sink.add(
                        view.at("virtual-ips", ip.id(), "address"),
                        "the address %s is there twice".formatted(ip.address().getHostAddress()),
                        "remove one item");
            }
        }
    }
}
