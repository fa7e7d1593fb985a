/// Writes values as an archive, byte for byte reproducible. Uses `safe`.
@NullMarked
package dev.understudy.safe.write;

import org.jspecify.annotations.NullMarked;
