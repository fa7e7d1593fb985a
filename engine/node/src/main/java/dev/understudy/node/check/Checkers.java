package dev.understudy.node.check;

import java.util.List;

/// The checkers of one module, started and stopped by phase.
///
/// No call blocks. Changes are told to the [Listener] from the checker's own thread; a slow checker
/// delays no other.
public interface Checkers extends AutoCloseable {
    /// Hears every change of a resource, and nothing else.
    interface Listener {
        /// Tells a new state. May block briefly; delays this one checker only.
        void changed(ResourceState state);
    }

    /// Starts the checks of a phase: their resources become init, then up or down. Started phases
    /// stay as they are.
    void start(Phase phase);

    /// Stops the checks of a phase: their resources become init; no change is told after the
    /// return.
    void stop(Phase phase);

    /// Sets a resource of class `custom.`, which no checker looks at; a change is told at once. It
    /// is forgotten when the phase [Phase#PRE] stops.
    ///
    /// @param id `custom.<id>`
    /// @param detail why, for people
    /// @throws IllegalStateException if too many were set
    void say(String id, boolean isUp, String detail);

    /// Gives the state of all resources of the configuration by id, then of those that were set.
    List<ResourceState> states();

    /// Gives the action configured for a resource: none, restart, stopstart, stop, swap or wait.
    ///
    /// @return none for an id that is not configured
    String action(String id);

    /// Switches a check off, or on again; it is on when it is made.
    ///
    /// A check that is off is init, whatever its phase.
    ///
    /// @param id of the resource; empty for all
    /// @return ids of the checks that this is about; empty if there is none such
    List<String> enable(String id, boolean isOn);

    /// Ids of the checks that are switched off, sorted.
    List<String> off();

    /// Stops all.
    @Override
    void close();
}
