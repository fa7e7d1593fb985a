package dev.understudy.node.api;

import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/// What the HTTPS side of the API needs of this node's identity.
///
/// @param keys presents this node
/// @param trust trusts members of the cluster
/// @param dataNode name of the data node at the other end; empty if the other end showed no
///   certificate or is none
public record Tls(
        X509KeyManager keys,
        X509TrustManager trust,
        Function<SSLSession, Optional<String>> dataNode) {}
