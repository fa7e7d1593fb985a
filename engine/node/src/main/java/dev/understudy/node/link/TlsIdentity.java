package dev.understudy.node.link;

import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLContext;

/// Who this node is to its peers, and how it knows them: the door that the cluster's certificates
/// come in by.
public interface TlsIdentity {
    /// Gives the context with this node's key and the cluster's authority; asked for each
    /// connection, so that a renewed certificate is used without a restart.
    SSLContext context();

    /// Says which node a verified certificate chain belongs to.
    ///
    /// @param chain as the TLS layer verified it, the peer's own certificate first
    /// @return the node's name
    /// @throws CertificateException if it is no certificate of a node of this cluster
    String nodeOf(Certificate[] chain) throws CertificateException;
}
