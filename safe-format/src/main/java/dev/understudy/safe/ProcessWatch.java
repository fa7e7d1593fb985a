package dev.understudy.safe;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Processes that must run, looked for by name.
///
/// @param id unique among the processes
/// @param name of the program file, without its folder
/// @param arguments regular expression on the whole command line; empty = any
/// @param atLeast fewer = down
/// @param atMost more = down; -1 = no limit
/// @param services ids of the services that an action `restart` restarts; empty = all
public record ProcessWatch(
        String id,
        String name,
        Optional<String> arguments,
        int atLeast,
        int atMost,
        When when,
        Duration interval,
        Action action,
        List<String> services) {
    public ProcessWatch {
        services = List.copyOf(services);
    }
}
