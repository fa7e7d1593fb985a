/// The `safe` command. Uses safe-format, scripts-js and the pure core; never the engine's node or
/// posix.
@NullMarked
package dev.understudy.tools;

import org.jspecify.annotations.NullMarked;
