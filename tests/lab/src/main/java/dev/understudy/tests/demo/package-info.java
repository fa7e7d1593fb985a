/// The demonstration: a real application under load while nodes lose power, with every acknowledged
/// commit counted.
///
/// Uses the lab and the product from outside; `tools/demo` runs it.
@NullMarked
package dev.understudy.tests.demo;

import org.jspecify.annotations.NullMarked;
