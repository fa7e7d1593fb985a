package dev.understudy.core.failover;

/// Leases as values: until when a node may serve, and what it looks for while its peer is silent.
///
/// PRIM's lease ends `leaseNs` after the newest beat of its own that SECOND answered. While
/// `protect` is in force and SECOND is silent, its virtual address lives on as long as a ping
/// witness answers, so that SECOND's probe meets it; once it has lapsed PRIM is frozen for good:
/// only contact thaws it.
final class Leases {
    private Leases() {}

    /// Whether the kernel still holds the virtual address by the newest lease.
    static boolean isVipHeld(Draft d) {
        return d.lease.isVipRaised() && d.lease.vipUntilNs() > d.now;
    }

    static void raiseVip(Draft d) {
        d.lease = d.lease.raised(true);
        d.act(new Effect.RaiseVip());
    }

    static void dropVip(Draft d) {
        d.lease = d.lease.raised(false);
        d.act(new Effect.DropVip());
    }

    static void none(Draft d) {
        d.lease = Node.Lease.NONE;
    }

    static void unfreeze(Draft d) {
        d.lease = d.lease.frozen(false, false);
    }

    static void probed(Draft d, Event.Probed probed) {
        Node.Lease l = d.lease;
        if (probed.id() != l.probeId() || !l.isProbing()) {
            return;
        }
        boolean evidence = probed.witnessAnswers() && !probed.vipAnswers();
        d.lease =
                l.answered(
                        probed.witnessAnswers() ? l.probeAskedNs() : l.witnessOkNs(),
                        evidence ? l.probeAskedNs() : l.evidenceNs());
    }

    static void renew(Draft d) {
        switch (d.state) {
            case ALONE -> {
                long until = d.now + d.timing().leaseNs();
                give(d, until, until);
            }
            case PRIM -> {
                prim(d);
                probe(d, false, 3 * d.timing().beatNs(), Long.MAX_VALUE);
            }
            case SECOND -> {
                boolean decides =
                        d.settings.failover()
                                && !d.saved.peerMayBeAlone()
                                && d.settings.isolation() == Isolation.PROTECT
                                && d.isIdle();
                if (decides) {
                    probe(d, true, d.timing().evidenceNs(), d.windowEndNs());
                }
            }
            case STOP, WAIT -> {}
        }
    }

    private static void prim(Draft d) {
        long leaseNs = d.timing().leaseNs();
        long gate = d.echoedNs == 0 ? 0 : d.echoedNs + leaseNs;
        boolean watched =
                d.settings.isolation() == Isolation.PROTECT && d.settings.isEvidencePossible();
        boolean lapsed = !isVipHeld(d);
        boolean wasFrozen = d.lease.isFrozen();
        if (gate > d.now) {
            thaw(d, gate, wasFrozen && lapsed);
        } else {
            boolean forGood =
                    d.lease.isFrozenForGood() || (watched && (lapsed || isUnwitnessed(d)));
            if (!wasFrozen) {
                d.journal(Rule.FREEZE, "silentMs=" + (d.now - d.receivedNs) / 1_000_000);
            }
            if (forGood && !d.lease.isFrozenForGood()) {
                d.journal(Rule.FREEZE_FOR_GOOD, "");
                dropVip(d);
            }
            freeze(d, true, forGood);
        }
        if (d.lease.isFrozenForGood()) {
            return;
        }
        // SECOND probes this address: it must answer as long as this node may go on alone.
        long vip =
                watched
                        ? (d.lease.witnessOkNs() == 0 ? 0 : d.lease.witnessOkNs() + leaseNs)
                        : d.now + leaseNs;
        if (vip > d.now) {
            give(d, d.lease.gateUntilNs(), vip);
        }
    }

    /// Three pings in a row without an answer: SECOND may have looked for the address meanwhile.
    private static boolean isUnwitnessed(Draft d) {
        return d.now - Math.max(d.lease.witnessOkNs(), d.receivedNs + d.timing().leaseNs())
                > 3 * d.timing().probeNs();
    }

    private static void thaw(Draft d, long gate, boolean raise) {
        if (d.lease.isFrozen()) {
            d.journal(Rule.THAW, "");
        }
        freeze(d, false, false);
        give(d, gate, gate);
        if (raise && d.isIdle()) {
            raiseVip(d);
        }
    }

    private static void freeze(Draft d, boolean frozen, boolean forGood) {
        if (d.lease.isFrozen() == frozen && d.lease.isFrozenForGood() == forGood) {
            return;
        }
        d.lease = d.lease.frozen(frozen, forGood);
        d.isMoved = true;
        d.tell();
    }

    /// Gives a lease that ends later; not for every beat, a tenth of it may pass.
    private static void give(Draft d, long gateUntilNs, long vipUntilNs) {
        Node.Lease l = d.lease;
        long stepNs = d.timing().leaseNs() / 10;
        boolean gateMoves = gateUntilNs >= l.gateUntilNs() + stepNs;
        boolean vipMoves = vipUntilNs >= l.vipUntilNs() + stepNs;
        if (!gateMoves && !vipMoves) {
            return;
        }
        long gate = Math.max(gateUntilNs, l.gateUntilNs());
        long vip = Math.max(vipUntilNs, l.vipUntilNs());
        d.lease = l.until(gate, vip);
        d.act(new Effect.LeaseUntil(gate, vip));
    }

    private static void probe(Draft d, boolean vip, long afterNs, long untilNs) {
        Node.Lease l = d.lease;
        boolean wanted =
                d.settings.isEvidencePossible()
                        && d.settings.isolation() == Isolation.PROTECT
                        && d.receivedNs != 0
                        && d.isSilentFor(afterNs)
                        && d.now <= untilNs;
        boolean busy = l.isProbing() && d.now - l.probeAskedNs() < 2 * d.timing().probeNs();
        boolean recent = d.now - l.probeAskedNs() < d.timing().probeNs() / 2;
        if (!wanted || busy || recent) {
            return;
        }
        long id = l.probeId() + 1;
        d.lease = l.asked(id, d.now);
        d.act(new Effect.Probe(id, vip, d.timing().probeNs()));
    }
}
