/// Files by handle and descriptor: open_tree, xattr, fallocate, RWF_NOWAIT reads, mounts. Uses
/// `posix`.
@NullMarked
package dev.understudy.posix.fs;

import org.jspecify.annotations.NullMarked;
