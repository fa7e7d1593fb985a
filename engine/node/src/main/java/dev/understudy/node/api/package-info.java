/// The REST API of a node, on the local socket and on HTTPS, from one OpenAPI document. Knows the
/// rest of the node only through the interfaces declared here; `node.main` implements them.
@NullMarked
package dev.understudy.node.api;

import org.jspecify.annotations.NullMarked;
