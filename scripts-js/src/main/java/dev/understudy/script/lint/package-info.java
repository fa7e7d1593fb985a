/// Rules on the scripts of a module: `safe lint`, families J, P and T.
///
/// Reads scripts with the parser of the engine that runs them, `com.oracle.js.parser`. It is no
/// public interface of GraalJS, which offers none: [dev.understudy.script.lint.Script] and
/// [dev.understudy.script.lint.Facts] are the only classes that see it, and the version is pinned.
@NullMarked
package dev.understudy.script.lint;

import org.jspecify.annotations.NullMarked;
