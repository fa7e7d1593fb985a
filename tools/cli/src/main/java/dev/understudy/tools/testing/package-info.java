/// Tests of modules: a machine that is not there, crashes at every step, and the author's tests.
///
/// Knows the archive format and the script engine; nothing of the node.
@NullMarked
package dev.understudy.tools.testing;

import org.jspecify.annotations.NullMarked;
