/// Two nodes of one module under a virtual clock, network, disk and fate: the shipping failover
/// machine and the shipping stream positions, driven by one seed. Uses `core` only.
@NullMarked
package dev.understudy.tests.simulator;

import org.jspecify.annotations.NullMarked;
