package dev.understudy.core.failover;

import dev.understudy.core.member.Check;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.Register;
import java.util.List;

/// ALONE, and the moments at which a node begins to serve.
final class Serving {
    private Serving() {}

    static void alone(Draft d) {
        if (!d.isIdle()) {
            return;
        }
        d.because(Resources.reason(d));
        Beat peer = d.contact();
        if (peer == null) {
            Joining.dropIfGone(d);
            return;
        }
        Register theirs = peer.register();
        if (theirs.isOnlyMember(d.peer())) {
            Meeting.whileAlone(d, peer);
        } else if (theirs.epoch().compareTo(d.register.epoch()) >= 0
                && !theirs.equals(d.register)) {
            if (peer.isServing()) {
                Losing.overruled(d, Rule.OVERRULED, "peer " + peer.state() + " " + theirs);
            } else {
                d.journal(Rule.EPOCH_RAISED, "peer has " + theirs);
                d.give(Rule.EPOCH_RAISED, List.of(Job.CHANGE_ALONE, Job.BECOME_ALONE));
            }
        } else {
            Joining.asSource(d, peer);
        }
    }

    /// The register counts this node alone: record it, then open the gate.
    static void becomeAlone(Draft d) {
        Check.state(
                d.register.isOnlyMember(d.self()), "ALONE without the register: %s", d.register);
        boolean served = d.isServing();
        d.isExpelling = false;
        d.wish = Node.Wish.NONE;
        if (d.join.isSource()) {
            Joining.drop(d, "the epoch changes");
        }
        d.persist(
                d.saved
                        .with(DataState.UP_TO_DATE)
                        .withDuty(false, true, d.life.bootId())
                        .withPeerMayBeAlone(false));
        if (d.state == State.ALONE) {
            d.tell(); // the epoch was raised
        } else {
            d.become(State.ALONE, d.cause, "");
        }
        d.because(WaitReason.NONE);
        Leases.unfreeze(d);
        Leases.renew(d);
        if (d.isStopping() && !d.jobs.contains(Job.CLOSE_GATE)) {
            return; // the stop goes on; nothing is written any more
        }
        d.act(
                new Effect.Serve(
                        d.register.epoch().value(),
                        d.saved.lineage().current(),
                        false,
                        !d.saved.lineage().isMinted()));
        if (!d.isStopping()) {
            beginService(d, served);
        }
    }

    /// Both hold everything and this node serves.
    static void becomePrim(Draft d) {
        Check.state(
                d.register.isPair() && d.self().equals(d.register.primary()),
                "PRIM without the register: %s",
                d.register);
        boolean served = d.isServing();
        d.pairedIncarnation = d.requiredBeat().incarnation();
        d.join = Joining.none(d);
        d.persist(
                d.saved
                        .with(DataState.UP_TO_DATE)
                        .with(d.saved.lineage().joined())
                        .withDuty(false, true, d.life.bootId())
                        .withPeerMayBeAlone(false));
        d.trouble = d.trouble.handed(d.cause == Rule.SWAP_PROMOTES);
        boolean cameBack = d.cause == Rule.PAIR_FORMED;
        d.wish = new Node.Wish(0, cameBack && d.requiredBeat().marks().isPreferred());
        d.become(State.PRIM, d.cause, "");
        d.because(WaitReason.NONE);
        Leases.unfreeze(d);
        Leases.renew(d);
        serveWithPeer(d);
        beginService(d, served);
    }

    static void serveWithPeer(Draft d) {
        d.act(
                new Effect.Serve(
                        d.register.epoch().value(), d.saved.lineage().current(), true, false));
    }

    private static void beginService(Draft d, boolean served) {
        if (!served || !Leases.isVipHeld(d)) {
            Leases.raiseVip(d);
        }
        if (d.appGoal == Node.Level.PRIM) {
            Chores.transition(d);
        } else {
            // A node that failed before and serves now is tried at once; the pauses go on growing.
            d.trouble = d.trouble.until(0);
            Chores.aim(d, Node.Level.PRIM);
        }
    }

    static void firstWrite(Draft d, Generation minted) {
        if (d.state != State.ALONE) {
            return;
        }
        if (!d.saved.lineage().isMinted()) {
            d.journal(Rule.GENERATION_MINTED, minted.toString());
            d.persist(d.saved.with(d.saved.lineage().mint(minted)));
        }
        d.act(new Effect.UseGeneration(d.saved.lineage().current()));
    }
}
