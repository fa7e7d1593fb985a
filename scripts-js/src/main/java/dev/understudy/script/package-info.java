/// The script host: a process of its own that runs a module's JavaScript in a sandbox and asks the
/// daemon to act.
///
/// May use GraalJS, the protocol (`wire`) and the description of the `safe` module (`api`); touches
/// nothing of the machine.
@NullMarked
package dev.understudy.script;

import org.jspecify.annotations.NullMarked;
