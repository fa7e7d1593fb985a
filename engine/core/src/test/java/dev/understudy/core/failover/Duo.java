package dev.understudy.core.failover;

import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import dev.understudy.core.rules.RestartLimit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Two nodes and a shell that does at once whatever the machine asks; time moves by hand. Writes
/// what happens as lines `a STOP -> WAIT 100 START`.
final class Duo {
    static final long MS = 1_000_000L;

    final List<String> lines = new ArrayList<>();

    /// The same with their moments.
    final List<Line> timed = new ArrayList<>();

    private final String preferred;
    private final FailoverRules rules;

    /// How long a fencing command may take; 0 if there is none.
    private final long fencingNs;

    /// How long it takes until the other node is off; 0 if it fails at once.
    long fencingTakesNs = 300 * MS;

    final Side a;
    final Side b;
    boolean isLinked = true;
    boolean witnessAnswers = true;

    /// With a third vote: what the voters hold, and whether the third one is up.
    Register voted = Register.EMPTY;

    boolean isVoterUp = true;

    /// The network of the virtual address is cut between the nodes; both reach the witness.
    boolean areAddressesHidden;

    long now = 1_000_000_000L;

    /// A change of state.
    record Line(long atNs, String who, Effect.Journal journal) {}

    /// A step of a node.
    record Taken(Node before, Event event, Step step) {}

    /// One node and its shell.
    final class Side {
        final String name;
        final Settings settings;
        final Set<Hook> failing = EnumSet.noneOf(Hook.class);
        final List<Effect> effects = new ArrayList<>();

        /// When start_prim was run.
        final List<Long> startsNs = new ArrayList<>();

        Saved saved = Saved.FRESH;
        Register register = Register.EMPTY;
        long incarnation = 1;
        String boot = "boot1";
        boolean isUp;
        boolean hasVip;
        boolean answersRegister = true;

        /// Quarantine answers, and takes what it is given.
        boolean answersKeep = true;

        boolean hasRoom = true;

        /// A resynchronisation comes to its end here.
        boolean isCopied = true;

        /// What a resynchronisation overwrites is kept; setting back answers.
        boolean keepsBefore;

        boolean answersSetBack = true;
        final List<Effect> done = new ArrayList<>();

        /// Does not reach the third voter.
        boolean isVoterCut;

        /// Its client network is cut.
        boolean isOffline;

        /// Every step since the daemon started.
        final List<Taken> taken = new ArrayList<>();

        private long witnessNs;
        private Effect.@Nullable Probe probing;
        private Effect.@Nullable Fence fencing;
        private long fencingFromNs;
        Node node;
        private final ArrayDeque<Event> inbox = new ArrayDeque<>();

        /// @param peer its own name: a module of kind light
        Side(String name, String peer, Isolation isolation, boolean evidence) {
            this.name = name;
            settings =
                    new Settings(
                                    new NodeId(name),
                                    new NodeId(peer),
                                    "digest",
                                    isolation,
                                    evidence,
                                    evidence,
                                    true,
                                    preferred.equals(name),
                                    new RestartLimit(1, 3_600_000 * MS),
                                    Timing.DEFAULT,
                                    rules)
                            .withFencing(fencingNs);
            node = boot();
        }

        private Node boot() {
            isUp = true;
            taken.clear();
            Step step = Failover.boot(settings, saved, register, incarnation, boot, now);
            Node booted = step.next();
            node = booted;
            carryOut(step);
            drain();
            return node;
        }

        void die() {
            isUp = false;
            hasVip = false;
        }

        void restart() {
            incarnation++;
            inbox.clear();
            probing = null;
            fencing = null;
            boot();
            if (saved.isStarted()) {
                command(Command.START);
            }
        }

        void command(Command command) {
            command(command, false);
        }

        void command(Command command, boolean force) {
            give(new Event.Commanded(now, 1, command, force, false, 77 + now));
        }

        void give(Event event) {
            inbox.add(event);
            drain();
        }

        /// Looks for the peer's address until it answers or the time is over.
        private void look() {
            Effect.Probe probe = probing;
            if (probe == null) {
                return;
            }
            boolean answers = probe.vip() && vip();
            boolean over = now - node.lease().evidence().askedNs() >= probe.timeoutNs();
            if (answers || over || !probe.vip()) {
                probing = null;
                give(new Event.Probed(now, probe.id(), witnessNs, answers));
            }
        }

        /// The fencing command goes on: in the end it cuts the other node's power.
        private void fence() {
            Effect.Fence fence = fencing;
            if (fence == null) {
                return;
            }
            long tookNs = now - fencingFromNs;
            boolean isDone = fencingTakesNs > 0 && tookNs >= fencingTakesNs;
            if (isDone) {
                Side other = this == a ? b : a;
                if (other.isUp) {
                    other.die();
                    other.boot += "+";
                }
            }
            if (isDone || fencingTakesNs == 0 || tookNs >= fence.timeoutNs()) {
                fencing = null;
                String text = isDone ? "ipmi: exit code 0" : "ipmi: exit code 1";
                give(new Event.FencingEnded(now, fence.run(), isDone, text));
            }
        }

        private void drain() {
            while (!inbox.isEmpty() && isUp) {
                Event event = inbox.remove();
                Step step = Failover.step(node, event);
                taken.add(new Taken(node, event, step));
                node = step.next();
                carryOut(step);
            }
        }

        private void carryOut(Step step) {
            for (Effect effect : step.effects()) {
                effects.add(effect);
                carryOut(effect);
            }
        }

        private void carryOut(Effect effect) {
            switch (effect) {
                case Effect.Journal line -> note(line);
                case Effect.Persist persist -> saved = persist.saved();
                case Effect.KeepRegister keep -> register = keep.register();
                case Effect.ChangeRegister change -> {
                    if (settings.isolation() == Isolation.MAJORITY) {
                        vote(change.change());
                    } else if (answersRegister) {
                        var outcome = TwoVoteRegister.decide(register, change.change());
                        register = change.change().to();
                        inbox.add(new Event.RegisterAnswered(now, outcome));
                    }
                }
                case Effect.RaiseVip _ -> hasVip = true;
                case Effect.DropVip _ -> hasVip = false;
                case Effect.Probe probe -> probing = probe;
                case Effect.Fence fence -> {
                    fencing = fence;
                    fencingFromNs = now;
                }
                case Effect.RunHook hook -> {
                    if (hook.hook() == Hook.START_PRIM) {
                        startsNs.add(now);
                    }
                    boolean fails = failing.contains(hook.hook());
                    HookResult result = fails ? HookResult.FAILED : HookResult.OK;
                    inbox.add(new Event.HookEnded(now, hook.run(), result));
                }
                case Effect.KillApplication _ -> inbox.add(new Event.Killed(now));
                case Effect.MountReadOnly _ -> {
                    inbox.add(new Event.Mounted(now));
                    inbox.add(new Event.Verified(now, 0));
                }
                case Effect.Abort _ -> inbox.add(new Event.Mounted(now));
                case Effect.Seal _ -> inbox.add(new Event.Sealed(now));
                case Effect.TakeOver _ -> inbox.add(new Event.TailApplied(now));
                case Effect.Barrier _ -> inbox.add(new Event.BarrierDone(now));
                case Effect.KeepOwn _ -> {
                    done.add(effect);
                    if (answersKeep) {
                        inbox.add(
                                hasRoom
                                        ? new Event.Kept(now, "1 file")
                                        : new Event.KeepRefused(now, "full"));
                    }
                }
                case Effect.JoinAsSource join -> inbox.add(new Event.CaughtUp(now, join.joinId()));
                case Effect.JoinAsTarget join -> {
                    done.add(effect);
                    if (keepsBefore) {
                        inbox.add(new Event.Restorable(now, true, "of before"));
                    }
                    if (isCopied) {
                        inbox.add(new Event.TargetReady(now, join.joinId()));
                    }
                }
                case Effect.SetBack _ -> {
                    done.add(effect);
                    if (answersSetBack) {
                        inbox.add(new Event.IsSetBack(now, "as of before", 4711));
                    }
                }
                default -> {}
            }
        }

        private void vote(RegisterChange change) {
            Side other = this == a ? b : a;
            boolean can = (isLinked && other.isUp) || (isVoterUp && !isVoterCut);
            RegisterOutcome outcome =
                    can ? TwoVoteRegister.decide(voted, change) : new RegisterOutcome.NotAsked();
            if (outcome instanceof RegisterOutcome.Committed(Register now)) {
                voted = now;
            }
            if (can) {
                register = voted;
            }
            inbox.add(new Event.RegisterAnswered(Duo.this.now, outcome));
        }

        /// The peer's address, as the other node's probe sees it.
        private boolean vip() {
            Side other = this == a ? b : a;
            boolean reaches = !isOffline && !other.isOffline && !areAddressesHidden;
            return reaches && other.isUp && other.hasVip && other.node.lease().vipUntilNs() > now;
        }

        private void note(Effect.Journal line) {
            boolean isRule =
                    switch (line.rule()) {
                        case RULE_HOLDS, RULE_SWAPS, RULE_RESTS, FENCES, FENCING_FAILED -> true;
                        default -> false;
                    };
            if (line.from() != line.to() || isRule) {
                timed.add(new Line(now, name, line));
            }
            if (line.from() != line.to()) {
                lines.add(
                        String.format(
                                "%s %s -> %s %d %s",
                                name, line.from(), line.to(), line.rule().number(), line.rule()));
            }
        }

        void writesFirst() {
            give(new Event.FirstWriteAlone(now, new Generation(1000 + now)));
        }
    }

    Duo() {
        this(Isolation.PROTECT, true);
    }

    Duo(Isolation isolation, boolean evidence) {
        this(isolation, evidence, "");
    }

    /// @param preferred names the preferred primary; empty if there is none
    Duo(Isolation isolation, boolean evidence, String preferred) {
        this(isolation, evidence, preferred, FailoverRules.NONE);
    }

    /// @param preferred names the preferred primary; empty if there is none
    Duo(Isolation isolation, boolean evidence, String preferred, FailoverRules rules) {
        this(isolation, evidence, preferred, rules, 0);
    }

    /// @param preferred names the preferred primary; empty if there is none
    /// @param fencingNs how long a fencing command may take; 0 if there is none
    Duo(
            Isolation isolation,
            boolean evidence,
            String preferred,
            FailoverRules rules,
            long fencingNs) {
        this.preferred = preferred;
        this.rules = rules;
        this.fencingNs = fencingNs;
        a = new Side("a", "b", isolation, evidence);
        b = new Side("b", "a", isolation, evidence);
    }

    private Duo(boolean light) {
        preferred = "";
        rules = FailoverRules.NONE;
        fencingNs = 0;
        a = new Side("a", light ? "a" : "b", Isolation.PROTECT, true);
        b = new Side("b", light ? "b" : "a", Isolation.PROTECT, true);
    }

    /// Two nodes with a module of kind light: each on its own.
    static Duo light() {
        return new Duo(true);
    }

    /// Lets time go by: beats every 200 ms, ticks every 50 ms.
    Duo go(long ms) {
        for (long end = now + ms * MS; now < end; ) {
            now += 50 * MS;
            for (Side side : List.of(a, b)) {
                if (side.isUp) {
                    if (witnessAnswers && !side.isOffline) {
                        side.witnessNs = now;
                    }
                    side.look();
                    side.fence();
                    side.give(new Event.Tick(now));
                    if ((now / (50 * MS)) % 4 == 0) {
                        beat(side);
                    }
                }
            }
        }
        return this;
    }

    void beat(Side from) {
        Side to = from == a ? b : a;
        if (isLinked && from.isUp && to.isUp && !from.settings.isLight()) {
            to.give(new Event.Heard(now, Failover.beat(from.node, now)));
        }
    }

    /// Both run as a pair, `a` serves.
    static Duo pair() {
        return pair(new Duo());
    }

    static Duo pair(Duo duo) {
        duo.a.command(Command.PRIM);
        duo.b.command(Command.START);
        duo.go(4_000);
        duo.lines.clear();
        duo.timed.clear();
        duo.a.effects.clear();
        duo.b.effects.clear();
        return duo;
    }

    String states() {
        return a.node.state() + " " + b.node.state();
    }
}
