package dev.understudy.tests.simulator.search;

import dev.understudy.core.failover.Beat;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.Lineage;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import java.util.Arrays;

/// The number of a state: 64 bits that are equal for states from which the same follows.
///
/// Times count from now, in steps; beyond [#FAR] all are alike, since no rule looks further, and so
/// are those that every rule compares with something later. Ids of resynchronisations, of which
/// only the order matters, count by their rank. Left out is what nothing here depends on: ids of
/// probes and hooks, the count of restarts, how long the application has run, words for people; who
/// served in an epoch that no copy of the register can have again.
final class Key {
    /// Window and margin, and one more.
    private static final int FAR = 11;

    private final Model model;
    private final long[] joins;
    private long hash = 0x9e3779b97f4a7c15L;

    private Key(Model model) {
        this.model = model;
        joins = joins(model);
    }

    static long of(Model model) {
        Key key = new Key(model);
        key.model();
        return key.hash;
    }

    private void add(long value) {
        long h = hash ^ value * 0xff51afd7ed558ccdL;
        h = (h ^ h >>> 32) * 0xc4ceb9fe1a85ec53L;
        hash = h ^ h >>> 29;
    }

    private void add(Enum<?> value) {
        add(value.name().hashCode());
    }

    private void add(boolean value) {
        add(value ? 1 : 2);
    }

    private void time(long atNs) {
        if (atNs == 0 || atNs == Long.MAX_VALUE) {
            add(atNs == 0 ? 1_000 : 1_001);
        } else {
            long steps = Math.floorDiv(atNs - model.now, Model.Q);
            add(Math.clamp(steps, -FAR, FAR));
        }
    }

    /// A deadline: once it is over it does not matter since when.
    private void deadline(long atNs) {
        time(atNs != 0 && atNs <= model.now ? -Model.Q : atNs);
    }

    /// A moment of which nothing but being later than `ns` counts.
    private void after(long ns, long atNs) {
        time(atNs <= ns ? 0 : atNs);
    }

    private static long[] joins(Model model) {
        long[] all = new long[14];
        int count = 0;
        for (Side side : model.sides) {
            all[count++] = side.sourceJoin;
            all[count++] = side.targetJoin;
            Node node = side.node;
            if (node != null) {
                all[count++] = node.join().id();
                all[count++] = node.join().lastId();
                Beat beat = node.peer().beat();
                all[count++] = beat == null ? 0 : beat.joinId();
            }
            for (Event event : side.inbox) {
                if (event instanceof Event.Heard(_, Beat beat) && count < all.length) {
                    all[count++] = beat.joinId();
                }
            }
        }
        return Arrays.stream(all).distinct().sorted().toArray();
    }

    private void join(long id) {
        add(Arrays.binarySearch(joins, id));
    }

    private void model() {
        add(model.cut[0]);
        add(model.cut[1]);
        add(model.clientsCut[0]);
        add(model.clientsCut[1]);
        add(model.voterCut[0]);
        add(model.voterCut[1]);
        add(model.isPingDown);
        add(model.isVoterDown);
        register(model.voted);
        add(model.faults);
        add(model.operations);
        add(model.writes);
        add(model.acknowledged);
        long least =
                Math.min(
                        model.sides[0].register.epoch().value(),
                        model.sides[1].register.epoch().value());
        add(model.served[0] >>> least);
        add(model.served[1] >>> least);
        for (Side side : model.sides) {
            side(side);
        }
    }

    private void side(Side side) {
        saved(side.saved);
        register(side.register);
        add(side.incarnation);
        add(side.boot);
        add(side.isPowered);
        add(side.isPaused);
        add(side.hasVip);
        deadline(side.vipUntil);
        if (model.setup.isolation() == Isolation.PROTECT) {
            time(side.witnessNs);
        }
        add(side.isProbing);
        add(side.sawVip);
        add(side.isSlow);
        add(side.crash * 3L + side.unknown);
        for (Side.Late late : side.late) {
            add(late.kind());
            if (late.change() != null) {
                register(late.change().to());
            }
        }
        add(side.mode);
        add(side.epoch);
        add(side.mints);
        add(side.holds * 64L + side.durable * 8L + side.queue);
        join(side.sourceJoin);
        join(side.targetJoin);
        add(side.isMirrored);
        for (Event event : side.inbox) {
            add(event.getClass().hashCode());
            if (event instanceof Event.Heard(_, Beat beat)) {
                beat(beat);
                time(beat.sentNs());
                time(beat.echoNs());
            }
        }
        Node node = side.node;
        if (node != null) {
            node(node);
        }
    }

    private void node(Node node) {
        add(node.state());
        add(node.goal().wanted());
        add(node.goal().isForced());
        add(node.goal().isFullSync());
        add(node.goal().startsAgain());
        add(node.goal().keeping());
        add(node.reason());
        saved(node.saved());
        register(node.register());
        Node.PeerView peer = node.peer();
        after(Math.min(peer.receivedNs(), peer.echoedNs()), node.life().listenSinceNs());
        after(peer.echoedNs(), node.life().leftServiceNs());
        if (peer.beat() != null) {
            beat(peer.beat());
        }
        time(peer.receivedNs());
        time(peer.echoedNs());
        add(peer.fencedIncarnation());
        add(peer.pairedIncarnation());
        lease(node);
        duty(node.duty());
        deadline(node.wish().askedUntilNs());
        add(node.wish().isOwed());
        app(node.app());
        join(node.join().id());
        join(node.join().lastId());
        add(node.join().isSource());
        add(node.join().isAccepted());
        add(node.join().isCaughtUp());
        add(node.join().incarnation());
        deadline(node.join().retryNs());
        add(node.disk().isMounted());
        add(node.disk().isVerified());
        add(node.disk().hasFault());
        time(node.nowNs());
    }

    private void lease(Node node) {
        Node.Lease lease = node.lease();
        deadline(lease.gateUntilNs());
        deadline(lease.vipUntilNs());
        add(lease.isVipRaised());
        add(lease.isFrozen());
        add(lease.isFrozenForGood());
        Node.Evidence e = lease.evidence();
        add(e.isProbing());
        add(e.isUnseen());
        // Compared with the last beats, and with what a lease ago was known.
        long old =
                Math.min(
                        Math.min(
                                node.peer().receivedNs(),
                                node.peer().echoedNs() + Model.TIMING.lookNs()),
                        model.now - Model.TIMING.leaseNs());
        after(old, e.askedNs());
        after(old, e.witnessNs());
        after(old, e.silentFromNs());
        after(old, e.silentToNs());
    }

    private void duty(Node.Duty duty) {
        duty.jobs().forEach(this::add);
        add(duty.cause().number());
        add(duty.isBegun());
        deadline(duty.deadlineNs());
        add(duty.isWindowed());
        if (duty.pending() != null) {
            add(duty.pending().from().value());
            register(duty.pending().to());
        }
        deadline(duty.repeatNs());
        add(duty.isExpelling());
    }

    private void app(Node.App app) {
        app.chores()
                .forEach(chore -> {
                    add(chore.kind());
                    if (chore.hook() != null) {
                        add(chore.hook());
                    }
                });
        add(app.level());
        add(app.goal());
        add(app.isUp());
        add(app.isBegun());
        deadline(app.deadlineNs());
        add(app.trouble().tries());
        add(app.trouble().isFailed());
        deadline(app.trouble().retryNs());
        add(app.trouble().isHanded());
    }

    private void beat(Beat beat) {
        add(beat.incarnation());
        add(beat.echoIncarnation());
        add(beat.state());
        add(beat.data());
        register(beat.register());
        lineage(beat.lineage());
        join(beat.joinId());
        Beat.Marks m = beat.marks();
        boolean[] marks = {
            m.isSettled(),
            m.isFrozen(),
            m.isAppFailed(),
            m.peerMayBeAlone(),
            m.isExpelling(),
            m.isDetached(),
            m.isBusy(),
            m.isPreferred(),
            m.hasLostMemory(),
            m.asksSwap(),
            m.isFailoverHeld()
        };
        add(Arrays.hashCode(marks));
    }

    private void saved(Saved saved) {
        add(saved.data());
        lineage(saved.lineage());
        boolean[] flags = {
            saved.wasSecond(),
            saved.wasServing(),
            saved.peerMayBeAlone(),
            saved.isDetached(),
            saved.isStarted(),
            saved.isFailoverHeld()
        };
        add(Arrays.hashCode(flags));
        add(saved.bootId().hashCode());
    }

    private void lineage(Lineage lineage) {
        add(lineage.current().value());
        add(lineage.base().value());
        lineage.history().forEach(generation -> add(generation.value()));
        add(lineage.history().size());
    }

    private void register(Register register) {
        add(register.epoch().value());
        for (NodeId member : register.inSync()) {
            add(member.name().charAt(0));
        }
        add(register.primary() == null ? 0 : register.primary().name().charAt(0));
        add(register.generation().value());
    }
}
