package dev.understudy.core.failover;

/// How a hook ended.
public enum HookResult {
    /// Done, or there was nothing to run.
    OK,
    /// Failed; the shell has logged where and why.
    FAILED,
    /// Not done by its deadline; the shell has cancelled it.
    TIMEOUT,
    /// Its host died twice; nothing is known of what it did.
    INTERRUPTED
}
