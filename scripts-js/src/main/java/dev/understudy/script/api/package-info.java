/// The one description of the `safe` module that scripts import: type file, reference and dispatch
/// all follow from it.
///
/// Pure values; no GraalJS, so that the daemon and the tools may use it.
@NullMarked
package dev.understudy.script.api;

import org.jspecify.annotations.NullMarked;
