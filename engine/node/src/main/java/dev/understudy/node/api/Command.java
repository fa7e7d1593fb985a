package dev.understudy.node.api;

import java.util.Locale;
import java.util.Optional;

/// The commands that a module takes, with the meanings that operators know.
public enum Command {
    /// Becomes primary if the data are up to date and no primary is there, else secondary.
    START,
    /// Stops the application and the module; the peer takes over at once.
    STOP,
    /// Ends a stop that does not come to its end: kills what is left.
    FORCESTOP,
    /// Stops and starts the application only; the state does not change, the peer stays SECOND.
    RESTART,
    /// Stops the module fully, then starts it; on the primary this is a failover.
    STOPSTART,
    /// Exchanges the roles of the two nodes; refused unless both are in sync.
    SWAP,
    /// Makes this node primary; refused if the peer is primary or the data are not up to date.
    PRIM,
    /// Makes this node secondary; refused if the peer is not primary.
    SECOND,
    /// Forbids that this node is resynchronised, until [#ATTACH]; kept over restarts.
    DETACH,
    /// Allows it again.
    ATTACH,
    /// Lets this node take over by itself again.
    FAILOVER_ON,
    /// Lets it take over by an operator's word only; kept over restarts.
    FAILOVER_OFF;

    /// The word used on the command line and in the API, for instance `stopstart`.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Finds a command by its word; empty if there is none.
    public static Optional<Command> of(String word) {
        for (Command command : values()) {
            if (command.word().equals(word)) {
                return Optional.of(command);
            }
        }
        return Optional.empty();
    }
}
