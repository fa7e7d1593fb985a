/// Reads zip and YAML into values of [dev.understudy.safe]; limits on entries, sizes and paths.
/// Uses `safe`.
@NullMarked
package dev.understudy.safe.read;

import org.jspecify.annotations.NullMarked;
