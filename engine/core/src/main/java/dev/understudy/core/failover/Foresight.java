package dev.understudy.core.failover;

import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import dev.understudy.core.rules.RestartCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What failures would lead to right now, found by letting the machine itself run into each of them
/// from a copy of the present; no table says it.
///
/// The peer is what its newest beat says of it; a peer that is silent counts as off. Assumed are
/// hooks that take no time, a copy under way that does not end meanwhile, a ping witness that
/// answers unless the mishap says otherwise, a fencing command that switches off whom it is told
/// to, and a third vote, where there is one, that is up.
public final class Foresight {
    private static final long S_NS = 1_000_000_000L;

    /// How long the present goes on before something fails, and how long is then looked on.
    private static final long BEFORE_NS = 2 * S_NS;

    private static final long AFTER_NS = 40 * S_NS;

    /// Shorter gaps are not worth a number: the steps are not finer.
    private static final long AT_ONCE_NS = S_NS / 4;

    private final long stepNs;
    private final Imagined here;
    private final @Nullable Imagined there;
    private long nowNs;
    private boolean isLinked = true;
    private boolean areAddressesHidden;
    private boolean isWitnessSilent;

    /// Who was switched off by the other one's fencing command; empty if nobody was.
    private String switchedOff = "";

    /// With three votes: what a majority of them holds.
    private Register voted;

    private Foresight(Node present) {
        nowNs = present.nowNs();
        stepNs = Math.max(present.settings().timing().beatNs() / 4, 1_000_000L);
        here = new Imagined(this, Counterpart.quiet(present));
        Node peer = Counterpart.of(present);
        there = peer == null ? null : new Imagined(this, peer);
        voted = present.register();
        if (peer != null && peer.register().epoch().isAfter(voted.epoch())) {
            voted = peer.register();
        }
    }

    /// Tells for each mishap that can happen to this module as it is what it leads to.
    ///
    /// @param present the node as it is; some twenty thousand steps of the machine are made
    public static List<Outlook> of(Node present) {
        List<Outlook> all = new ArrayList<>();
        for (Mishap mishap : mishaps(present)) {
            all.add(new Foresight(present).after(mishap));
        }
        return all;
    }

    private static List<Mishap> mishaps(Node present) {
        Foresight now = new Foresight(present);
        Imagined peer = now.there;
        Imagined serving =
                now.here.node.isServing()
                        ? now.here
                        : peer != null && peer.node.isServing() ? peer : null;
        if (serving == null) {
            return List.of(); // nobody serves, so there is nothing to lose
        }
        var at = serving.node.settings().self();
        List<Mishap> all = new ArrayList<>();
        all.add(new Mishap(Mishap.Kind.POWER, at));
        if (peer != null) {
            var other = serving.node.settings().peer();
            all.add(new Mishap(Mishap.Kind.POWER, other));
            all.add(new Mishap(Mishap.Kind.DAEMON, at));
            all.add(new Mishap(Mishap.Kind.LINK, at));
            all.add(new Mishap(Mishap.Kind.CUT_OFF, at));
            all.add(new Mishap(Mishap.Kind.CUT_OFF, other));
            all.add(new Mishap(Mishap.Kind.SPLIT, at));
            all.add(new Mishap(Mishap.Kind.POWER_UNWITNESSED, at));
        }
        all.add(new Mishap(Mishap.Kind.APPLICATION, at));
        all.add(new Mishap(Mishap.Kind.APPLICATION_STAYS_DOWN, at));
        if (!present.settings().isLight()) {
            all.add(new Mishap(Mishap.Kind.DISK, at));
        }
        return all;
    }

    private Outlook after(Mishap mishap) {
        go(BEFORE_NS);
        String before = servedBy();
        Imagined struck = at(mishap);
        befall(mishap.kind(), struck);
        long begunNs = nowNs;
        long gapNs = 0;
        boolean both = false;
        while (nowNs - begunNs < AFTER_NS) {
            step();
            both |= here.serves() && there != null && there.serves();
            if (servedBy().isEmpty()) {
                gapNs += stepNs;
            }
        }
        String after = servedBy();
        List<Outlook.End> ends = new ArrayList<>();
        ends.add(end(here));
        if (there != null) {
            ends.add(end(there));
        }
        String text = text(mishap, before, after, gapNs, both, ends);
        if (!switchedOff.isEmpty()) {
            text += "; %s is switched off by the fencing command".formatted(switchedOff);
        }
        return new Outlook(mishap, both ? "" : after, gapNs, both, ends, text);
    }

    private static String text(
            Mishap mishap,
            String before,
            String after,
            long gapNs,
            boolean both,
            List<Outlook.End> ends) {
        boolean restarts = mishap.kind() == Mishap.Kind.APPLICATION && after.equals(before);
        if (both) {
            return "both nodes may serve, and what both write has to be settled by an operator";
        }
        StringBuilder text = new StringBuilder();
        if (after.isEmpty()) {
            text.append("nobody serves");
        } else if (restarts) {
            text.append(after).append(" starts it again");
        } else if (gapNs < AT_ONCE_NS) {
            text.append(after)
                    .append(after.equals(before) ? " goes on serving" : " serves at once");
        } else if (after.equals(before)) {
            text.append(after).append(" serves again after about ").append(seconds(gapNs));
        } else {
            text.append(after).append(" serves in about ").append(seconds(gapNs));
        }
        ends.stream()
                .filter(end -> end.node().equals(after) && end.state() == State.ALONE)
                .forEach(_ -> text.append(", alone"));
        ends.stream()
                .filter(end -> end.isOn() && !end.reason().isEmpty())
                .forEach(end -> {
                    text.append("; ").append(end.node()).append(" is ").append(end.state());
                    text.append(": ").append(end.reason());
                });
        return text.toString();
    }

    private static String seconds(long ns) {
        return String.format(Locale.ROOT, "%.1f s", (double) ns / S_NS);
    }

    private static Outlook.End end(Imagined one) {
        Node node = one.node;
        return new Outlook.End(
                node.settings().self().name(), one.isOn, node.state(), node.reason().text());
    }

    private void befall(Mishap.Kind kind, Imagined struck) {
        Imagined other = other(struck);
        switch (kind) {
            case POWER -> struck.isOn = false;
            case POWER_UNWITNESSED -> {
                isWitnessSilent = true;
                go(S_NS);
                struck.isOn = false;
            }
            case DAEMON -> {
                struck.isOn = false;
                if (other != null) {
                    Node dead = struck.node;
                    other.give(
                            new Event.Heard(
                                    nowNs,
                                    new Fenced(dead.settings().self(), dead.life().incarnation())));
                }
            }
            case LINK -> isLinked = false;
            case CUT_OFF -> {
                isLinked = false;
                struck.isOffline = true;
            }
            case SPLIT -> {
                isLinked = false;
                areAddressesHidden = true;
            }
            case APPLICATION -> fails(struck);
            case APPLICATION_STAYS_DOWN -> {
                struck.startFails = true;
                fails(struck);
            }
            case DISK -> struck.give(new Event.LocalDiskError(nowNs, "I/O error"));
        }
    }

    private void fails(Imagined struck) {
        struck.give(new Event.ResourceDown(nowNs, "application", Action.RESTART));
    }

    private void go(long ns) {
        for (long end = nowNs + ns; nowNs < end; ) {
            step();
        }
    }

    private void step() {
        nowNs += stepNs;
        here.tick();
        Imagined peer = there;
        if (peer != null) {
            peer.tick();
            if (nowNs / stepNs % 4 == 0) {
                beat(here, peer);
                beat(peer, here);
            }
        }
    }

    private void beat(Imagined from, Imagined to) {
        if (isLinked && from.isOn && to.isOn) {
            to.give(new Event.Heard(nowNs, Failover.beat(from.node, nowNs)));
        }
    }

    private String servedBy() {
        if (here.serves()) {
            return here.node.settings().self().name();
        }
        Imagined peer = there;
        return peer != null && peer.serves() ? peer.node.settings().self().name() : "";
    }

    private Imagined at(Mishap mishap) {
        Imagined peer = there;
        boolean elsewhere = peer != null && !mishap.node().equals(here.node.settings().self());
        return elsewhere && peer != null ? peer : here;
    }

    private @Nullable Imagined other(Imagined one) {
        return one == here ? there : here;
    }

    long nowNs() {
        return nowNs;
    }

    /// With three votes: asks the peer and the third one; either makes a majority.
    RegisterOutcome vote(Imagined asking, RegisterChange change) {
        Imagined other = other(asking);
        boolean reachesPeer = isLinked && other != null && other.isOn;
        if (!reachesPeer && asking.isOffline) {
            return new RegisterOutcome.NotAsked();
        }
        RegisterOutcome outcome = TwoVoteRegister.decide(voted, change);
        if (outcome instanceof RegisterOutcome.Committed(Register now)) {
            voted = now;
        }
        return outcome;
    }

    /// The fencing command of a node is assumed to do what it is there for.
    void fence(Imagined fencing) {
        Imagined other = other(fencing);
        if (other != null && other.isOn) {
            other.isOn = false;
            switchedOff = other.node.settings().self().name();
        }
    }

    boolean isWitnessHeard() {
        return !isWitnessSilent && here.node.settings().hasWitness();
    }

    /// Whether a node that looks for the virtual address finds it at its peer.
    boolean hearsVip(Imagined looking) {
        Imagined other = other(looking);
        return other != null && !looking.isOffline && !areAddressesHidden && other.answersForVip();
    }

    /// Makes the peer out of what is known of it.
    private static final class Counterpart {
        private Counterpart() {}

        /// The node itself, with nothing under way that only a real shell could end.
        static Node quiet(Node present) {
            long now = present.nowNs();
            Node.PeerView peer = present.peer();
            Beat beat = peer.beat();
            Node.PeerView restamped =
                    beat == null
                            ? peer
                            : new Node.PeerView(
                                    stamped(beat, peer.receivedNs(), peer.echoedNs()),
                                    peer.receivedNs(),
                                    peer.echoedNs(),
                                    peer.fencedIncarnation(),
                                    peer.pairedIncarnation(),
                                    peer.fencing().ended(false));
            Node.Evidence evidence = present.lease().evidence();
            return new Node(
                    present.settings(),
                    present.life(),
                    present.state(),
                    present.goal(),
                    present.reason(),
                    present.saved(),
                    present.register(),
                    restamped,
                    present.lease()
                            .with(evidence.answered(evidence.witnessNs(), evidence.isUnseen())),
                    present.duty(),
                    present.wish(),
                    present.app(),
                    present.join(),
                    present.disk(),
                    now);
        }

        /// The peer's clock is not ours: the imagined one's is.
        private static Beat stamped(Beat beat, long sentNs, long echoNs) {
            return new Beat(
                    beat.from(),
                    beat.incarnation(),
                    sentNs,
                    echoNs,
                    beat.echoIncarnation(),
                    beat.state(),
                    beat.data(),
                    beat.register(),
                    beat.lineage(),
                    beat.digest(),
                    beat.joinId(),
                    beat.marks(),
                    beat.findings());
        }

        /// The peer by its newest beat; null if it is silent or there is none.
        static @Nullable Node of(Node present) {
            Settings ours = present.settings();
            Beat beat = present.peer().beat();
            long now = present.nowNs();
            boolean silent = now - present.peer().receivedNs() >= ours.timing().graceNs();
            if (ours.isLight() || beat == null || silent) {
                return null;
            }
            Settings theirs = ours.seenFromPeer(beat.digest(), beat.marks().isPreferred());
            boolean serving = beat.isServing();
            Beat last = Failover.beat(present, present.peer().receivedNs());
            long until = now + ours.timing().leaseNs();
            Node.Lease lease =
                    serving
                            ? new Node.Lease(
                                    until,
                                    until,
                                    true,
                                    beat.marks().isFrozen(),
                                    false,
                                    Node.Evidence.NONE)
                            : Node.Lease.NONE;
            return new Node(
                    theirs,
                    new Node.Life(beat.incarnation(), "imagined", now - ours.timing().graceNs(), 0),
                    beat.state(),
                    beat.state() == State.STOP ? Node.Goal.STOP : Node.Goal.START,
                    WaitReason.NONE,
                    saved(beat),
                    beat.register(),
                    new Node.PeerView(
                            last, now, now, 0, present.life().incarnation(), Node.Fencing.NONE),
                    lease,
                    Node.Duty.NONE,
                    Node.Wish.NONE,
                    app(beat, now),
                    join(beat, present),
                    new Node.Disk(true, true, false, false),
                    now);
        }

        private static Saved saved(Beat beat) {
            return new Saved(
                    beat.data(),
                    beat.lineage(),
                    beat.state() == State.SECOND || beat.data() == DataState.READY,
                    beat.isServing(),
                    "imagined",
                    beat.marks().peerMayBeAlone(),
                    beat.marks().isDetached(),
                    beat.state() != State.STOP,
                    beat.marks().isFailoverHeld());
        }

        private static Node.App app(Beat beat, long now) {
            Node.Level level =
                    switch (beat.state()) {
                        case PRIM, ALONE, UP -> Node.Level.PRIM;
                        case SECOND -> Node.Level.SECOND;
                        case STOP, WAIT -> Node.Level.NONE;
                    };
            boolean failed = beat.marks().isAppFailed();
            Node.Trouble trouble =
                    new Node.Trouble(
                            new RestartCount(List.of()),
                            failed ? 1 : 0,
                            failed,
                            failed ? now + 3_600 * S_NS : 0,
                            false,
                            failed ? "the application failed there" : "");
            return new Node.App(
                    List.of(),
                    level,
                    level,
                    !failed,
                    now,
                    1,
                    false,
                    0,
                    trouble,
                    Set.of(),
                    new Node.Rulings(
                            beat.findings(),
                            switch (level) {
                                case PRIM -> Phase.PRIM;
                                case SECOND -> Phase.SECOND;
                                case NONE -> Phase.PRE;
                            },
                            Map.of()),
                    List.of());
        }

        private static Node.Join join(Beat beat, Node present) {
            boolean target = beat.state() == State.WAIT && beat.joinId() != 0;
            return target
                    ? new Node.Join(
                            beat.joinId(),
                            false,
                            true,
                            false,
                            present.life().incarnation(),
                            0,
                            beat.joinId())
                    : Node.Join.NONE;
        }
    }
}
