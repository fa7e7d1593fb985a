/// Tests: bench. Nothing depends on it.
@NullMarked
package dev.understudy.tests.bench;

import org.jspecify.annotations.NullMarked;
