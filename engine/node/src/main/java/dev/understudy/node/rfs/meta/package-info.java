/// What the data path remembers on disk: which parts of which files may differ from the peer's, and
/// since which generation. Damage means compare, never trust. Uses `core.rfs` and `node.store`.
@NullMarked
package dev.understudy.node.rfs.meta;

import org.jspecify.annotations.NullMarked;
