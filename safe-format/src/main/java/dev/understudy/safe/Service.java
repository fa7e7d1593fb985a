package dev.understudy.safe;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Something that the engine starts in list order and stops in the reverse order.
///
/// @param id unique among the services
/// @param when PRIM (default), SECOND, BOTH or UP
/// @param manualBoot take over the service's own start at boot while the module is installed
/// @param ready when the next one may start; empty = at once
/// @param watch what restarts it; empty = nothing
/// @param kind how it is started and stopped
public record Service(
        String id,
        When when,
        boolean manualBoot,
        Optional<Ready> ready,
        Optional<Watch> watch,
        Kind kind) {

    /// How a service is started and stopped.
    public sealed interface Kind {}

    /// A unit of systemd.
    ///
    /// @param unit full name with its suffix
    public record Systemd(String unit) implements Kind {}

    /// A service of Windows, by its service name.
    public record WindowsService(String name) implements Kind {}

    /// An application pool of IIS.
    public record IisPool(String name) implements Kind {}

    /// Programs of any kind; each list is a program (absolute path) and its arguments, no shell.
    ///
    /// @param start ends when started; with `foreground` it is the application and stays
    /// @param stop empty = SIGTERM to the processes of the service, wait for their end
    /// @param forceStop empty = SIGKILL to them
    /// @param status exit code 0 = runs; empty = by the processes of the service
    /// @param okCodes exit codes that count as done, by step; default 0 alone
    /// @param foreground the start program itself is the application
    /// @param user runs as this user; empty = root
    /// @param directory working directory; empty = `/`
    /// @param environment added to a minimal one
    public record Command(
            List<String> start,
            List<String> stop,
            List<String> forceStop,
            List<String> status,
            Map<Step, Set<Integer>> okCodes,
            boolean foreground,
            Optional<String> user,
            Optional<String> directory,
            Map<String, String> environment)
            implements Kind {
        public Command {
            start = List.copyOf(start);
            stop = List.copyOf(stop);
            forceStop = List.copyOf(forceStop);
            status = List.copyOf(status);
            okCodes = Map.copyOf(okCodes);
            environment = Map.copyOf(environment);
        }

        /// Tells whether the exit code of a step counts as done.
        public boolean isOk(Step step, int exitCode) {
            return okCodes.getOrDefault(step, Set.of(0)).contains(exitCode);
        }
    }

    /// A step of a service of type `command`.
    public enum Step {
        /// Start.
        START,
        /// Graceful stop.
        STOP,
        /// Stop at any price.
        FORCE_STOP,
        /// Does it run?
        STATUS
    }

    /// When a started service counts as ready.
    ///
    /// @param test what is looked at
    /// @param within longest wait; then the start has failed
    /// @param interval between two looks
    public record Ready(Test test, Duration within, Duration interval) {
        /// What is looked at.
        public sealed interface Test {}

        /// A TCP port that accepts.
        public record Tcp(String host, int port) implements Test {}

        /// Nothing: a pause.
        public record After(Duration pause) implements Test {}

        /// A file that exists.
        public record FileExists(String path) implements Test {}

        /// A program that ends with 0.
        public record Program(List<String> command) implements Test {
            public Program {
                command = List.copyOf(command);
            }
        }
    }

    /// What the engine does when the service ends by itself.
    ///
    /// @param interval between two looks
    public record Watch(Duration interval, Action action) {}
}
