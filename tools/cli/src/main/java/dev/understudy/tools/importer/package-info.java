/// Turns modules of the reference product into ours, and says line by line what has no equivalent.
///
/// Knows the archive format alone.
@NullMarked
package dev.understudy.tools.importer;

import org.jspecify.annotations.NullMarked;
