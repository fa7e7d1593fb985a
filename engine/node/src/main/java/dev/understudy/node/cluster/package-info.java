/// Who belongs to the cluster: `cluster.yaml`, the certificate authority, this node's certificate,
/// one-time join tokens and the way into a cluster. May use core and node.store.
@NullMarked
package dev.understudy.node.cluster;

import org.jspecify.annotations.NullMarked;
