package dev.understudy.node.vip;

import java.net.InetAddress;
import java.util.List;

/// What takes a module's virtual addresses away when its daemon has died.
///
/// @param table name of the packet filter's tables: emptying their sets silences at once
/// @param addresses to be removed from their interfaces
public record VipFence(String table, List<OnInterface> addresses) {
    /// One address.
    ///
    /// @param index interface it is on, 0 = not raised
    public record OnInterface(int index, InetAddress address, int prefix) {}

    /// Copies the list.
    public VipFence {
        addresses = List.copyOf(addresses);
    }
}
