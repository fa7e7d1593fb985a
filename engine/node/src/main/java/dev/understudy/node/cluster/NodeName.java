package dev.understudy.node.cluster;

import dev.understudy.node.cluster.ClusterConfig.Role;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Who a certificate speaks for: `urn:understudy:<cluster id>:<role>:<name>` among its alternative
/// names.
///
/// @param clusterId 16 hexadecimal digits
/// @param role what the member is there for
/// @param name the node's name
public record NodeName(String clusterId, Role role, String name) {
    private static final String PREFIX = "urn:understudy:";
    private static final int URI_NAME = 6; // RFC 5280 4.2.1.6: uniformResourceIdentifier [6]

    String uri() {
        return PREFIX + clusterId + ":" + role.word() + ":" + name;
    }

    /// Reads the name out of a certificate; empty if it carries none or several.
    static Optional<NodeName> of(X509Certificate certificate) {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException broken) {
            return Optional.empty();
        }
        if (names == null) return Optional.empty();
        List<String> uris =
                names.stream()
                        .filter(entry -> entry.get(0) instanceof Integer kind && kind == URI_NAME)
                        .map(entry -> String.valueOf(entry.get(1)))
                        .filter(uri -> uri.startsWith(PREFIX))
                        .toList();
        if (uris.size() != 1) return Optional.empty();
        List<String> parts = List.of(uris.getFirst().substring(PREFIX.length()).split(":", 3));
        if (parts.size() != 3) return Optional.empty();
        for (Role role : Role.values()) {
            if (role.word().equals(parts.get(1))) {
                return Optional.of(new NodeName(parts.get(0), role, parts.get(2)));
            }
        }
        return Optional.empty();
    }
}
