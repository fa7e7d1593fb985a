package dev.understudy.safe;

import java.util.Map;

/// One kind of traffic that a farm shares.
///
/// @param id unique
/// @param virtualIp id of the virtual address
/// @param port 1 to 65535; 0 = all
/// @param weights node name to share, 0 = no traffic; a node not named has 1
public record LoadBalancing(
        String id,
        String virtualIp,
        Protocol protocol,
        int port,
        Affinity affinity,
        Map<String, Integer> weights) {
    public LoadBalancing {
        weights = Map.copyOf(weights);
    }

    /// Transport.
    public enum Protocol {
        /// RFC 9293.
        TCP,
        /// RFC 768.
        UDP
    }

    /// What keeps on the same node.
    public enum Affinity {
        /// All connections of one client address.
        CLIENT_ADDRESS,
        /// Each connection by itself.
        CONNECTION
    }
}
