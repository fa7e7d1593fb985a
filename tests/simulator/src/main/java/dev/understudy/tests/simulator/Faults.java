package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Action;
import dev.understudy.core.failover.Command;
import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.failover.State;
import dev.understudy.core.failover.WaitReason;
import dev.understudy.core.rules.Value;
import java.util.SplittableRandom;

/// Injects faults at random, and takes them all back at the end.
final class Faults {
    private final World world;
    private final Machine[] machines;
    private long endNs;
    private boolean isReseating;

    /// Of the fault that is being injected.
    private SplittableRandom fate = new SplittableRandom(0);

    Faults(World world, Machine[] machines) {
        this.world = world;
        this.machines = machines;
    }

    /// From now on the faults of the plan happen at their times.
    void begin(Plan plan) {
        endNs = world.now + plan.lengthNs();
        for (Injection injection : plan.faults()) {
            world.in(
                    injection.atNs(),
                    () -> {
                        fate = new SplittableRandom(injection.chance());
                        inject(injection.fault(), machines[injection.machine()]);
                    });
        }
    }

    private void count(Fault fault, Machine machine) {
        world.trace.note(world.now, fault + " " + machine.id);
        world.tally.injected(fault);
        if (isFault(fault)) {
            // What is acknowledged while the fault sets in has met it.
            world.in(30 * World.MS, () -> world.ledger.faults++);
        }
    }

    private void inject(Fault fault, Machine machine) {
        count(fault, machine);
        switch (fault) {
            case KILL_DAEMON -> kill(machine, false);
            case KILL_BOTH -> kill(machine, true);
            case POWER -> power(machine, false);
            case POWER_TORN -> power(machine, true);
            case POWER_BOTH -> {
                power(machines[0], false);
                power(machines[1], false);
            }
            case PAUSE_SHORT -> pause(machine, between(800 * World.MS, 3 * World.SECOND));
            case PAUSE_LONG -> pause(machine, between(5 * World.SECOND, 30 * World.SECOND));
            case CUT -> {
                cut(0);
                cut(1);
            }
            case CUT_ONE_WAY -> cut(machine.index);
            case CUT_CLIENTS -> cutClients(machine);
            case ISOLATE -> {
                cutClients(machine);
                cut(0);
                cut(1);
                cutVoter(machine.index);
            }
            case PROBE_BLIP -> probeBlip(machine);
            case FLAP -> flap(20);
            case LOSS -> {
                world.loss = fate.nextDouble() * 0.6;
                later(() -> world.loss = 0);
            }
            case DELAY -> {
                world.delayNs = between(50 * World.MS, 900 * World.MS);
                later(() -> world.delayNs = 0);
            }
            case DUPLICATE -> {
                world.duplicates = 0.5;
                later(() -> world.duplicates = 0);
            }
            case WITNESS_DOWN -> {
                world.witnessDown = true;
                later(() -> world.witnessDown = false);
            }
            case HAND_EDIT -> {
                kill(machine, true);
                int chunk = fate.nextInt(Disk.CHUNKS);
                world.in(100 * World.MS, () -> machine.edit(chunk));
            }
            case APP_BROKEN -> {
                machine.isAppBroken = true;
                broken(() -> machine.isAppBroken = false);
                restartBroken(machine);
            }
            case APP_CRASHES -> {
                machine.isAppCrashing = true;
                broken(() -> machine.isAppCrashing = false);
                restartBroken(machine);
            }
            case FENCING_FAILS, FENCING_SLOW -> fencing(fault, machine);
            default -> {
                if (!fault.isOfVotes()) {
                    onDaemon(fault, machine);
                } else if (world.witness != null) {
                    onVoter(fault, machine, world.witness);
                }
            }
        }
    }

    private void loseSource(int target) {
        Machine source = machines[1 - target];
        world.in(between(5 * World.MS, 300 * World.MS), () -> power(source, false));
        boolean forces = world.ledger.mayDiverge;
        for (int i = 0; forces && i < 2; i++) { // the first time may fail
            world.in(
                    between(2 * World.SECOND, 9 * World.SECOND),
                    () -> {
                        Daemon daemon = machines[target].daemon;
                        if (daemon != null) {
                            daemon.command(Command.PRIM, true);
                        }
                    });
        }
    }

    private void fencing(Fault fault, Machine machine) {
        if (fault == Fault.FENCING_FAILS) {
            machine.isFencingBroken = true;
            later(() -> machine.isFencingBroken = false);
        } else {
            machine.isFencingSlow = true;
            later(() -> machine.isFencingSlow = false);
        }
    }

    private void secondDisk(Daemon daemon) {
        if (daemon.node.state() == State.SECOND) {
            boolean isFull = fate.nextBoolean();
            daemon.offer(now ->
                    isFull
                            ? new Event.DiskFull(now, "ENOSPC")
                            : new Event.LocalDiskError(now, "EIO"));
        }
    }

    private void onVoter(Fault fault, Machine machine, Witness witness) {
        switch (fault) {
            case VOTER_DOWN -> {
                witness.goDown();
                later(witness::comeBack);
            }
            case VOTER_RESTARTS -> {
                witness.goDown();
                world.in(between(20 * World.MS, 2 * World.SECOND), witness::comeBack);
            }
            case VOTER_SLOW -> {
                witness.slowNs = 2 * World.SECOND;
                later(() -> witness.slowNs = 0);
            }
            case VOTER_WIPED -> {
                if (world.variant == Variant.WIPED_WITNESS_VOTES) {
                    witness.wipe();
                    world.in(50 * World.MS, witness::comeBack);
                } else if (!isReseating) {
                    isReseating = true;
                    witness.wipe();
                    later(() -> {
                        witness.comeBack();
                        reseat();
                    });
                }
            }
            case VOTER_CUT -> cutVoter(machine.index);
            case VOTER_ALONE -> {
                cutVoter(0);
                cutVoter(1);
            }
            case PARTITION -> {
                cut(0);
                cut(1);
                cutVoter(machine.index);
            }
            default -> throw new IllegalStateException(fault.toString());
        }
    }

    private void cutVoter(int index) {
        Witness witness = world.witness;
        if (witness != null) {
            witness.cut[index] = true;
            later(() -> witness.cut[index] = false);
        }
    }

    /// An administrator replaces the vote of a wiped witness.
    private void reseat() {
        new Reseat(world, machines, true, () -> isReseating = false).run();
    }

    private void broken(Runnable repaired) {
        world.in(between(5 * World.SECOND, 60 * World.SECOND), repaired);
    }

    /// What runs already shows it at its next start.
    private void restartBroken(Machine machine) {
        Daemon daemon = machine.daemon;
        if (daemon != null && fate.nextBoolean()) {
            daemon.offer(now -> new Event.ResourceDown(now, "tcp.app", Action.RESTART));
        }
    }

    /// Whether it can take a copy out: a stop in order counts as one, a power loss when it happens.
    private static boolean isFault(Fault fault) {
        return switch (fault) {
            case SWAP, RESTART, DUPLICATE, RECONFIGURE, FAILOVER_OFF, DETACH -> false;
            case FAILOVER_HELD -> false;
            case RULES_QUARREL, SWAP_BACK_CLOSED -> false;
            case APP_BROKEN, APP_CRASHES -> false;
            case POWER, POWER_TORN, POWER_BOTH -> false;
            case FENCING_FAILS, FENCING_SLOW -> false;
            default -> !fault.isOfVoterAlone();
        };
    }

    private void onDaemon(Fault fault, Machine machine) {
        Daemon daemon = machine.daemon;
        if (daemon == null) {
            return;
        }
        switch (fault) {
            case SLOW_DISK -> {
                daemon.slowDiskNs = 2 * World.SECOND;
                later(() -> daemon.slowDiskNs = 0);
            }
            case REGISTER_UNKNOWN -> daemon.registerUnknown = true;
            case HOOK_FAILS -> daemon.hookFails = true;
            case HOOK_HANGS -> daemon.hookHangs = true;
            case RESOURCE_DOWN ->
                    daemon.offer(now -> new Event.ResourceDown(now, "tcp.app", randomAction()));
            case SECOND_DISK -> secondDisk(daemon);
            case RULE_HOLDS -> worse(machine);
            case RULES_QUARREL -> quarrel();
            case SWAP_BACK_CLOSED -> {
                swapBack(false);
                later(() -> swapBack(true));
            }
            case STREAM_STALLS -> stall(daemon);
            case RESOURCE_WAITS -> {
                daemon.offer(now -> new Event.ResourceDown(now, "intf.lan", Action.WAIT));
                later(() -> daemon.offer(now -> new Event.ResourceUp(now, "intf.lan")));
            }
            case VIP_TAKEN -> {
                machine.hasVip = false;
                daemon.offer(now -> new Event.VipFailed(now, "used by 02:00:00:00:00:01"));
            }
            case DATA_FAULT -> daemon.replica.fault();
            case SUSPECT -> {
                if (daemon.node.state() == State.SECOND) {
                    daemon.offer(now -> new Event.Suspect(now, "another disk"));
                }
            }
            case PEER_DISK -> daemon.offer(now -> new Event.PeerDiskError(now, "ENOSPC"));
            case RECONFIGURE -> reconfigure();
            case FAILOVER_OFF -> {
                configure(machine, with(machine, machine.settings.digest(), false));
                later(() -> configure(machine, with(machine, machine.settings.digest(), true)));
            }
            case DETACH -> {
                daemon.command(Command.DETACH);
                later(() -> {
                    if (machine.daemon != null) {
                        machine.daemon.command(Command.ATTACH);
                    }
                });
            }
            case SOURCE_LOST -> {
                world.onCopy = this::loseSource;
                kill(machine, true);
            }
            case FORCE_PRIM -> {
                if (world.ledger.mayDiverge) {
                    daemon.command(Command.PRIM, true);
                }
            }
            default -> operator(fault, machine, daemon);
        }
    }

    private void operator(Fault fault, Machine machine, Daemon daemon) {
        switch (fault) {
            case SWAP -> {
                daemon.command(Command.SWAP);
            }
            case STOP_START -> {
                daemon.command(Command.STOP);
                later(() -> {
                    if (machine.daemon != null) {
                        machine.daemon.command(Command.START);
                    }
                });
            }
            case FORCE_STOP -> {
                daemon.command(Command.FORCESTOP);
                later(() -> {
                    if (machine.daemon != null) {
                        machine.daemon.command(Command.START);
                    }
                });
            }
            case FAILOVER_HELD -> {
                daemon.command(Command.FAILOVER_OFF);
                later(() -> {
                    if (machine.daemon != null) {
                        machine.daemon.command(Command.FAILOVER_ON);
                    }
                });
            }
            case RESTART -> daemon.command(Command.RESTART);
            case STOPSTART -> daemon.command(Command.STOPSTART);
            default -> throw new IllegalStateException(fault.toString());
        }
    }

    private void reconfigure() {
        String digest = "digest" + fate.nextInt(1000);
        configure(machines[0], with(machines[0], digest, true));
        later(() -> configure(machines[1], with(machines[1], digest, true)));
    }

    private static Settings with(Machine machine, String digest, boolean failover) {
        Settings s = machine.settings;
        return new Settings(
                s.self(),
                s.peer(),
                digest,
                s.isolation(),
                s.hasWitness(),
                s.hasVip(),
                failover,
                s.isPreferred(),
                s.restartLimit(),
                s.timing(),
                s.rules(),
                s.isSwapBackOpen(),
                s.fencingNs());
    }

    private static void configure(Machine machine, Settings settings) {
        machine.settings = settings;
        if (machine.daemon != null) {
            machine.daemon.offer(now -> new Event.Configured(now, settings));
        }
    }

    private Action randomAction() {
        Action[] actions = {
            Action.NONE, Action.RESTART, Action.STOPSTART, Action.STOP, Action.SWAP
        };
        return actions[fate.nextInt(actions.length)];
    }

    /// A resource is down on one machine and up on the other: a rule swaps.
    private void worse(Machine machine) {
        found(machine, SimRules.DISK, Value.DOWN);
        found(machine.other(), SimRules.DISK, Value.UP);
        found(machine, SimRules.LAN, fate.nextBoolean() ? Value.DOWN : Value.UP);
        broken(() -> {
            found(machine, SimRules.DISK, Value.UP);
            found(machine, SimRules.LAN, Value.UP);
        });
    }

    /// A resource is down on both, and a rule that does not ask for the other node's swaps.
    private void quarrel() {
        for (Machine machine : machines) {
            found(machine, SimRules.QUERY, Value.DOWN);
        }
        broken(() -> {
            for (Machine machine : machines) {
                found(machine, SimRules.QUERY, Value.UP);
            }
        });
    }

    private void swapBack(boolean isOpen) {
        for (Machine machine : machines) {
            machine.settings = machine.settings.withSwapBack(isOpen);
            if (machine.daemon != null) {
                machine.daemon.offer(now -> new Event.SwapBack(now, isOpen));
            }
        }
    }

    private static void found(Machine machine, String resource, Value value) {
        if (machine.daemon != null) {
            machine.daemon.offer(now ->
                    switch (value) {
                        case UP -> new Event.ResourceUp(now, resource);
                        case DOWN -> new Event.ResourceDown(now, resource, Action.NONE);
                        case UNKNOWN -> new Event.ResourceUnknown(now, resource);
                    });
        }
    }

    private void stall(Daemon daemon) {
        daemon.replica.isStalled = true;
        later(() -> {
            daemon.replica.isStalled = false;
            Session open = daemon.replica.session;
            if (open != null) {
                open.close("stalled");
            }
        });
    }

    private long between(long lowNs, long highNs) {
        return fate.nextLong(lowNs, highNs);
    }

    private void later(Runnable heal) {
        world.in(between(300 * World.MS, 12 * World.SECOND), heal);
    }

    private void kill(Machine machine, boolean andGuard) {
        if (machine.daemon == null) {
            return;
        }
        machine.killDaemon(andGuard);
        world.in(
                between(300 * World.MS, 10 * World.SECOND),
                () -> {
                    if (machine.daemon == null) {
                        machine.startDaemon();
                    }
                });
    }

    private void power(Machine machine, boolean torn) {
        if (!machine.isPowered) {
            return;
        }
        if (torn) {
            // Wait for a record to be under way; its slot is torn and the older one counts.
            long deadline = world.now + 3 * World.SECOND;
            whenWriting(machine, deadline);
            return;
        }
        powerNow(machine);
    }

    private void whenWriting(Machine machine, long deadline) {
        Daemon daemon = machine.daemon;
        boolean writing = daemon != null && daemon.isWritingRecord();
        if (writing || world.now >= deadline) {
            powerNow(machine);
        } else {
            world.in(200_000, () -> whenWriting(machine, deadline));
        }
    }

    private void powerNow(Machine machine) {
        if (!machine.isPowered) {
            return;
        }
        world.ledger.powerLosses++;
        world.ledger.faults++;
        machine.losePower();
        world.in(between(2 * World.SECOND, 15 * World.SECOND), machine::powerOn);
    }

    private void pause(Machine machine, long ns) {
        if (machine.daemon != null && !machine.daemon.isPaused) {
            machine.daemon.pause(ns);
        }
    }

    private void cut(int from) {
        world.cut[from] = true;
        later(() -> world.cut[from] = false);
    }

    private void cutClients(Machine machine) {
        world.clientsCut[machine.index] = true;
        later(() -> world.clientsCut[machine.index] = false);
    }

    private void probeBlip(Machine machine) {
        cut(0);
        cut(1);
        long at = between(600 * World.MS, 2_900 * World.MS);
        long lastsNs = between(20 * World.MS, 1_200 * World.MS);
        world.in(
                at,
                () -> {
                    world.clientsCut[machine.index] = true;
                    world.in(lastsNs, () -> world.clientsCut[machine.index] = false);
                });
    }

    private void flap(int times) {
        world.cut[0] = times % 2 == 1;
        world.cut[1] = times % 2 == 1;
        if (times > 0) {
            world.in(250 * World.MS, () -> flap(times - 1));
        }
    }

    /// Takes every fault back; the operator starts what is down.
    void heal() {
        world.trace.note(world.now, "all faults cease");
        for (int i = 0; i < 2; i++) {
            world.cut[i] = false;
            world.clientsCut[i] = false;
        }
        world.witnessDown = false;
        Witness witness = world.witness;
        if (witness != null) {
            witness.cut[0] = false;
            witness.cut[1] = false;
            witness.slowNs = 0;
            witness.comeBack();
        }
        world.loss = 0;
        world.delayNs = 0;
        world.duplicates = 0;
        swapBack(true);
        for (Machine machine : machines) {
            machine.isAppBroken = false;
            machine.isAppCrashing = false;
            machine.isFencingBroken = false;
            machine.isFencingSlow = false;
            configure(machine, with(machine, "healed", true));
            for (String resource : SimRules.RESOURCES) {
                found(machine, resource, Value.UP);
            }
        }
    }

    /// What an operator does who reads the state: starts what is stopped, gives up a suspect copy.
    void operate() {
        for (Machine machine : machines) {
            if (!machine.isPowered) {
                machine.powerOn();
            } else if (machine.daemon == null) {
                machine.startDaemon();
            } else if (world.now > endNs && endNs > 0) {
                Daemon daemon = machine.daemon;
                Node node = daemon.node;
                if (!node.app().downResources().isEmpty()) {
                    daemon.offer(now -> new Event.ResourceUp(now, "intf.lan"));
                }
                if (node.saved().isFailoverHeld()) {
                    daemon.command(Command.FAILOVER_ON);
                }
                if (node.saved().isDetached()) {
                    daemon.command(Command.ATTACH);
                }
                if (node.reason() == WaitReason.DATA_PATH_FAULT) {
                    daemon.command(Command.START);
                }
                boolean suspect = node.saved().data() == DataState.SUSPECT;
                Node.Goal goal = daemon.node.goal();
                boolean refused = goal.keeping() == Node.Keeping.REFUSED;
                if (suspect && (!goal.isForced() || refused)) {
                    daemon.command(Command.SECOND, true);
                } else if (!suspect && daemon.node.state() == State.STOP) {
                    daemon.command(Command.START);
                }
            }
        }
    }
}
