/// What a resynchronisation overwrites on its target, kept until the copy is complete, so that a
/// copy whose source is lost on the way can be set back to what it was. Uses `core.rfs` and
/// `node.rfs.tree`.
@NullMarked
package dev.understudy.node.rfs.undo;

import org.jspecify.annotations.NullMarked;
