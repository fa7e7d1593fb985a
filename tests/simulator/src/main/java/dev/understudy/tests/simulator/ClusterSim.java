package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Command;
import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.State;
import dev.understudy.core.register.Config;
import dev.understudy.core.register.Form;
import dev.understudy.core.register.Memory;
import dev.understudy.core.register.Voter;
import java.util.List;

/// One run: two machines are set up, live through faults, heal, and must end fully redundant.
final class ClusterSim {
    private static final long SETUP_NS = 60 * World.SECOND;
    private static final long HEAL_NS = 240 * World.SECOND;

    private final World world;
    private final Machine[] machines;
    private final Faults faults;
    private final Clients clients;
    private final Plan plan;

    /// Sets a run up.
    ///
    /// @param plan everything follows from it
    /// @param tally counts what happens
    ClusterSim(Plan plan, Tally tally) {
        this.plan = plan;
        world = new World(plan, tally);
        Machine a = new Machine(world, 0, plan.isolation());
        Machine b = new Machine(world, 1, plan.isolation());
        a.peer = b;
        b.peer = a;
        machines = new Machine[] {a, b};
        if (plan.isolation() == Isolation.MAJORITY) {
            seatVoters(a, b);
        }
        faults = new Faults(world, machines);
        clients = new Clients(world, machines);
    }

    /// Three voters, as after `safe cluster witness add`.
    private void seatVoters(Machine a, Machine b) {
        Config config =
                new Config(
                        2,
                        Form.MAJORITY,
                        List.of(
                                new Voter(a.id, 1),
                                new Voter(b.id, 2),
                                new Voter(Witness.NAME, 3)));
        for (Machine machine : machines) {
            Memory memory = Memory.fresh(machine.index + 1).with(config);
            machine.disk.votesWith(
                    new dev.understudy.tests.simulator.Voter(world, memory, machine::diskNs));
        }
        world.witness = new Witness(world, Memory.fresh(3).with(config));
    }

    /// Runs to the end.
    ///
    /// @throws Violation at the first invariant that does not hold
    void run() {
        try {
            machines[0].powerOn();
            machines[1].powerOn();
            every10Ms();
            world.runUntil(World.SECOND);
            command(0, Command.PRIM);
            command(1, Command.START);
            awaitRedundancy(SETUP_NS, "setup");
            long before = world.transitions;
            faults.begin(plan);
            world.runUntil(world.now + plan.lengthNs() + 13 * World.SECOND);
            if (plan.isCalm() && world.transitions != before) {
                throw new Violation("I13", "the witness alone made a node change its state");
            }
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

    private void every10Ms() {
        world.invariants.both(world, machines[0], machines[1]);
        world.in(10 * World.MS, this::every10Ms);
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
    String timeline() {
        return world.trace.text();
    }
}
