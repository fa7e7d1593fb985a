package dev.understudy.node.vip;

import dev.understudy.core.member.HaException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// One virtual address as configured.
///
/// @param address IPv4 or IPv6
/// @param prefix length of its subnet in bits; used when the interface has no address in that
///   subnet
/// @param networkInterface name, or `auto` = the interface with an address in the same subnet
public record VipSpec(InetAddress address, int prefix, String networkInterface) {
    /// Chooses the interface by the subnet.
    public static final String AUTO = "auto";

    /// Checks the prefix.
    public VipSpec {
        int most = address.getAddress().length * 8;
        if (prefix < 1 || prefix > most) {
            throw new HaException(
                    "HA-2101",
                    "virtual IP " + address.getHostAddress() + " has prefix length " + prefix,
                    null,
                    "write a length from 1 to " + most + ", as in 10.0.0.9/24");
        }
    }

    /// Reads `10.0.0.9/24` or `fd00::9/64`; without a length it is the whole address.
    ///
    /// @throws HaException HA-2101 when the text is no address
    public static VipSpec parse(String text, String networkInterface) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        try {
            if (host.isEmpty() || !host.matches("[0-9a-fA-F.:]+")) {
                throw new UnknownHostException(host); // names are not resolved here
            }
            InetAddress address = InetAddress.getByName(host);
            int prefix =
                    slash < 0
                            ? address.getAddress().length * 8
                            : Integer.parseInt(text.substring(slash + 1));
            return new VipSpec(address, prefix, networkInterface);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new HaException(
                    "HA-2101",
                    "\"" + text + "\" is no virtual IP",
                    e,
                    "write an address with its prefix length, as in 10.0.0.9/24 or fd00::9/64");
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefix;
    }
}
