/// A replicated directory below its mount: file ids, the index from id to inode, and the one code
/// that applies an operation, on both nodes. Uses `core.rfs` and `posix`.
@NullMarked
package dev.understudy.node.rfs.tree;

import org.jspecify.annotations.NullMarked;
