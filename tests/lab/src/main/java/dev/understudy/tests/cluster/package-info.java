/// The product in the lab: starts nodes from the distribution, speaks its commands and its API,
/// compares copies.
///
/// Knows the product from outside only: launchers, command line, REST API.
@NullMarked
package dev.understudy.tests.cluster;

import org.jspecify.annotations.NullMarked;
