package dev.understudy.node.store;

/// The node's monotonic clock, handed in so that only the wiring touches the machine's.
@FunctionalInterface
public interface Ticker {
    /// Nanoseconds since an arbitrary origin; never goes back; differences are what counts.
    long nowNs();
}
