package dev.understudy.core.failover;

/// The state of a module on one node, in the words operators use.
public enum State {
    /// Stopped; nothing runs, nothing is served.
    STOP,
    /// Started, but not serving and not replicating: starting, stopping or waiting for something
    /// named.
    WAIT,
    /// Serves without a peer that holds the same data.
    ALONE,
    /// Serves, and SECOND holds every acknowledged write.
    PRIM,
    /// Holds every acknowledged write and stands ready to take over.
    SECOND,
    /// Serves on its own: a module of kind light, which has neither peer nor copies.
    UP
}
