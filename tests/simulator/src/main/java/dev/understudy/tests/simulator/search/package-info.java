/// Every interleaving of a few faults and writes, with the shipping failover machine of two nodes
/// in a world that moves in steps of half a second; uses the core alone.
@NullMarked
package dev.understudy.tests.simulator.search;

import org.jspecify.annotations.NullMarked;
