/// The raw FUSE protocol on /dev/fuse. Uses `posix` and `posix.fs`.
@NullMarked
package dev.understudy.posix.fuse;

import org.jspecify.annotations.NullMarked;
