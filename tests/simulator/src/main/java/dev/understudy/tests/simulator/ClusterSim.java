package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Command;
import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.State;

/// One run: two machines are set up, live through faults, heal, and must end fully redundant.
public final class ClusterSim {
    private static final long SETUP_NS = 60 * World.SECOND;
    private static final long HEAL_NS = 240 * World.SECOND;

    private final World world;
    private final Machine[] machines;
    private final Faults faults;
    private final Clients clients;

    /// Sets a run up.
    ///
    /// @param seed everything follows from it
    /// @param variant SHIPPED, or a mistake to be refuted
    /// @param isolation the policy of both nodes
    /// @param tally counts what happens
    public ClusterSim(long seed, Variant variant, Isolation isolation, Tally tally) {
        this(seed, variant, isolation, false, tally);
    }

    /// Sets up the run that belongs to a seed: of ten, seven are `protect`, one each `available`,
    /// `manual`, and `protect` with an operator who forces.
    public static ClusterSim ofSeed(long seed, Tally tally) {
        int kind = (int) Math.floorMod(seed, 10L);
        Isolation isolation =
                switch (kind) {
                    case 7 -> Isolation.AVAILABLE;
                    case 8 -> Isolation.MANUAL;
                    default -> Isolation.PROTECT;
                };
        return new ClusterSim(seed, Variant.SHIPPED, isolation, kind == 9, tally);
    }

    /// Sets a run up in which an operator may force a node to serve.
    public ClusterSim(
            long seed, Variant variant, Isolation isolation, boolean forces, Tally tally) {
        Trace.clear();
        world = new World(seed, variant, tally);
        world.ledger.mayDiverge = forces || isolation == Isolation.AVAILABLE;
        Machine a = new Machine(world, 0, isolation);
        Machine b = new Machine(world, 1, isolation);
        a.peer = b;
        b.peer = a;
        machines = new Machine[] {a, b};
        faults = new Faults(world, machines);
        clients = new Clients(world, machines);
    }

    /// Runs to the end.
    ///
    /// @throws Violation at the first invariant that does not hold
    public void run() {
        try {
            machines[0].powerOn();
            machines[1].powerOn();
            everyMillisecond();
            world.runUntil(World.SECOND);
            command(0, Command.PRIM);
            command(1, Command.START);
            awaitRedundancy(SETUP_NS, "setup");
            long chaosNs = world.between(30 * World.SECOND, 90 * World.SECOND);
            faults.begin(world.now + chaosNs);
            world.runUntil(world.now + chaosNs + 15 * World.SECOND);
            faults.heal();
            awaitRedundancy(HEAL_NS, "after all faults ceased");
            clients.isActive = false;
            world.runUntil(world.now + 3 * World.SECOND);
        } catch (IllegalStateException | IllegalArgumentException fault) {
            Violation violation = new Violation("core", String.valueOf(fault));
            violation.initCause(fault);
            throw violation;
        }
    }

    private void everyMillisecond() {
        world.invariants.both(world, machines[0], machines[1]);
        world.in(10 * World.MS, this::everyMillisecond);
    }

    private void command(int index, Command command) {
        Daemon daemon = machines[index].daemon;
        if (daemon != null) {
            daemon.command(command);
        }
    }

    private void awaitRedundancy(long withinNs, String when) {
        long end = world.now + withinNs;
        while (world.now < end) {
            world.runUntil(world.now + 500 * World.MS);
            if (isRedundant()) {
                return;
            }
            faults.operate();
        }
        if (!isNamedWait()) {
            throw new Violation("I12", "not redundant " + when + ": " + states());
        }
    }

    private boolean isRedundant() {
        boolean prim = false;
        boolean second = false;
        for (Machine machine : machines) {
            Daemon daemon = machine.daemon;
            if (daemon == null || daemon.node.isBusy()) {
                return false;
            }
            prim |=
                    daemon.node.state() == State.PRIM
                            && !daemon.node.lease().isFrozen()
                            && daemon.node.app().isUp();
            second |= daemon.node.state() == State.SECOND;
        }
        return prim && second;
    }

    private boolean isNamedWait() {
        for (Machine machine : machines) {
            Daemon daemon = machine.daemon;
            if (daemon != null && daemon.node.saved().data() == DataState.DIVERGED) {
                return true;
            }
        }
        return false;
    }

    private String states() {
        StringBuilder text = new StringBuilder();
        for (Machine machine : machines) {
            Daemon daemon = machine.daemon;
            text.append(machine.id).append(": ");
            if (daemon == null) {
                text.append("off; ");
            } else {
                text.append(daemon.node.state())
                        .append(" (")
                        .append(daemon.node.reason())
                        .append(") ")
                        .append(daemon.node.app().trouble())
                        .append(daemon.node.saved())
                        .append(" ")
                        .append(daemon.node.register())
                        .append(" jobs=")
                        .append(daemon.node.duty().jobs())
                        .append(" chores=")
                        .append(daemon.node.app().chores())
                        .append(" join=")
                        .append(daemon.node.join())
                        .append(" mode=")
                        .append(daemon.replica.mode)
                        .append("; ");
            }
        }
        return text.toString();
    }

    /// The last lines of the journals of both nodes, with faults.
    public static String timeline() {
        return Trace.text();
    }
}
