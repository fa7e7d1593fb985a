package dev.understudy.node.script;

import java.util.List;

/// Tells a hook why it runs; scripts see it as `ctx`.
///
/// @param state the state that the module is in: STOP, WAIT, ALONE, PRIM, SECOND or UP
/// @param nextState the state that it goes to; equal to `state` for a restart
/// @param action what was asked or decided: start, stop, stopstart, restart, swap, failover …
/// @param force whether this is the second, forceful pass of a stop
/// @param services ids of the services that a restart is limited to; empty means all
public record HookContext(
        String state, String nextState, String action, boolean force, List<String> services) {
    /// Copies the list.
    public HookContext {
        services = List.copyOf(services);
    }

    /// Makes a graceful context for all services.
    public static HookContext of(String state, String nextState, String action) {
        return new HookContext(state, nextState, action, false, List.of());
    }

    /// Gives the same context with force set.
    public HookContext forced() {
        return new HookContext(state, nextState, action, true, services);
    }
}
