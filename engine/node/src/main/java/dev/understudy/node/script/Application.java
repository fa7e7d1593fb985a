package dev.understudy.node.script;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The application of one module: its services and hooks.
///
/// Nothing here blocks the caller except [#kill(Duration)], which ends within the time given. Hooks
/// of one module run one after the other in the order of the calls.
public interface Application extends AutoCloseable {
    /// Runs a hook. One that still runs is ended first, as `Interrupted`; only `TRANSITION` runs
    /// beside the others.
    ///
    /// Runs the module's script if there is one, else the services that belong to the hook, else
    /// nothing.
    ///
    /// A context with force on a stop hook stops the services by their force-stop command. The
    /// deadline includes waiting for hooks before it; a hook that overstays it is signalled,
    /// interrupted, closed and, if all that does not help, ended with its host.
    ///
    /// @param deadline counted from now; positive
    /// @return completes always, never exceptionally, at the latest 3 s after the deadline
    CompletableFuture<HookResult> run(Hook hook, HookContext context, Duration deadline);

    /// Ends every process that this module started, wherever it went to: cgroup, marked
    /// environment, descendants and sessions of those; running hooks end as `Interrupted`.
    ///
    /// @param within how long to wait for processes that are blocked in the kernel
    KillReport kill(Duration within);

    /// Ends what a daemon that died left running; to be called once, before the module's first
    /// hook.
    KillReport killLeftovers();

    /// Tells the process tree of the module now, one line per process, for messages.
    List<String> processes();

    /// Tells whether a service runs; blocks as long as its status takes.
    ///
    /// @throws ServiceStatusUnknown with a text for people if that cannot be found out
    boolean isRunning(String service) throws ServiceStatusUnknown, InterruptedException;

    /// Runs a checker's script in the checkers' host; blocks until it ends or is ended.
    ///
    /// @param file path of the script in the archive
    /// @param resource id of the resource that it sets
    CheckResult check(String file, String resource, Duration timeout) throws InterruptedException;

    /// What a checker's script said.
    ///
    /// @param detail why not, for people; empty when up
    record CheckResult(boolean isUp, String detail) {}

    /// Says that the status of a service cannot be found out.
    final class ServiceStatusUnknown extends Exception {
        /// Makes it with a text for people.
        public ServiceStatusUnknown(String message) {
            super(message);
        }
    }

    /// Gives the cgroup to kill when this daemon dies; empty where no cgroup v2 is writable.
    Optional<Path> cgroup();

    /// Lets go of the module without ending its processes.
    @Override
    void close();
}
