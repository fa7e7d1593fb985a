package dev.understudy.core.failover;

/// Leases as values: until when a node may serve, and what it looks for while its peer is silent.
///
/// PRIM's lease ends `leaseNs` after the newest beat of its own that SECOND answered. While
/// `protect` is in force and SECOND is silent, its virtual address lives on as long as a ping
/// witness answers, so that SECOND's looks meet it; once it has lapsed, or the witness was silent
/// for longer than SECOND looks at the least, PRIM is frozen for good: only contact thaws it.
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
        Node.Evidence e = d.lease.evidence();
        if (probed.id() != e.probeId() || !e.isProbing()) {
            return;
        }
        long witness = Math.max(e.witnessNs(), probed.witnessNs());
        boolean unseen = e.isUnseen() || isGap(d, witness);
        // The witness answered while the address was looked for: not this node is cut off.
        boolean isSure = witness >= e.askedNs() + d.timing().probeNs() / 4;
        Node.Evidence next = e.answered(witness, unseen);
        if (isSure && !probed.vipAnswers()) {
            // Somebody looked all the while; a pause between two looks begins a new row.
            boolean goesOn =
                    e.silentFromNs() != 0
                            && e.askedNs() - e.silentToNs() <= d.timing().probeNs() / 3;
            next = next.silent(goesOn ? e.silentFromNs() : e.askedNs(), d.now);
        } else {
            next = next.silent(0, 0);
        }
        d.lease = d.lease.with(next);
    }

    /// Tells whether SECOND has looked long enough: PRIM's address was silent without a gap for
    /// longer than PRIM could overlook, and is silent still, after PRIM's lease.
    static boolean isEvident(Draft d) {
        Node.Evidence e = d.lease.evidence();
        return d.settings.isEvidencePossible()
                && e.silentFromNs() > d.receivedNs
                && e.silentToNs() - e.silentFromNs() >= d.timing().silentNs()
                && e.silentToNs() - d.receivedNs >= d.timing().evidenceNs()
                && d.now - e.silentToNs() <= d.timing().probeNs();
    }

    /// Nothing that was looked for before counts: this process did not run for a while.
    static void forget(Draft d) {
        Node.Evidence e = d.lease.evidence();
        d.lease = d.lease.with(e.answered(0, e.isUnseen()).silent(0, 0));
    }

    /// The witness was silent, from the moment at which SECOND may have begun to look, for longer
    /// than SECOND looks at the least.
    private static boolean isGap(Draft d, long answeredNs) {
        long from = d.echoedNs + d.timing().lookNs();
        long known = Math.max(d.lease.evidence().witnessNs(), from);
        return d.state == State.PRIM && answeredNs - known > d.timing().unseenNs();
    }

    static void renew(Draft d) {
        switch (d.state) {
            case ALONE, UP -> {
                long until = d.now + d.timing().leaseNs();
                give(d, until, until);
            }
            case PRIM -> {
                prim(d);
                probe(d, false, d.echoedNs + 3 * d.timing().beatNs(), Long.MAX_VALUE);
            }
            case SECOND -> {
                boolean decides =
                        d.isFailoverOn()
                                && !d.saved.peerMayBeAlone()
                                && d.settings.isolation() == Isolation.PROTECT
                                && d.isIdle();
                if (decides) {
                    boolean vip = d.settings.hasVip();
                    probe(d, vip, d.receivedNs + d.timing().lookNs(), d.windowEndNs());
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
        boolean byMajority = d.isByMajority();
        boolean wasFrozen = d.lease.isFrozen();
        noteGap(d);
        if (gate > d.now) {
            thaw(d, gate, wasFrozen && lapsed);
        } else {
            boolean forGood =
                    d.lease.isFrozenForGood()
                            || (watched && (lapsed || d.lease.evidence().isUnseen()));
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
        if (byMajority) {
            return; // the address ends with the lease: SECOND may take over without looking for it
        }
        // SECOND probes this address: it must answer as long as this node may go on alone.
        long witness = d.lease.evidence().witnessNs();
        long vip = watched ? (witness == 0 ? 0 : witness + leaseNs) : d.now + leaseNs;
        if (vip > d.now) {
            give(d, d.lease.gateUntilNs(), vip);
        }
    }

    /// PRIM has been without a lease for a whole one's time, this process running all the while.
    static boolean isLongFrozen(Draft d) {
        long since = Math.max(d.echoedNs, d.life.listenSinceNs());
        return d.lease.isFrozen() && d.now - since >= d.timing().leaseNs();
    }

    /// Notes that SECOND may have found this node's address silent; only a SECOND that hears and is
    /// heard clears it.
    private static void noteGap(Draft d) {
        Node.Evidence e = d.lease.evidence();
        boolean hears = d.now - d.echoedNs < d.timing().lookNs();
        boolean unseen = !hears && (e.isUnseen() || isGap(d, d.now));
        if (unseen != e.isUnseen()) {
            d.lease = d.lease.with(e.unseen(unseen));
        }
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

    private static void probe(Draft d, boolean vip, long fromNs, long untilNs) {
        Node.Evidence e = d.lease.evidence();
        boolean wanted =
                (d.settings.isEvidencePossible() || Fencing.asksWitness(d))
                        && d.settings.isolation() == Isolation.PROTECT
                        && d.receivedNs != 0
                        && d.now >= Math.max(fromNs, d.life.listenSinceNs())
                        && d.now <= untilNs;
        boolean busy = e.isProbing() && d.now - e.askedNs() < 2 * d.timing().probeNs();
        boolean recent = d.now - e.askedNs() < d.timing().probeNs() / 3;
        if (!wanted || busy || recent) {
            return;
        }
        long id = e.probeId() + 1;
        d.lease = d.lease.with(e.asked(id, d.now));
        d.act(new Effect.Probe(id, vip, d.timing().probeNs()));
    }
}
