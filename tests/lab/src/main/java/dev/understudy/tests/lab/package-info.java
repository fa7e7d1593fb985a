/// Tests: lab. Nothing depends on it.
@NullMarked
package dev.understudy.tests.lab;

import org.jspecify.annotations.NullMarked;
