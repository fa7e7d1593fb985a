/// The protocol between the daemon and its script hosts: frames of JSON over a pipe or a Unix
/// socket.
///
/// Uses Jackson only; no GraalJS, so that the daemon may use it.
@NullMarked
package dev.understudy.script.wire;

import org.jspecify.annotations.NullMarked;
