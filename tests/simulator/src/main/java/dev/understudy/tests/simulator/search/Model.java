package dev.understudy.tests.simulator.search;

import dev.understudy.core.failover.Beat;
import dev.understudy.core.failover.Command;
import dev.understudy.core.failover.DataState;
import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Failover;
import dev.understudy.core.failover.FailoverRules;
import dev.understudy.core.failover.Fenced;
import dev.understudy.core.failover.HookResult;
import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.failover.State;
import dev.understudy.core.failover.Step;
import dev.understudy.core.failover.Timing;
import dev.understudy.core.failover.TwoVoteRegister;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import dev.understudy.core.rules.RestartLimit;
import org.jspecify.annotations.Nullable;

/// Two machines, the shipping machine on each, and the world around them; time moves in steps.
final class Model {
    /// A step of time, also between two heartbeats.
    static final long Q = 500_000_000L;

    /// Lease 4, grace 6, window 9 steps; a look takes one.
    static final Timing TIMING =
            new Timing(
                    Q, 4 * Q, 6 * Q, 9 * Q, Q, 400_000_000L, 60 * Q, 60 * Q, 60 * Q, 4 * Q, 4 * Q);

    private static final NodeId[] IDS = {new NodeId("a"), new NodeId("b")};

    final Setup setup;
    final Side[] sides;
    long now;

    /// `cut[i]`: nothing gets from side i to the other one.
    final boolean[] cut;

    final boolean[] clientsCut;
    boolean isPingDown;
    boolean isVoterDown;
    final boolean[] voterCut;

    /// With a third vote: what a majority holds.
    Register voted = Register.EMPTY;

    int faults;
    int operations;
    int writes;

    /// Bits of the writes that were acknowledged and must survive.
    int acknowledged;

    /// The lines of both journals since the last action, if somebody reads them.
    java.util.@Nullable List<String> journal;

    /// Bit e: side i has served in epoch e.
    final long[] served;

    /// What is searched.
    ///
    /// @param isolation PROTECT or MAJORITY
    /// @param rules the shipping ones, or such with a condition taken out
    record Setup(Isolation isolation, Rules rules) {}

    Model(Setup setup) {
        this.setup = setup;
        sides = new Side[] {new Side(0, settings(0)), new Side(1, settings(1))};
        cut = new boolean[2];
        clientsCut = new boolean[2];
        voterCut = new boolean[2];
        served = new long[2];
        now = 100 * Q;
    }

    Model(Model other) {
        setup = other.setup;
        sides = new Side[] {new Side(other.sides[0]), new Side(other.sides[1])};
        now = other.now;
        cut = other.cut.clone();
        clientsCut = other.clientsCut.clone();
        isPingDown = other.isPingDown;
        isVoterDown = other.isVoterDown;
        voterCut = other.voterCut.clone();
        voted = other.voted;
        faults = other.faults;
        operations = other.operations;
        writes = other.writes;
        acknowledged = other.acknowledged;
        served = other.served.clone();
    }

    private Settings settings(int index) {
        return new Settings(
                IDS[index],
                IDS[1 - index],
                "digest",
                setup.isolation(),
                true,
                true,
                true,
                false,
                RestartLimit.DEFAULT,
                TIMING,
                FailoverRules.NONE);
    }

    /// Both run as a pair at rest, a serves.
    static Model pair(Setup setup) {
        Model model = new Model(setup);
        model.boot(0);
        model.boot(1);
        model.command(0, Command.PRIM);
        model.command(1, Command.START);
        model.drain(0);
        for (int i = 0; i < 40; i++) {
            model.time(0);
        }
        State a = model.sides[0].required().state();
        State b = model.sides[1].required().state();
        if (a != State.PRIM || b != State.SECOND) {
            throw new IllegalStateException("no pair: " + a + " " + b);
        }
        return model;
    }

    // ---- actions

    /// Tells whether an action means anything now.
    boolean isPossible(Action action) {
        int i = action.side();
        Side side = sides[i];
        boolean third = setup.isolation() == Isolation.MAJORITY;
        return switch (action.kind()) {
            case TIME -> i == 0 || (bothRun() && (third || !cut[0] || !cut[1]));
            case WRITE -> canWrite(side);
            case SWAP -> side.isRunning() && side.required().state() == State.PRIM;
            case STOP -> side.isRunning() && side.required().goal().wanted() != Node.Wanted.STOP;
            case START -> side.isRunning() && side.required().goal().wanted() == Node.Wanted.STOP;
            case CUT -> i == 0 && !cut[0] && !cut[1];
            case CUT_FROM -> !cut[i];
            case CUT_CLIENTS -> !third && !clientsCut[i];
            case PING_DOWN -> !third && i == 0 && !isPingDown;
            case VOTER_DOWN -> third && i == 0 && !isVoterDown;
            case VOTER_CUT -> third && !voterCut[i];
            case KILL, KILL_BOTH -> side.node != null;
            case POWER -> side.isPowered;
            case PAUSE -> side.isRunning();
            case SLOW -> side.node != null && !side.isSlow;
            case UNKNOWN_DONE, UNKNOWN_NOT -> side.node != null && side.unknown == 0;
            case CRASH_BEFORE, CRASH_AFTER -> side.node != null && side.crash == 0;
            case HEAL -> i == 0 && (cut[0] || cut[1]);
            case HEAL_CLIENTS -> clientsCut[i];
            case PING_UP -> i == 0 && isPingDown;
            case VOTER_UP -> i == 0 && isVoterDown;
            case HEAL_VOTER -> voterCut[i];
            case RESTART -> side.node == null;
            case RESUME -> side.isPaused;
        };
    }

    /// Carries one out.
    ///
    /// @throws Broken at the first invariant that does not hold
    void act(Action action) {
        int i = action.side();
        Side side = sides[i];
        faults += action.kind().isFault ? 1 : 0;
        switch (action.kind()) {
            case TIME -> time(i);
            case WRITE -> write(side);
            case SWAP -> operate(i, Command.SWAP);
            case STOP -> operate(i, Command.STOP);
            case START -> command(i, Command.START);
            case CUT -> {
                cut[0] = true;
                cut[1] = true;
            }
            case CUT_FROM -> cut[i] = true;
            case CUT_CLIENTS -> clientsCut[i] = true;
            case PING_DOWN -> isPingDown = true;
            case VOTER_DOWN -> isVoterDown = true;
            case VOTER_CUT -> voterCut[i] = true;
            case KILL -> kill(side);
            case KILL_BOTH -> dies(side);
            case POWER -> losePower(side);
            case PAUSE -> side.isPaused = true;
            case SLOW -> side.isSlow = true;
            case UNKNOWN_DONE -> side.unknown = 1;
            case UNKNOWN_NOT -> side.unknown = 2;
            case CRASH_BEFORE -> side.crash = 1;
            case CRASH_AFTER -> side.crash = 2;
            case HEAL -> {
                cut[0] = false;
                cut[1] = false;
            }
            case HEAL_CLIENTS -> clientsCut[i] = false;
            case PING_UP -> isPingDown = false;
            case VOTER_UP -> isVoterDown = false;
            case HEAL_VOTER -> voterCut[i] = false;
            case RESTART -> boot(i);
            case RESUME -> side.isPaused = false;
        }
        drain(i);
        check();
    }

    private void operate(int i, Command command) {
        operations++;
        command(i, command);
    }

    private void command(int i, Command command) {
        give(sides[i], new Event.Commanded(now, 1, command, false, false, 7));
    }

    /// The guard removes the address and says so.
    private void kill(Side side) {
        Fenced fenced = new Fenced(IDS[side.index], side.incarnation);
        dies(side);
        side.hasVip = false;
        if (!cut[side.index]) {
            give(sides[1 - side.index], new Event.Heard(now, fenced));
        }
    }

    private void losePower(Side side) {
        loses(side, (side.holds | side.queue) & ~side.durable);
        side.die();
        side.isPowered = false;
        side.hasVip = false;
        side.witnessNs = 0;
        side.holds = side.durable;
    }

    /// The daemon's memory is gone: a SECOND does not know any more what it had received.
    private void dies(Side side) {
        if (side.saved.wasSecond()) {
            loses(side, (side.holds | side.queue) & ~side.durable);
        }
        side.die();
    }

    /// Nobody was promised that these survive if no other copy that counts has them
    /// (ARCHITECTURE.md, Guarantees).
    private void loses(Side side, int bits) {
        Side other = sides[1 - side.index];
        boolean isOlder = side.register.epoch().isAfter(other.register.epoch());
        Register newest = isOlder ? side.register : other.register;
        boolean isCounted = newest.isMember(IDS[other.index]);
        int kept = isCounted ? other.durable | (isSure(other) ? other.holds | other.queue : 0) : 0;
        acknowledged &= ~(bits & ~kept);
    }

    /// What is in the page cache or in memory counts: no restart has made it doubtful.
    private static boolean isSure(Side side) {
        Node node = side.node;
        boolean isSecond = node != null && node.state() == State.SECOND;
        return isSecond || !side.saved.wasSecond();
    }

    private void boot(int i) {
        Side side = sides[i];
        if (!side.isPowered) {
            side.isPowered = true;
            side.boot++;
        }
        side.incarnation++;
        Step step =
                Failover.boot(
                        side.settings,
                        setup.rules().saved(side.saved),
                        side.register,
                        side.incarnation,
                        "boot" + side.boot,
                        now);
        side.node = step.next();
        for (Effect effect : step.effects()) {
            carryOut(side, effect);
        }
        if (side.saved.isStarted()) {
            command(i, Command.START);
        }
    }

    private void write(Side side) {
        if (side.mints) {
            give(side, new Event.FirstWriteAlone(now, new Generation(100 + writes)));
            drain(side.index);
            if (side.node == null || side.mints || !canWrite(side)) {
                return;
            }
        }
        int bit = 1 << writes++;
        side.holds |= bit;
        Side other = sides[1 - side.index];
        if (side.mode == Side.Mode.PAIR) {
            other.queue |= bit;
        } else if (isMirroring(side, other)) {
            other.holds |= bit;
        }
        acknowledged |= bit;
    }

    /// The gate is open, and whoever has to receive the write does.
    private boolean canWrite(Side side) {
        boolean serves = side.mode == Side.Mode.ALONE || side.mode == Side.Mode.PAIR;
        if (!side.isRunning() || !serves || side.required().lease().gateUntilNs() <= now) {
            return false;
        }
        Side other = sides[1 - side.index];
        if (side.mode == Side.Mode.PAIR) {
            return receives(side, other);
        }
        boolean joined = side.sourceJoin != 0 && other.targetJoin == side.sourceJoin;
        return !joined || !other.isMirrored || isMirroring(side, other);
    }

    /// Who is first matters only to two that say something to each other, or to the votes.
    private boolean bothRun() {
        return sides[0].isRunning() && sides[1].isRunning();
    }

    private boolean isLinked() {
        return !cut[0] && !cut[1] && bothRun();
    }

    private boolean receives(Side from, Side to) {
        boolean follows = to.mode == Side.Mode.FOLLOW && to.epoch == from.epoch;
        boolean joined = to.mode == Side.Mode.TARGET && to.isMirrored;
        return isLinked() && (follows || joined);
    }

    private boolean isMirroring(Side from, Side to) {
        return isLinked()
                && from.sourceJoin != 0
                && to.targetJoin == from.sourceJoin
                && to.isMirrored;
    }

    // ---- time

    private void time(int first) {
        look();
        now += Q;
        for (Side side : sides) {
            if (side.isPowered && !isPingDown && !clientsCut[side.index]) {
                side.witnessNs = now;
            }
        }
        look();
        for (Side side : sides) {
            if (side.isRunning()) {
                answers(side);
            }
        }
        streams();
        for (int k = 0; k < 2; k++) {
            Side side = sides[k == 0 ? first : 1 - first];
            if (side.isRunning()) {
                give(side, new Event.Tick(now));
            }
        }
        drain(first);
        beat(sides[first]);
        drain(first);
        beat(sides[1 - first]);
        drain(first);
        sync();
        check();
    }

    /// Whether a look under way meets the address.
    private void look() {
        for (Side side : sides) {
            if (side.isProbing) {
                side.sawVip |= seesVip(side);
            }
        }
    }

    private boolean seesVip(Side side) {
        Side other = sides[1 - side.index];
        boolean reaches = !clientsCut[0] && !clientsCut[1];
        return reaches && isVipUp(other);
    }

    private boolean isVipUp(Side side) {
        return side.isPowered && side.hasVip && side.vipUntil > now;
    }

    private void answers(Side side) {
        if (side.isProbing) {
            side.isProbing = false;
            give(side, new Event.Probed(now, side.probeId, side.witnessNs, side.sawVip));
        }
        var late = side.late;
        side.late = java.util.List.of();
        for (Side.Late one : late) {
            if (side.node != null) {
                answer(side, one);
            }
        }
    }

    private void answer(Side side, Side.Late late) {
        switch (late.kind()) {
            case SEALED -> give(side, new Event.Sealed(now));
            case TAIL -> {
                side.holds |= side.queue;
                side.queue = 0;
                give(side, new Event.TailApplied(now));
            }
            case BARRIER -> barrier(side);
            case REGISTER -> decide(side, java.util.Objects.requireNonNull(late.change()));
        }
    }

    private void barrier(Side side) {
        Side other = sides[1 - side.index];
        if (other.isRunning() && isLinked() && other.mode == Side.Mode.FOLLOW) {
            other.holds |= other.queue;
            other.queue = 0;
            other.durable = other.holds;
            side.durable = side.holds;
            give(side, new Event.BarrierDone(now));
        } else if (side.required().state() == State.ALONE) {
            side.durable = side.holds;
            give(side, new Event.BarrierDone(now));
        } else {
            side.later(Side.Kind.BARRIER, null);
        }
    }

    /// A resynchronisation goes on, or breaks.
    private void streams() {
        for (Side source : sides) {
            Side target = sides[1 - source.index];
            if (source.sourceJoin == 0) {
                continue;
            }
            boolean same = target.targetJoin == source.sourceJoin;
            if (same && isLinked() && !target.isMirrored) {
                target.holds = source.holds;
                target.durable = source.holds;
                target.isMirrored = true;
                give(target, new Event.TargetReady(now, source.sourceJoin));
                give(source, new Event.CaughtUp(now, source.sourceJoin));
            } else if (source.isRunning() && !isLinked()) {
                give(source, new Event.StreamLost(now, "cut"));
            }
        }
        for (Side target : sides) {
            boolean broken = target.targetJoin != 0 && !target.isMirrored && !isLinked();
            if (broken && target.isRunning()) {
                give(target, new Event.JoinFailed(now, target.targetJoin, "cut"));
            }
        }
    }

    /// The durable point that is made every second.
    private void sync() {
        for (Side side : sides) {
            Side other = sides[1 - side.index];
            if (side.isRunning() && side.mode == Side.Mode.ALONE) {
                side.durable = side.holds;
            } else if (side.isRunning() && side.mode == Side.Mode.PAIR && receives(side, other)) {
                other.holds |= other.queue;
                other.queue = 0;
                other.durable = other.holds;
                side.durable = side.holds;
            }
        }
    }

    private void beat(Side side) {
        if (!side.isRunning() || cut[side.index]) {
            return;
        }
        side.lastSentNs = Math.max(now, side.lastSentNs + 1);
        Beat beat = Failover.beat(side.required(), side.lastSentNs);
        Side other = sides[1 - side.index];
        if (other.isPaused) {
            // The newest is enough: the machine keeps no other.
            other.inbox.removeIf(
                    e -> e instanceof Event.Heard heard && heard.message() instanceof Beat);
        }
        give(other, new Event.Heard(now, beat));
    }

    // ---- the shell

    private void give(Side side, Event event) {
        if (side.node != null) {
            side.inbox.add(event);
        }
    }

    private void drain(int first) {
        boolean moved;
        do {
            moved = false;
            for (int k = 0; k < 2; k++) {
                Side side = sides[k == 0 ? first : 1 - first];
                while (side.isRunning() && !side.inbox.isEmpty()) {
                    step(side, side.inbox.removeFirst());
                    moved = true;
                }
            }
        } while (moved);
    }

    private void step(Side side, Event event) {
        Event seen =
                event instanceof Event.Heard(_, var message)
                        ? new Event.Heard(now, message)
                        : event;
        Node before = side.required();
        Step step;
        try {
            step = setup.rules().step(before, seen);
        } catch (IllegalStateException | IllegalArgumentException fault) {
            throw new Broken("core", String.valueOf(fault.getMessage()));
        }
        side.node = step.next();
        if (step.next().isServing()) {
            serving(side, step.next());
            if (!before.isServing()) {
                begins(side);
            }
        }
        for (Effect effect : step.effects()) {
            carryOut(side, effect);
            if (side.node == null) {
                return;
            }
        }
    }

    private void carryOut(Side side, Effect effect) {
        switch (effect) {
            case Effect.Persist(var saved) -> durably(side, () -> side.saved = saved);
            case Effect.KeepRegister(var register) -> durably(side, () -> side.register = register);
            case Effect.ChangeRegister(var change) -> {
                if (side.isSlow) {
                    side.isSlow = false;
                    side.later(Side.Kind.REGISTER, change);
                } else {
                    decide(side, change);
                }
            }
            case Effect.TellPeer _ -> beat(side);
            case Effect.LeaseUntil lease ->
                    side.vipUntil = Math.max(side.vipUntil, lease.vipUntilNs());
            case Effect.RaiseVip _ -> side.hasVip = true;
            case Effect.DropVip _ -> side.hasVip = false;
            case Effect.Probe probe -> probe(side, probe);
            case Effect.RunHook hook ->
                    give(side, new Event.HookEnded(now, hook.run(), HookResult.OK));
            case Effect.KillApplication _ -> give(side, new Event.Killed(now));
            case Effect.Data data -> data(side, data);
            case Effect.Journal line -> {
                if (journal != null) {
                    journal.add(
                            "%s %s -> %s  rule %d %s %s"
                                    .formatted(
                                            IDS[side.index],
                                            line.from(),
                                            line.to(),
                                            line.rule().number(),
                                            line.rule(),
                                            line.detail()));
                }
            }
            case Effect.ArmGuard _,
                    Effect.Answer _,
                    Effect.Fence _,
                    Effect.StartCheckers _,
                    Effect.StopCheckers _ -> {}
        }
    }

    private void durably(Side side, Runnable write) {
        if (side.crash == 1) {
            dies(side);
            return;
        }
        write.run();
        if (side.crash == 2) {
            dies(side);
        }
    }

    private void decide(Side side, RegisterChange change) {
        RegisterOutcome[] outcome = {new RegisterOutcome.Unknown()};
        int unknown = side.unknown;
        side.unknown = 0;
        boolean third = setup.isolation() == Isolation.MAJORITY;
        boolean votes = third && setup.rules().asksVotes();
        boolean canAsk = isLinked() || (!isVoterDown && !voterCut[side.index]);
        if (votes && !canAsk) {
            give(side, new Event.RegisterAnswered(now, new RegisterOutcome.NotAsked()));
            return;
        }
        durably(
                side,
                () -> {
                    Register known = votes ? voted : side.register;
                    outcome[0] = TwoVoteRegister.decide(known, change);
                    boolean happens = unknown != 2;
                    if (outcome[0] instanceof RegisterOutcome.Committed(var next) && happens) {
                        known = next;
                        voted = votes ? next : voted;
                    }
                    side.register = known;
                });
        if (side.node != null) {
            RegisterOutcome told = unknown == 0 ? outcome[0] : new RegisterOutcome.Unknown();
            give(side, new Event.RegisterAnswered(now, told));
        }
    }

    private void probe(Side side, Effect.Probe probe) {
        if (probe.vip()) {
            side.isProbing = true;
            side.probeId = probe.id();
            side.sawVip = seesVip(side);
        } else {
            give(side, new Event.Probed(now, probe.id(), side.witnessNs, false));
        }
    }

    private void data(Side side, Effect.Data data) {
        switch (data) {
            case Effect.MountReadOnly _ -> {
                side.mode = Side.Mode.NONE;
                give(side, new Event.Mounted(now));
                give(side, new Event.Verified(now, 0));
            }
            case Effect.Abort _ -> {
                side.mode = Side.Mode.NONE;
                give(side, new Event.Mounted(now));
            }
            case Effect.Serve serve -> {
                side.mode = serve.withPeer() ? Side.Mode.PAIR : Side.Mode.ALONE;
                side.epoch = serve.epoch();
                side.mints = serve.mints();
                side.sourceJoin = 0;
                side.targetJoin = 0;
                side.queue = 0;
            }
            case Effect.UseGeneration _ -> side.mints = false;
            case Effect.CloseGate _ -> side.mode = Side.Mode.CLOSED;
            case Effect.Seal _ -> {
                side.mode = Side.Mode.CLOSED;
                slowly(side, Side.Kind.SEALED);
            }
            case Effect.TakeOver _ -> {
                side.mode = Side.Mode.CLOSED;
                slowly(side, Side.Kind.TAIL);
            }
            case Effect.Barrier _ -> slowly(side, Side.Kind.BARRIER);
            case Effect.Demote _ -> {
                side.mode = Side.Mode.NONE;
                side.queue = 0;
                side.targetJoin = 0;
                side.isMirrored = false;
            }
            case Effect.Follow follow -> {
                side.mode = Side.Mode.FOLLOW;
                side.epoch = follow.epoch();
                side.targetJoin = 0;
            }
            case Effect.JoinAsSource join -> side.sourceJoin = join.joinId();
            case Effect.DropJoiner _ -> side.sourceJoin = 0;
            case Effect.JoinAsTarget join -> {
                overwrites(side);
                side.mode = Side.Mode.TARGET;
                side.targetJoin = join.joinId();
                side.isMirrored = false;
                side.queue = 0;
            }
            case Effect.KeepOwn _ -> give(side, new Event.Kept(now, ""));
            case Effect.SetBack _ -> throw new IllegalStateException("nobody forces here");
        }
    }

    private void slowly(Side side, Side.Kind kind) {
        if (side.isSlow) {
            side.isSlow = false;
            side.later(kind, null);
        } else {
            answer(side, new Side.Late(kind, null));
        }
    }

    // ---- invariants

    private void serving(Side side, Node node) {
        long epoch = node.register().epoch().value();
        if (epoch > 62) {
            throw new IllegalStateException("more epochs than the bounds allow");
        }
        served[side.index] |= 1L << epoch;
        if ((served[0] & served[1]) != 0) {
            throw new Broken("I2", "both served in epoch " + epoch);
        }
        boolean isMember = node.register().isMember(IDS[side.index]);
        if (node.saved().data() != DataState.UP_TO_DATE || !isMember) {
            throw new Broken("I3", node.saved().data() + " serves, " + node.register());
        }
    }

    /// What was acknowledged and still exists somewhere is there when a node begins to serve.
    private void begins(Side side) {
        int somewhere = sides[0].holds | sides[0].queue | sides[1].holds | sides[1].queue;
        int lacking = acknowledged & somewhere & ~(side.holds | side.queue);
        if (lacking != 0) {
            throw new Broken("I1", IDS[side.index] + " serves without a write that exists");
        }
    }

    private void overwrites(Side target) {
        Side source = sides[1 - target.index];
        Node node = source.node;
        if (node != null && node.saved().data() != DataState.UP_TO_DATE) {
            throw new Broken("I10", "overwritten from " + node.saved().data());
        }
        if (target.saved.data() == DataState.UP_TO_DATE) {
            throw new Broken("I10", "an up-to-date copy is overwritten");
        }
        if ((target.holds & acknowledged & ~source.holds) != 0) {
            throw new Broken("I10", "the only copy of a write is overwritten");
        }
    }

    private void check() {
        if (isAlone(sides[0]) && isAlone(sides[1])) {
            throw new Broken("I4", "both may acknowledge alone");
        }
        boolean reachable = !clientsCut[0] && !clientsCut[1];
        if (reachable && isVipUp(sides[0]) && isVipUp(sides[1])) {
            throw new Broken("I4", "both hold the virtual address");
        }
    }

    private boolean isAlone(Side side) {
        return side.isRunning()
                && side.mode == Side.Mode.ALONE
                && side.required().state() == State.ALONE
                && side.required().lease().gateUntilNs() > now;
    }

    // ---- for people

    /// What an operator would see.
    String shown() {
        return shown(sides[0]) + " | " + shown(sides[1]);
    }

    private String shown(Side side) {
        Node node = side.node;
        if (node == null) {
            return IDS[side.index] + (side.isPowered ? " daemon dead" : " off");
        }
        return "%s %s %s %s%s%s"
                .formatted(
                        IDS[side.index],
                        node.state(),
                        node.saved().data(),
                        side.register,
                        node.lease().isFrozen() ? " frozen" : "",
                        side.isPaused ? " paused" : "");
    }
}
