package dev.understudy.node.check;

import dev.understudy.node.check.CheckSources.Verdict;

/// One test of one resource; blocks until it knows.
@FunctionalInterface
interface Probe {
    Verdict test() throws InterruptedException;
}
