/// Tests: simulator. Nothing depends on it.
@NullMarked
package dev.understudy.tests.simulator;

import org.jspecify.annotations.NullMarked;
