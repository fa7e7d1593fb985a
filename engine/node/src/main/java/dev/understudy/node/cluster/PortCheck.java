package dev.understudy.node.cluster;

import dev.understudy.core.member.HaException;
import dev.understudy.node.cluster.ClusterConfig.Member;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;

/// Looks, before a node becomes a member, whether it can listen where it says it will.
public final class PortCheck {
    private PortCheck() {}

    /// Binds each port once and lets it go.
    ///
    /// @throws HaException HA-4119 if an address is not on this machine or a port is in use
    public static void require(Member self) {
        bind(
                "API",
                () -> tcp(new InetSocketAddress(self.ports().api())),
                self.ports().api(),
                "TCP");
        self.addresses()
                .forEach((network, address) -> {
                    InetSocketAddress link =
                            new InetSocketAddress(IpText.address(address), self.ports().link());
                    String where = "%s (network %s)".formatted(address, network);
                    bind(where, () -> tcp(link), link.getPort(), "TCP");
                    bind(where, () -> udp(link), link.getPort(), "UDP");
                });
    }

    private interface Bind {
        void run() throws IOException;
    }

    private static void bind(String where, Bind bind, int port, String protocol) {
        try {
            bind.run();
        } catch (IOException refused) {
            throw new HaException(
                    "HA-4119",
                    "cannot listen on port %d/%s of %s: %s"
                            .formatted(port, protocol, where, refused.getMessage()),
                    refused,
                    "give an address of this machine; end what uses the port (`ss -lnp`), or"
                            + " choose others with --api-port and --link-port");
        }
    }

    private static void tcp(InetSocketAddress address) throws IOException {
        try (ServerSocketChannel channel = ServerSocketChannel.open()) {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address);
        }
    }

    private static void udp(InetSocketAddress address) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.bind(address);
        }
    }
}
