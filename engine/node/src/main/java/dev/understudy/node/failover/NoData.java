package dev.understudy.node.failover;

import dev.understudy.core.failover.Effect;

/// The data path of a module of kind light, which has no replicated directories.
final class NoData implements DataPath {
    @Override
    public void command(Effect.Data command) {
        throw new IllegalStateException("a light module has no data path for " + command);
    }

    @Override
    public void leaseUntil(long untilNs) {
        // Nothing is written: only the addresses' leases count.
    }

    @Override
    public Numbers numbers() {
        return Numbers.NONE;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
