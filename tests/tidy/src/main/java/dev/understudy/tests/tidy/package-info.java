/// Tests: tidy. Nothing depends on it.
@NullMarked
package dev.understudy.tests.tidy;

import org.jspecify.annotations.NullMarked;
