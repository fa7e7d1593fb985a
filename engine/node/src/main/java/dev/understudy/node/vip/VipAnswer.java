package dev.understudy.node.vip;

import java.net.InetAddress;

/// What the network said when it was asked whether a virtual address is alive.
public sealed interface VipAnswer {
    /// Nobody answered, and this node could have heard it.
    record Silent() implements VipAnswer {}

    /// A station answered to ARP or neighbour solicitation.
    ///
    /// @param mac its hardware address
    record Station(InetAddress address, String mac) implements VipAnswer {}

    /// A TCP connection was accepted or refused: both are an answer.
    record Tcp(InetAddress address, int port) implements VipAnswer {}

    /// This node could not ask, so its silence proves nothing.
    record CannotTell(String reason) implements VipAnswer {}

    /// Tells whether silence is established; [CannotTell] is not silence.
    default boolean isSilent() {
        return this instanceof Silent;
    }
}
