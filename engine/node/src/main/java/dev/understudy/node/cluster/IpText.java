package dev.understudy.node.cluster;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;

/// IP addresses as text; never asks a name service.
public final class IpText {
    private IpText() {}

    /// Tells whether a text is a full IPv4 or IPv6 address.
    public static boolean isAddress(String text) {
        return isIpv4(text) || isIpv6(text);
    }

    private static boolean isIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) return false;
        for (String part : parts) {
            if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) return false;
        }
        return true;
    }

    private static boolean isIpv6(String text) {
        // Only these characters: InetAddress then parses a literal and never resolves a name.
        if (!text.contains(":") || !text.matches("[0-9A-Fa-f:.]{2,45}")) return false;
        try {
            return InetAddress.getByName(text) instanceof Inet6Address || text.contains(".");
        } catch (UnknownHostException notAnAddress) {
            return false;
        }
    }

    /// Gives the address for a text that is one.
    public static InetAddress address(String text) {
        if (!isAddress(text)) throw new IllegalArgumentException(text + " is not an IP address");
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException notAnAddress) {
            throw new IllegalArgumentException(text + " is not an IP address", notAnAddress);
        }
    }

    /// Builds an `https` address; an IPv6 address is put in brackets (RFC 3986 3.2.2).
    public static URI https(String address, int port, String path) {
        String host = address.contains(":") ? "[" + address + "]" : address;
        return URI.create("https://" + host + ":" + port + path);
    }
}
