package dev.understudy.node.script;

import dev.understudy.node.script.ModuleProcesses.Spec;
import dev.understudy.node.script.ModuleProcesses.Started;
import dev.understudy.posix.process.Signal;
import dev.understudy.safe.Service;
import dev.understudy.safe.Service.Command;
import dev.understudy.safe.Service.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Starts and stops the services of one module, one call at a time each; blocks the caller.
final class Services {
    private static final Duration STATUS_WITHIN = Duration.ofSeconds(30);

    /// What is known of a service.
    enum Status {
        /// It runs.
        RUNNING,
        /// It does not.
        STOPPED,
        /// Nothing was found, but nothing proves that it does not run.
        UNKNOWN
    }

    private final List<Service> services;
    private final ModuleProcesses processes;
    private final Programs programs;
    private final Host host;
    private final ModuleLog log;
    private final ReadyChecks ready;
    private final Map<String, Started> foreground = new ConcurrentHashMap<>();

    Services(List<Service> services, ModuleProcesses processes, Host host, ModuleLog log) {
        this.services = List.copyOf(services);
        this.processes = processes;
        this.programs = new Programs(processes);
        this.host = host;
        this.log = log;
        this.ready = new ReadyChecks(programs);
    }

    List<Service> all() {
        return services;
    }

    Optional<Service> find(String id) {
        return services.stream().filter(s -> s.id().equals(id)).findFirst();
    }

    /// Starts services in order, each until it is ready; those that run are left.
    void start(List<Service> list, Deadline deadline)
            throws ServiceException, InterruptedException {
        for (Service service : list) {
            guard(service, () -> start(service, deadline));
        }
    }

    /// Stops services in reverse order. With force, or after a failure, goes on to the next; the
    /// first failure is thrown at the end.
    void stop(List<Service> list, boolean force, Deadline deadline)
            throws ServiceException, InterruptedException {
        ServiceException first = null;
        for (Service service : list.reversed()) {
            try {
                guard(service, () -> stop(service, force, deadline));
            } catch (ServiceException e) {
                log.line("error", service.id(), String.valueOf(e.getMessage()));
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private interface Work {
        void run() throws IOException, ServiceException, InterruptedException;
    }

    private static void guard(Service service, Work work)
            throws ServiceException, InterruptedException {
        try {
            work.run();
        } catch (IOException e) {
            throw new ServiceException(
                    service.id(), "service " + service.id() + ": " + e.getMessage(), false);
        }
    }

    Status status(Service service) throws IOException, InterruptedException {
        if (service.kind() instanceof Command command) {
            return status(service, command);
        }
        return managed(service).isActive() ? Status.RUNNING : Status.STOPPED;
    }

    private Status status(Service service, Command command)
            throws IOException, InterruptedException {
        if (!command.status().isEmpty()) {
            Deadline deadline = Deadline.in(processes.clock(), STATUS_WITHIN);
            Optional<Programs.Ended> ended =
                    programs.run(
                            spec(service, command, command.status(), "status." + service.id()),
                            deadline,
                            true);
            if (ended.isEmpty()) {
                throw new IOException(command.status().getFirst() + " gave no status within 30 s");
            }
            return command.isOk(Step.STATUS, ended.get().code()) ? Status.RUNNING : Status.STOPPED;
        }
        if (!group(service).running().isEmpty()) {
            return Status.RUNNING;
        }
        return command.stop().isEmpty() ? Status.STOPPED : Status.UNKNOWN;
    }

    private Managed managed(Service service) throws IOException {
        return host.managed(service.kind()).orElseThrow();
    }

    private Group group(Service service) {
        return processes.group("service." + service.id());
    }

    private Spec spec(Service service, Command command, List<String> argv, String group) {
        return new Spec(
                argv,
                command.user(),
                command.directory(),
                command.environment(),
                Optional.empty(),
                group,
                service.id());
    }

    private void start(Service service, Deadline deadline)
            throws IOException, ServiceException, InterruptedException {
        if (status(service) == Status.RUNNING) {
            log.line("info", service.id(), "runs already");
        } else if (service.kind() instanceof Command command) {
            start(service, command, deadline);
        } else {
            managed(service).start();
        }
        if (service.ready().isPresent()) {
            ready.await(service, deadline, processes.clock(), () -> hasEnded(service));
        }
        log.line("info", service.id(), "started");
    }

    private void start(Service service, Command command, Deadline deadline)
            throws IOException, ServiceException, InterruptedException {
        Spec spec = spec(service, command, command.start(), "service." + service.id());
        if (command.foreground()) {
            foreground.put(service.id(), processes.start(spec));
            return;
        }
        Optional<Programs.Ended> ended = programs.run(spec, deadline, false);
        if (ended.isEmpty()) {
            throw timeout(service, "start", command.start());
        }
        if (!command.isOk(Step.START, ended.get().code())) {
            throw failed(service, command.start(), ended.get());
        }
    }

    /// Tells how a program that should stay has ended, or null while it runs.
    private @Nullable String hasEnded(Service service) {
        Started started = foreground.get(service.id());
        return started == null || started.process().isAlive()
                ? null
                : "it ended with " + started.process().exitValue();
    }

    private void stop(Service service, boolean force, Deadline deadline)
            throws IOException, ServiceException, InterruptedException {
        if (service.kind() instanceof Command command) {
            stop(service, command, force, deadline);
        } else if (force) {
            managed(service).kill();
        } else {
            managed(service).stop();
        }
        foreground.remove(service.id());
        log.line("info", service.id(), force ? "stopped by force" : "stopped");
    }

    private void stop(Service service, Command command, boolean force, Deadline deadline)
            throws IOException, ServiceException, InterruptedException {
        Status status = force ? Status.RUNNING : status(service);
        if (status == Status.STOPPED) {
            return;
        }
        List<String> argv = force ? command.forceStop() : command.stop();
        Step step = force ? Step.FORCE_STOP : Step.STOP;
        ServiceException failure = null;
        Group group = group(service);
        group.note();
        if (argv.isEmpty()) {
            group.signal(force ? Signal.KILL : Signal.TERM);
        } else {
            failure = program(service, command, argv, step, deadline);
        }
        if (failure != null && !force) {
            throw failure;
        }
        end(service, group, argv.isEmpty() && !force, deadline);
        if (failure != null) {
            // nothing of the service is left, or nothing showed that it ran: what the program says
            // matters no more
            log.line("warn", service.id(), String.valueOf(failure.getMessage()));
        }
    }

    private @Nullable ServiceException program(
            Service service, Command command, List<String> argv, Step step, Deadline deadline)
            throws IOException, InterruptedException {
        Spec spec = spec(service, command, argv, "stop." + service.id());
        Optional<Programs.Ended> ended = programs.run(spec, deadline, true);
        if (ended.isEmpty()) {
            return timeout(service, step == Step.STOP ? "stop" : "force-stop", argv);
        }
        return command.isOk(step, ended.get().code()) ? null : failed(service, argv, ended.get());
    }

    /// Makes sure that nothing of a stopped service is left.
    private void end(Service service, Group group, boolean wait, Deadline deadline)
            throws IOException, ServiceException, InterruptedException {
        Deadline until = wait ? deadline : deadline.within(Duration.ofSeconds(5));
        if (!group.awaitEmpty(until.atNs())) {
            if (wait) {
                throw timeout(service, "stop", List.of("the end of its processes after SIGTERM"));
            }
            log.line("warn", service.id(), "has stopped, but left processes; ending them");
            KillReport report = group.kill(Duration.ofSeconds(2).toNanos());
            if (!report.isClean()) {
                throw new ServiceException(
                        service.id(),
                        "service " + service.id() + ": does not end: " + report.remaining(),
                        false);
            }
        }
        if (group.cgroup().isPresent()) {
            boolean _ = group.cgroup().get().remove();
        }
    }

    private static ServiceException timeout(Service service, String step, List<String> argv) {
        return new ServiceException(
                service.id(),
                "service " + service.id() + ": " + step + ": " + String.join(" ", argv),
                true);
    }

    private static ServiceException failed(
            Service service, List<String> argv, Programs.Ended ended) {
        String tail = ended.tail();
        return new ServiceException(
                service.id(),
                "service "
                        + service.id()
                        + ": "
                        + argv.getFirst()
                        + " ended with "
                        + ended.code()
                        + (tail.isEmpty() ? "" : ": " + tail),
                false);
    }

    /// Kills what no cgroup of ours holds: what the operating system started.
    void killManaged() throws InterruptedException {
        for (Service service : services) {
            if (!(service.kind() instanceof Command)) {
                try {
                    managed(service).kill();
                } catch (IOException e) {
                    log.line("error", service.id(), String.valueOf(e.getMessage()));
                }
            }
        }
    }
}
