/// The script host process and the `safe` module that scripts import. Uses safe-format only.
@NullMarked
package dev.understudy.script;

import org.jspecify.annotations.NullMarked;
