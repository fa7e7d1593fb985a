/// Commands for people who write modules: pack, ls, lint, rule. Uses `safe-format`; never a daemon.
@NullMarked
package dev.understudy.tools.author;

import org.jspecify.annotations.NullMarked;
