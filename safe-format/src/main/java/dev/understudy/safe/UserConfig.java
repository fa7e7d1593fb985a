package dev.understudy.safe;

import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;

/// What `conf/userconfig.yaml` says, after parameters and platform: everything has a value.
public record UserConfig(
        ModuleSettings module,
        Heartbeats heartbeats,
        Isolation isolation,
        Timeouts timeouts,
        List<VirtualIp> virtualIps,
        List<LoadBalancing> loadBalancing,
        Replication replication,
        List<Service> services,
        List<ProcessWatch> processes,
        List<Checker> checkers,
        List<Rule> rules) {
    public UserConfig {
        virtualIps = List.copyOf(virtualIps);
        loadBalancing = List.copyOf(loadBalancing);
        services = List.copyOf(services);
        processes = List.copyOf(processes);
        checkers = List.copyOf(checkers);
        rules = List.copyOf(rules);
    }

    /// How the module behaves as a whole.
    ///
    /// @param boot what happens when the node boots
    /// @param failover false: SECOND waits for an operator when PRIM is gone
    /// @param preferredPrimary `none`, `last`, or the name of a node that becomes PRIM by itself
    /// @param swapBack when the preferred primary gets the service back by itself
    public record ModuleSettings(
            Boot boot,
            Duration bootDelay,
            boolean failover,
            String preferredPrimary,
            SwapBack swapBack,
            RestartLimit restartLimit) {}

    /// When the preferred primary that is back in sync gets the service by itself.
    ///
    /// @param isOn false: never
    /// @param from time of day on the node that serves; equal to `to`: always
    /// @param to the moment is no part of it; below `from`: on the next day
    public record SwapBack(boolean isOn, LocalTime from, LocalTime to) {
        /// At once.
        public static final SwapBack ON = new SwapBack(true, LocalTime.MIN, LocalTime.MIN);

        /// Reads `on`, `off` or `02:00-04:30`.
        ///
        /// @throws java.time.DateTimeException if it is none of these
        public static SwapBack of(String text) {
            return switch (text) {
                case "on" -> ON;
                case "off" -> new SwapBack(false, LocalTime.MIN, LocalTime.MIN);
                default -> {
                    int dash = Math.max(text.indexOf('-'), 0);
                    yield new SwapBack(
                            true,
                            LocalTime.parse(text.substring(0, dash)),
                            LocalTime.parse(text.substring(Math.min(dash + 1, text.length()))));
                }
            };
        }

        /// Tells whether the service may go back at a time of day.
        public boolean isOpen(LocalTime now) {
            boolean isAfter = !now.isBefore(from);
            boolean isBefore = now.isBefore(to);
            boolean isOverMidnight = !from.isBefore(to);
            return isOn && (isOverMidnight ? isAfter || isBefore : isAfter && isBefore);
        }
    }

    /// What happens to the module when the node boots.
    public enum Boot {
        /// Starts.
        ON,
        /// Stays stopped.
        OFF,
        /// As it was before.
        AUTO
    }

    /// So many automatic actions within so much time, then the module stops on this node.
    ///
    /// @param count 0 = none at all
    public record RestartLimit(int count, Duration within) {}

    /// How the two nodes notice each other.
    ///
    /// @param interval between two beats
    /// @param lease how long PRIM may go on acknowledging after the last contact
    /// @param timeout silence after which the peer counts as gone; above the lease
    /// @param networks names of the cluster's networks; empty = all
    public record Heartbeats(
            Duration interval, Duration lease, Duration timeout, List<String> networks) {
        private static final Duration LOOK_MIN = Duration.ofMillis(150);
        private static final Duration LOOK_MAX = Duration.ofMillis(300);

        public Heartbeats {
            networks = List.copyOf(networks);
        }

        /// Returns how long one look at the witness and the virtual address takes: 150 to 300 ms, a
        /// shorter one would take a busy neighbour for a silent one.
        public Duration look() {
            Duration share = timeout.multipliedBy(3).dividedBy(20);
            return share.compareTo(LOOK_MIN) < 0
                    ? LOOK_MIN
                    : share.compareTo(LOOK_MAX) > 0 ? LOOK_MAX : share;
        }

        /// Returns the shortest [#timeout] that leaves the other node time to look for the virtual
        /// address after the lease has lapsed.
        public Duration timeoutMin() {
            return lease.plus(lease.dividedBy(15)).plus(look()).plusMillis(1);
        }
    }

    /// What happens when the two nodes do not see each other and nobody else has a vote.
    ///
    /// @param witnesses `gateway` or addresses that answer a ping
    /// @param fencing programs that switch the other node off for sure
    public record Isolation(Policy policy, List<String> witnesses, List<Fencing> fencing) {
        public Isolation {
            witnesses = List.copyOf(witnesses);
            fencing = List.copyOf(fencing);
        }

        /// Tells whether the default gateway is a witness.
        public boolean asksGateway() {
            return witnesses.contains(GATEWAY);
        }

        /// The default gateway of the node, as a witness.
        public static final String GATEWAY = "gateway";
    }

    /// Who may serve in isolation.
    public enum Policy {
        /// SECOND takes over only with evidence that PRIM is gone.
        PROTECT,
        /// Both may serve; differences are found and settled at the end.
        AVAILABLE,
        /// An operator decides.
        MANUAL
    }

    /// A program that switches the other node off.
    ///
    /// @param command program and arguments
    /// @param within it has failed after that
    public record Fencing(String id, List<String> command, Duration within) {
        public Fencing {
            command = List.copyOf(command);
        }
    }

    /// Deadlines of the hooks, scripts and services together.
    public record Timeouts(Duration start, Duration stop, Duration forceStop) {}

    /// A failover rule of the module itself.
    ///
    /// @param condition an expression over resources, as written; read by
    ///   [dev.understudy.safe.read.Conditions]
    /// @param stable for so long without a gap the condition holds before anything is done
    public record Rule(String id, String condition, Duration stable, Action action) {
        /// How long a condition holds if nothing else is said.
        public static final Duration STABLE = Duration.ofSeconds(3);

        /// So many different resources the rules of a module may name.
        public static final int NAMED_MAX = 32;
    }

    /// A resource that something in the configuration sets.
    ///
    /// @param name `<class>.<id>`
    /// @param when it is looked at
    /// @param action taken when it goes down, without any rule being written
    public record Resource(String name, When when, Action action) {}

    /// Gives the checkers of the configuration, then those that `check` of virtual addresses stands
    /// for; one that is written with the same type and id takes its place.
    public List<Checker> allCheckers() {
        List<Checker> all = new ArrayList<>(checkers);
        for (VirtualIp ip : virtualIps) {
            ip.checker()
                    .filter(c ->
                            checkers.stream().noneMatch(o -> o.resource().equals(c.resource())))
                    .ifPresent(all::add);
        }
        return List.copyOf(all);
    }

    /// Gives the resources that checkers, processes and services with `watch` set, in the order of
    /// the configuration.
    public List<Resource> resources() {
        List<Resource> all = new ArrayList<>();
        allCheckers().forEach(c -> all.add(new Resource(c.resource(), c.when(), c.action())));
        processes.forEach(p -> all.add(new Resource("process." + p.id(), p.when(), p.action())));
        for (Service service : services) {
            service.watch()
                    .ifPresent(w ->
                            all.add(
                                    new Resource(
                                            "service." + service.id(),
                                            service.when(),
                                            w.action())));
        }
        return List.copyOf(all);
    }

    /// Gives the names of the resources that a comparison of a rule is about.
    ///
    /// @return empty if nobody sets such a resource
    public List<String> named(Condition.Is is) {
        if (is.resource().matches("custom[.][^*?]+")) {
            return List.of(is.resource()); // set by scripts
        }
        return resources().stream().map(Resource::name).filter(is::isAbout).toList();
    }
}
