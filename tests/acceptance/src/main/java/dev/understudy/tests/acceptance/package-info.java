/// Tests: acceptance. Nothing depends on it.
@NullMarked
package dev.understudy.tests.acceptance;

import org.jspecify.annotations.NullMarked;
