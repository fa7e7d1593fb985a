/// What a measurement needs of the product: a cluster that holds a replicated directory beside the
/// peers' mounts.
///
/// The jobs themselves are shell scripts in `tests/bench/kit`; `tools/bench` runs them.
@NullMarked
package dev.understudy.tests.bench;

import org.jspecify.annotations.NullMarked;
