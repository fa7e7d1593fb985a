package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Action;
import dev.understudy.core.failover.Beat;
import dev.understudy.core.failover.Command;
import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Failover;
import dev.understudy.core.failover.Hook;
import dev.understudy.core.failover.HookResult;
import dev.understudy.core.failover.Message;
import dev.understudy.core.failover.MessageCodec;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.failover.State;
import dev.understudy.core.failover.Step;
import dev.understudy.core.failover.TwoVoteRegister;
import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.LongFunction;

/// The shell around the shipping machine, as a process that may die, hang and be slow.
final class Daemon {
    private static final long LOOK_NS = 25 * World.MS;

    final Machine machine;
    final World world;
    final long incarnation;
    final Replica replica;
    final Votes votes;
    Node node;
    boolean isDead;
    boolean isPaused;
    boolean registerUnknown;
    boolean hookFails;
    boolean hookHangs;
    long slowDiskNs;

    private final ArrayDeque<LongFunction<Event>> inbox = new ArrayDeque<>();
    private boolean isBusy;
    private boolean isWriting;
    private long lastSentNs;
    private long hookRun;
    private int beats;

    Daemon(Machine machine, long incarnation) {
        this.machine = machine;
        this.world = machine.world;
        this.incarnation = incarnation;
        replica = new Replica(this);
        votes = new Votes(this);
        Saved saved = machine.disk.saved;
        Register register = machine.disk.register;
        if (world.variant == Variant.SECOND_CLAIMS && saved.wasSecond() && register.isPair()) {
            register = register.alone(machine.id);
        }
        Step step =
                Failover.boot(
                        machine.settings,
                        saved,
                        register,
                        incarnation,
                        "boot" + machine.boot,
                        machine.clock());
        node = step.next();
        machine.disk.register = register;
        first = step;
    }

    private final Step first;

    void start() {
        carryOut(first.effects().iterator());
        heart();
        wake();
        if (machine.disk.saved.isStarted()) {
            command(Command.START);
        }
    }

    void die() {
        isDead = true;
        replica.die();
    }

    boolean isRunning() {
        return !isDead && !isPaused;
    }

    void command(Command command) {
        command(command, false);
    }

    void command(Command command, boolean force) {
        long random = world.random.nextLong() | 1;
        offer(now -> new Event.Commanded(now, 1, command, force, false, random));
    }

    void pause(long ns) {
        isPaused = true;
        world.in(
                ns,
                () -> {
                    isPaused = false;
                    drain();
                });
    }

    void heard(Message message) {
        if (!isDead) {
            offer(now -> new Event.Heard(now, message));
        }
    }

    /// Hands an event over; it is stepped when the process runs and nothing durable is being
    /// written.
    void offer(LongFunction<Event> event) {
        if (isDead) {
            return;
        }
        inbox.add(event);
        drain();
    }

    private void drain() {
        while (!inbox.isEmpty() && !isBusy && isRunning()) {
            step(inbox.poll().apply(machine.clock()));
        }
    }

    private void step(Event event) {
        Step step = Failover.step(node, event);
        Invariants.afterStep(this, node, event, step);
        world.tally.steps++;
        node = step.next();
        isBusy = true;
        carryOut(step.effects().iterator());
    }

    /// In order; a durable write holds up the rest, and all events, until it is done.
    private void carryOut(Iterator<Effect> effects) {
        while (effects.hasNext()) {
            Effect effect = effects.next();
            if (effect instanceof Effect.Persist persist) {
                isWriting = true;
                after(
                        diskNs(),
                        () -> {
                            isWriting = false;
                            machine.disk.saved = persist.saved();
                            carryOut(effects);
                        });
                return;
            }
            if (effect instanceof Effect.KeepRegister keep) {
                after(
                        diskNs(),
                        () -> {
                            machine.disk.register = keep.register();
                            carryOut(effects);
                        });
                return;
            }
            carryOut(effect);
        }
        isBusy = false;
        drain();
    }

    /// Runs unless the process has died meanwhile; waits while it is paused.
    void after(long ns, Runnable run) {
        world.in(
                ns,
                () -> {
                    if (isDead) {
                        return;
                    }
                    if (isPaused) {
                        after(20 * World.MS, run);
                    } else {
                        run.run();
                    }
                });
    }

    long diskNs() {
        return slowDiskNs > 0
                ? world.between(100 * World.MS, slowDiskNs)
                : world.between(200_000, 4 * World.MS);
    }

    boolean isWritingRecord() {
        return isWriting;
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Journal line -> {
                world.tally.fired(line.rule());
                if (line.from() == State.PRIM && line.to() == State.ALONE) {
                    world.ledger.faults++; // from here on one copy counts
                }
                world.transitions += line.from() == line.to() ? 0 : 1;
                world.trace.line(world.now, machine, line);
            }
            case Effect.Persist _, Effect.KeepRegister _ ->
                    throw new IllegalStateException("carried out above");
            case Effect.ChangeRegister change -> change(change.change());
            case Effect.TellPeer _ -> beat();
            case Effect.ArmGuard _, Effect.Answer _ -> {}
            case Effect.LeaseUntil lease -> {
                replica.lease(lease.gateUntilNs());
                long left = lease.vipUntilNs() - machine.clock();
                machine.vipUntil = Math.max(machine.vipUntil, world.now + left);
            }
            case Effect.RaiseVip _ -> machine.hasVip = true;
            case Effect.DropVip _ -> machine.hasVip = false;
            case Effect.Probe probe -> probe(probe);
            case Effect.Fence fence -> fence(fence);
            case Effect.RunHook hook -> hook(hook);
            case Effect.KillApplication _ ->
                    after(
                            20 * World.MS,
                            () -> {
                                machine.isAppRunning = false;
                                offer(Event.Killed::new);
                            });
            case Effect.StartCheckers _, Effect.StopCheckers _ -> {}
            case Effect.Data data -> replica.command(data);
        }
    }

    private void change(RegisterChange change) {
        boolean unknown = registerUnknown;
        registerUnknown = false;
        boolean isPair = change.to().isPair() && machine.id.equals(change.to().primary());
        if (world.variant == Variant.JOIN_REPLY_LOST && isPair && world.chance(0.2)) {
            forgeJoin(change);
            return;
        }
        if (world.witness != null && world.variant != Variant.VOTES_NOT_ASKED) {
            vote(change, unknown);
            return;
        }
        after(
                diskNs(),
                () -> {
                    RegisterOutcome outcome = TwoVoteRegister.decide(machine.disk.register, change);
                    boolean lands = !unknown || world.chance(0.5);
                    if (outcome instanceof RegisterOutcome.Committed committed && lands) {
                        if (world.variant != Variant.NO_REGISTER) {
                            machine.disk.register = committed.now();
                        }
                    }
                    RegisterOutcome told = unknown ? new RegisterOutcome.Unknown() : outcome;
                    if (world.variant == Variant.NO_REGISTER) {
                        told = new RegisterOutcome.Committed(change.to());
                    }
                    RegisterOutcome answer = told;
                    offer(now -> new Event.RegisterAnswered(now, answer));
                });
    }

    /// A majority decides; the own copy follows, for the next process of this node.
    private void vote(RegisterChange change, boolean unknown) {
        votes.change(
                change,
                outcome -> {
                    boolean lost = unknown && outcome instanceof RegisterOutcome.Committed;
                    RegisterOutcome told = lost ? new RegisterOutcome.Unknown() : outcome;
                    Register known =
                            switch (told) {
                                case RegisterOutcome.Committed(Register now) -> now;
                                case RegisterOutcome.Refused(Register current) -> current;
                                case RegisterOutcome.Unknown(), RegisterOutcome.NotAsked() ->
                                        machine.disk.register;
                            };
                    after(
                            diskNs(),
                            () -> {
                                machine.disk.register = known;
                                offer(now -> new Event.RegisterAnswered(now, told));
                            });
                });
    }

    /// The mistake: the joiner is told, the reply is lost, and the source goes on without it.
    private void forgeJoin(RegisterChange change) {
        Beat beat = Failover.beat(node, stamp());
        Beat told =
                new Beat(
                        beat.from(),
                        beat.incarnation(),
                        beat.sentNs(),
                        beat.echoNs(),
                        beat.echoIncarnation(),
                        State.PRIM,
                        beat.data(),
                        change.to(),
                        beat.lineage(),
                        beat.digest(),
                        beat.joinId(),
                        beat.marks(),
                        beat.findings());
        world.datagram(machine.index, () -> machine.other().hear(told));
        world.in(
                5 * World.MS,
                () -> { // the reply is lost because the link breaks; then the source dies
                    world.cut[0] = true;
                    world.cut[1] = true;
                });
        world.in(world.between(2_250, 2_450) * World.MS, () -> machine.killDaemon(false));
        world.in(
                10 * World.SECOND,
                () -> {
                    world.cut[0] = false;
                    world.cut[1] = false;
                    machine.startDaemon();
                });
        Register own = machine.disk.register;
        after(
                2_050 * World.MS,
                () ->
                        offer(now ->
                                new Event.RegisterAnswered(now, new RegisterOutcome.Refused(own))));
    }

    /// Looks for the peer's address all the while, until it answers or the time is over.
    private void probe(Effect.Probe probe) {
        if (probe.vip()) {
            look(probe, world.now + probe.timeoutNs());
        } else {
            answer(probe, false);
        }
    }

    private void look(Effect.Probe probe, long untilNs) {
        if (isDead) {
            return;
        }
        if (machine.seesPeersVip()) {
            answer(probe, true);
        } else if (world.now >= untilNs) {
            answer(probe, false);
        } else {
            world.in(LOOK_NS, () -> look(probe, untilNs));
        }
    }

    private void answer(Effect.Probe probe, boolean vip) {
        boolean stale = machine.clock() - machine.witnessNs <= 700 * World.MS;
        boolean mistaken = world.variant == Variant.WITNESS_STALE && stale;
        long witness = mistaken ? machine.clock() : machine.witnessNs;
        after(World.MS, () -> offer(now -> new Event.Probed(now, probe.id(), witness, vip)));
    }

    /// A program of its own: once begun it goes on whatever becomes of this process.
    private void fence(Effect.Fence fence) {
        long tookNs = world.between(100 * World.MS, fence.timeoutNs() - 100 * World.MS);
        boolean isSlow = machine.isFencingSlow || world.chance(0.1);
        boolean fails = machine.isFencingBroken || world.chance(0.2);
        if (isSlow && world.chance(0.5)) {
            world.in(world.between(tookNs, 3 * fence.timeoutNs()), machine.other()::switchOff);
        } else if (!fails && !isSlow) {
            world.in(tookNs, machine.other()::switchOff);
        }
        boolean isDone = !fails && !isSlow;
        String text = isSlow ? "killed" : fails ? "exit code 1" : "exit code 0";
        after(
                isSlow ? fence.timeoutNs() : tookNs + World.MS,
                () -> offer(now -> new Event.FencingEnded(now, fence.run(), isDone, text)));
    }

    private void hook(Effect.RunHook hook) {
        long run = hook.run();
        hookRun = run;
        boolean starts = hook.hook() == Hook.START_PRIM || hook.hook() == Hook.START_BOTH;
        boolean breaks = machine.isAppBroken && starts;
        boolean fails = breaks || (hookFails && hook.hook() != Hook.TRANSITION);
        boolean hangs = hookHangs && hook.hook() != Hook.TRANSITION;
        if (fails) {
            hookFails = false;
        }
        if (hangs) {
            hookHangs = false;
        }
        long took = hangs ? hook.timeoutNs() : world.between(World.MS, 150 * World.MS);
        after(
                took,
                () -> {
                    if (hookRun != run) {
                        return; // cancelled by the next one
                    }
                    HookResult result =
                            hangs ? HookResult.TIMEOUT : fails ? HookResult.FAILED : HookResult.OK;
                    if (result == HookResult.OK) {
                        done(hook.hook());
                    }
                    offer(now -> new Event.HookEnded(now, run, result));
                });
    }

    private void done(Hook hook) {
        switch (hook) {
            case START_PRIM -> {
                machine.isAppRunning = true;
                if (machine.isAppCrashing) {
                    after(world.between(World.SECOND, 5 * World.SECOND), this::crash);
                }
            }
            case STOP_PRIM, PRESTART -> machine.isAppRunning = false;
            default -> {}
        }
    }

    private void crash() {
        if (machine.isAppRunning && machine.isAppCrashing) {
            offer(now -> new Event.ResourceDown(now, "tcp.app", Action.RESTART));
        }
    }

    // ---- heart and timer

    private void heart() {
        if (isDead) {
            return;
        }
        if (!isPaused) {
            beat();
        }
        world.in(machine.settings.timing().beatNs(), this::heart);
    }

    private long stamp() {
        lastSentNs = Math.max(machine.clock(), lastSentNs + 1);
        return lastSentNs;
    }

    private void beat() {
        boolean hangs = machine.clock() - node.nowNs() > machine.settings.timing().leaseNs() / 2;
        if (isDead || isPaused || hangs) {
            return;
        }
        Beat said = Failover.beat(node, stamp());
        // Every eighth goes through the bytes of the wire; a round trip is an eighth of the time.
        boolean coded = (++beats & 7) == 0;
        byte[] bytes = coded ? MessageCodec.encode(said) : new byte[0];
        world.datagram(
                machine.index,
                () ->
                        machine.other()
                                .hear(
                                        coded
                                                ? Objects.requireNonNull(MessageCodec.decode(bytes))
                                                : said));
    }

    private void wake() {
        if (isDead) {
            return;
        }
        if (!isPaused && !isBusy) {
            step(new Event.Tick(machine.clock()));
        }
        long in = Failover.nextWakeNs(node) - machine.clock();
        world.in(Math.max(in, 5 * World.MS), this::wake);
    }
}
