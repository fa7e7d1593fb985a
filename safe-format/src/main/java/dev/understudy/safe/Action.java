package dev.understudy.safe;

/// What the node does when a resource of the module is down.
public enum Action {
    /// Shows it, does nothing.
    NONE,
    /// Stops and starts the application on this node.
    RESTART,
    /// Stops the module on this node and starts it again; the peer takes over if it can.
    STOPSTART,
    /// Stops the module on this node.
    STOP,
    /// Exchanges the roles of both nodes.
    SWAP,
    /// Waits in WAIT until the resource is up again.
    WAIT
}
