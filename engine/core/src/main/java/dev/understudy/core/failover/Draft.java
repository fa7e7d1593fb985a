package dev.understudy.core.failover;

import dev.understudy.core.member.Check;
import dev.understudy.core.member.Epoch;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The node while one step works on it; mutable, lives for that step only.
///
/// Fields as in [Node]. The classes of this package that decide take a draft, change it and add
/// effects; nothing else of the core is mutable.
final class Draft {
    final long now;
    Settings settings;
    Node.Life life;
    State state;
    Node.Goal goal;
    WaitReason reason;
    Saved saved;
    Register register;

    @Nullable Beat beat;
    long receivedNs;
    long echoedNs;
    long fencedIncarnation;
    long pairedIncarnation;
    Node.Fencing fencing;

    Node.Lease lease;

    List<Job> jobs;
    Rule cause;
    boolean jobBegun;
    long jobDeadlineNs;
    boolean isWindowed;
    @Nullable RegisterChange pending;
    long repeatNs;
    boolean isExpelling;

    Node.Wish wish;

    List<Chore> chores;
    Node.Level level;
    Node.Level appGoal;
    boolean isUp;
    long upSinceNs;
    long run;
    boolean choreBegun;
    long choreDeadlineNs;
    Node.Trouble trouble;
    Set<String> downResources;
    Node.Rulings rulings;
    List<String> only;

    Node.Join join;
    Node.Disk disk;

    /// Set by whatever may let something else go on; the step ends when nothing does.
    boolean isMoved;

    private final Node before;
    private final List<Effect> effects = new ArrayList<>();
    private Rule lastRule = Rule.WAITS;

    Draft(Node node, long nowNs) {
        before = node;
        now = Math.max(nowNs, node.nowNs());
        settings = node.settings();
        life = node.life();
        state = node.state();
        goal = node.goal();
        reason = node.reason();
        saved = node.saved();
        register = node.register();
        beat = node.peer().beat();
        receivedNs = node.peer().receivedNs();
        echoedNs = node.peer().echoedNs();
        fencedIncarnation = node.peer().fencedIncarnation();
        pairedIncarnation = node.peer().pairedIncarnation();
        fencing = node.peer().fencing();
        lease = node.lease();
        jobs = new ArrayList<>(node.duty().jobs());
        cause = node.duty().cause();
        jobBegun = node.duty().isBegun();
        jobDeadlineNs = node.duty().deadlineNs();
        isWindowed = node.duty().isWindowed();
        pending = node.duty().pending();
        repeatNs = node.duty().repeatNs();
        isExpelling = node.duty().isExpelling();
        wish = node.wish();
        chores = new ArrayList<>(node.app().chores());
        level = node.app().level();
        appGoal = node.app().goal();
        isUp = node.app().isUp();
        upSinceNs = node.app().upSinceNs();
        run = node.app().run();
        choreBegun = node.app().isBegun();
        choreDeadlineNs = node.app().deadlineNs();
        trouble = node.app().trouble();
        downResources = node.app().downResources();
        rulings = node.app().rulings();
        only = node.app().only();
        join = node.join();
        disk = node.disk();
    }

    Step finish() {
        Node.Duty duty =
                new Node.Duty(
                        jobs,
                        cause,
                        jobBegun,
                        jobDeadlineNs,
                        isWindowed,
                        pending,
                        repeatNs,
                        isExpelling);
        Node.App app =
                new Node.App(
                        chores,
                        level,
                        appGoal,
                        isUp,
                        isUp ? upSinceNs : 0,
                        run,
                        choreBegun,
                        choreDeadlineNs,
                        trouble,
                        downResources,
                        rulings,
                        only);
        Node next =
                new Node(
                        settings,
                        life,
                        state,
                        goal,
                        reason,
                        saved,
                        register,
                        new Node.PeerView(
                                beat,
                                receivedNs,
                                echoedNs,
                                fencedIncarnation,
                                pairedIncarnation,
                                fencing),
                        lease,
                        duty,
                        wish,
                        app,
                        join,
                        disk,
                        now);
        return new Step(next, journalFirst());
    }

    /// Puts a journal line first wherever something is done, so that every act has its reason.
    private List<Effect> journalFirst() {
        int first = -1;
        boolean acts = false;
        for (int i = 0; i < effects.size(); i++) {
            Effect effect = effects.get(i);
            if (effect instanceof Effect.Journal && first < 0) {
                first = i;
            }
            acts |=
                    !(effect instanceof Effect.LeaseUntil
                            || effect instanceof Effect.Probe
                            || effect instanceof Effect.Answer);
        }
        if (!acts || first == 0) {
            return effects;
        }
        Effect line =
                first > 0
                        ? effects.remove(first)
                        : new Effect.Journal(lastRule, before.state(), state, "goes on");
        effects.addFirst(line);
        return effects;
    }

    // ---- effects

    void act(Effect effect) {
        effects.add(effect);
    }

    void journal(Rule rule, String detail) {
        lastRule = rule;
        effects.add(new Effect.Journal(rule, state, state, detail));
    }

    /// Changes the state, with its line in the journal, and tells the peer.
    void become(State next, Rule rule, String detail) {
        boolean light = settings.isLight();
        effects.add(new Effect.Journal(rule, state, next, detail));
        lastRule = rule;
        boolean served = isServing();
        state = next;
        if (served && !isServing()) {
            life = life.left(now);
        }
        if (!light) {
            effects.add(new Effect.TellPeer());
        }
        isMoved = true;
    }

    /// Makes a changed record durable.
    void persist(Saved changed) {
        if (!changed.equals(saved)) {
            saved = changed;
            act(new Effect.Persist(changed));
        }
    }

    void tell() {
        act(new Effect.TellPeer());
    }

    void because(WaitReason why) {
        if (reason != why) {
            reason = why;
            isMoved = true;
        }
    }

    // ---- duty

    void give(Rule rule, List<Job> work) {
        cause = rule;
        lastRule = rule;
        jobs = new ArrayList<>(work);
        jobBegun = false;
        isWindowed = false;
        isMoved = true;
    }

    void giveFirst(List<Job> work) {
        List<Job> all = new ArrayList<>(work);
        all.addAll(jobs);
        jobs = all;
        jobBegun = false;
        isMoved = true;
    }

    boolean isIdle() {
        return jobs.isEmpty() && pending == null;
    }

    /// A change waits for a majority of the votes that can be asked.
    boolean isHeld() {
        return pending == null && repeatNs > now && !jobs.isEmpty();
    }

    /// Takes the first job off if it is `job`; tells whether it was.
    boolean isDoing(Job job) {
        return !jobs.isEmpty() && jobs.getFirst() == job && jobBegun;
    }

    void jobDone() {
        jobs.removeFirst();
        jobBegun = false;
        isMoved = true;
    }

    // ---- views

    NodeId self() {
        return settings.self();
    }

    NodeId peer() {
        return settings.peer();
    }

    Timing timing() {
        return settings.timing();
    }

    /// Whether a node takes over, or is given the service, without an operator.
    boolean isFailoverOn() {
        return settings.failover() && !saved.isFailoverHeld();
    }

    /// A majority of three votes decides, not this node's evidence.
    boolean isByMajority() {
        return settings.isolation() == Isolation.MAJORITY;
    }

    /// Whether the peer may have gone on without this node's copy of the register knowing it, so
    /// that this node must not decide; by majority the register itself answers that.
    boolean mayPeerBeAlone() {
        return saved.peerMayBeAlone() && !isByMajority();
    }

    boolean isServing() {
        return state == State.PRIM || state == State.ALONE || state == State.UP;
    }

    boolean isStopping() {
        return goal.wanted() == Node.Wanted.STOP;
    }

    /// The newest beat, if it still counts as contact: fresh, from a process that was not fenced,
    /// and sent after that process had heard this one. Without the last, a beat that wandered about
    /// since before a restart could pass for news.
    @Nullable Beat contact() {
        Beat known = beat;
        if (known == null
                || now - receivedNs >= timing().graceNs()
                || known.incarnation() <= fencedIncarnation
                || known.echoIncarnation() != life.incarnation()) {
            return null;
        }
        return known;
    }

    /// Nothing heard for `ns`, with this process running all the while.
    boolean isSilentFor(long ns) {
        return now - Math.max(receivedNs, life.listenSinceNs()) >= ns;
    }

    /// When SECOND's right to decide ends: counted from its own beat that the peer surely had.
    long windowEndNs() {
        return echoedNs == 0 ? 0 : echoedNs + timing().windowNs();
    }

    Epoch nextEpoch() {
        Beat known = beat;
        Epoch highest =
                known == null
                        ? register.epoch()
                        : Epoch.later(register.epoch(), known.register().epoch());
        return highest.next();
    }

    boolean isPeerFenced() {
        return pairedIncarnation != 0 && fencedIncarnation >= pairedIncarnation;
    }

    Beat requiredBeat() {
        Beat known = beat;
        Check.state(known != null, "no beat of the peer in %s", state);
        return java.util.Objects.requireNonNull(known);
    }
}
