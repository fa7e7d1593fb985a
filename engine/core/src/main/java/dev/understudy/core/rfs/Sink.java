package dev.understudy.core.rfs;

/// The secondary's end of the ordered stream: receive in order, apply what is confirmed.
///
/// Positions only; the bytes stay with the caller under the `slot` it names. The secondary's files
/// are never ahead of the primary's: [#nextToApply] gives an operation only when the primary has
/// confirmed it, or after [#takeOver]. Deterministic; no allocation after construction except for
/// exceptional outcomes.
public final class Sink {
    /// What became of an offered operation.
    public enum Offer {
        /// It is in the queue; acknowledge it with the next cumulative receipt.
        TAKEN,
        /// It was here already (sent again after a reconnection); drop the bytes.
        DUPLICATE,
        /// Operations before it are missing: refuse and close the connection.
        GAP,
        /// The queue is full: the sender broke the window.
        OVERFLOW
    }

    private final int mask;
    private final int[] slots;
    private final boolean[] passive;
    private final Source.Outcomes outcomes = new Source.Outcomes();

    private long received;
    private long confirmed;
    private long started;
    private long applied;
    private boolean tookOver;

    /// Makes an empty queue.
    ///
    /// @param window operations that may be received and not yet applied; a power of two
    /// @param first sequence number of the first operation to come
    public Sink(int window, long first) {
        if (Integer.bitCount(window) != 1 || first < 1) {
            throw new IllegalArgumentException("window " + window + ", first " + first);
        }
        mask = window - 1;
        slots = new int[window];
        passive = new boolean[window];
        received = confirmed = started = applied = first - 1;
    }

    /// Offers the next operation of the stream.
    ///
    /// @param slot names its bytes to the caller, at least 0
    /// @param passive changes nothing (a SYNC): its turn comes when everything before it is
    ///   applied, its own confirmation is not awaited
    public Offer offer(long seq, int slot, boolean passive) {
        if (seq <= received) {
            return Offer.DUPLICATE;
        }
        if (seq != received + 1) {
            return Offer.GAP;
        }
        if (!hasRoom()) {
            return Offer.OVERFLOW;
        }
        slots[(int) seq & mask] = slot;
        this.passive[(int) seq & mask] = passive;
        received = seq;
        return Offer.TAKEN;
    }

    /// Tells whether one more operation fits.
    ///
    /// Without room the caller stops reading: as the source sends a confirmation of all it has
    /// applied before each operation, a queue of at least twice the source's window always holds
    /// something that may be applied when it is full.
    public boolean hasRoom() {
        return received - applied <= mask;
    }

    /// Takes one exceptional outcome; comes before the [#confirm] that covers it.
    public void outcome(long seq, int result) {
        if (seq > applied) {
            outcomes.add(seq, result);
        }
    }

    /// Takes a confirmation.
    ///
    /// @param seq the primary has applied everything up to here
    /// @throws BadFrame if operations are confirmed that never came
    public void confirm(long seq) {
        if (seq > received) {
            throw new BadFrame("confirmation of " + seq + ", received " + received);
        }
        confirmed = Math.max(confirmed, seq);
    }

    /// Returns the slot of the next operation to apply (or to drop: see [#outcomeIndex]) and counts
    /// it as started, or -1. The caller reports it by [#done] before the next one is given.
    public int nextToApply() {
        if (started != applied || started == received) {
            return -1;
        }
        boolean free = tookOver || started < confirmed || passive[(int) (started + 1) & mask];
        if (!free) {
            return -1;
        }
        started++;
        return slots[(int) started & mask];
    }

    /// Returns the sequence number that [#nextToApply] gave last.
    public long applying() {
        return started;
    }

    /// Returns the index in [#outcomes] of the exceptional outcome of the operation being applied,
    /// or -1 when the primary applied it as announced.
    public int outcomeIndex() {
        return outcomes.find(started);
    }

    /// Returns the exceptional outcomes that are known.
    public Source.Outcomes outcomes() {
        return outcomes;
    }

    /// Reports that the operation being applied is done (or dropped).
    public void done() {
        if (started != applied + 1) {
            throw new IllegalStateException("nothing is being applied at " + applied);
        }
        applied = started;
        outcomes.forget(applied);
    }

    /// Lets the whole received tail be applied, confirmed or not: this node takes over (rule L2).
    /// From now on nothing is received.
    public void takeOver() {
        tookOver = true;
    }

    /// Goes on as secondary after a take-over that came to nothing: what was applied early counts
    /// as confirmed.
    public void standBy() {
        tookOver = false;
        confirmed = Math.max(confirmed, applied);
    }

    /// Tells whether everything received is applied.
    public boolean isDrained() {
        return applied == received;
    }

    /// Drops what is not applied: this node lost the race for the register (rule L3).
    ///
    /// @return the number of operations dropped
    public long demote() {
        long dropped = received - started;
        received = confirmed = started;
        outcomes.clear();
        return dropped;
    }

    /// Returns the last sequence number received.
    public long received() {
        return received;
    }

    /// Returns the last sequence number known to be applied by the primary.
    public long confirmed() {
        return confirmed;
    }

    /// Returns the last sequence number applied here.
    public long applied() {
        return applied;
    }
}
