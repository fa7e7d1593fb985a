package dev.understudy.core.failover;

/// The pause guard: after an own pause (suspended, stopped, collecting garbage) a node trusts no
/// suspicion of its own.
final class Pause {
    private Pause() {}

    static void guard(Draft d, Node before, Event event) {
        long gapNs = d.now - before.nowNs();
        if (event instanceof Event.Paused paused) {
            gapNs = Math.max(gapNs, paused.pausedNs());
        }
        if (gapNs < d.timing().leaseNs() / 2) {
            return;
        }
        // Silence counts anew; the window does not: it is counted from a beat that the peer had.
        d.life = d.life.listening(d.now);
        Leases.forget(d);
        if (d.state != State.STOP) {
            d.journal(Rule.PAUSED, "pausedMs=" + gapNs / 1_000_000);
        }
    }
}
