package dev.understudy.core.rfs;

import java.util.Arrays;

/// The primary's end of the ordered stream: announce, send, received, apply, confirm.
///
/// Positions only; the bytes stay with the caller under the `slot` it names at announce. The caller
/// pulls: after each input it asks [#nextToSend] and [#nextToApply] until they give -1. With a peer
/// nothing is applied before the peer has it; alone everything announced may be applied. Sequence
/// numbers start at `first` and have no gaps. Deterministic, no allocation after construction
/// except for exceptional outcomes.
public final class Source {
    private final int mask;
    private final int[] slots;
    private final boolean[] passive;
    private final long firstSeq;
    private final Outcomes outcomes = new Outcomes();

    private long announced;
    private long sent;
    private long received;
    private long started;
    private long applied;
    private long confirmed;
    private boolean alone;
    private boolean open;

    /// Makes a stream with nothing announced.
    ///
    /// @param window operations that may be announced and not yet applied; a power of two
    /// @param first sequence number of the first operation, at least 1
    public Source(int window, long first) {
        if (Integer.bitCount(window) != 1 || first < 1) {
            throw new IllegalArgumentException("window " + window + ", first " + first);
        }
        mask = window - 1;
        slots = new int[window];
        passive = new boolean[window];
        firstSeq = first;
        announced = sent = received = started = applied = confirmed = first - 1;
    }

    /// Opens or closes the gate: a closed gate lets nothing be applied.
    ///
    /// @param alone whether operations may be applied that no peer has
    public void gate(boolean open, boolean alone) {
        this.open = open;
        this.alone = alone;
    }

    /// Tells whether the window has room for one more operation.
    public boolean hasRoom() {
        return announced - applied <= mask;
    }

    /// Gives the next sequence number to an operation.
    ///
    /// @param slot names the operation to the caller, at least 0
    /// @param passive needs no local application (a SYNC): it is passed over in its turn
    /// @return the sequence number
    public long announce(int slot, boolean passive) {
        if (!hasRoom()) {
            throw new IllegalStateException("window of " + (mask + 1) + " operations is full");
        }
        long seq = ++announced;
        slots[(int) seq & mask] = slot;
        this.passive[(int) seq & mask] = passive;
        return seq;
    }

    /// Returns the slot of the next operation to send and counts it as sent, or -1.
    public int nextToSend() {
        return sent < announced ? slots[(int) ++sent & mask] : -1;
    }

    /// Returns the slot of the next operation to send without sending it, or -1.
    public int peekToSend() {
        return sent < announced ? slots[(int) (sent + 1) & mask] : -1;
    }

    /// Takes a cumulative receipt.
    ///
    /// @param seq everything up to here is in the peer's memory
    /// @param confirmedSeq everything up to here the peer knows to be applied
    /// @throws BadFrame if the peer claims what was never sent
    public void received(long seq, long confirmedSeq) {
        if (seq > sent || confirmedSeq > applied) {
            throw new BadFrame(
                    "receipt of %d, confirmed %d; sent %d, applied %d"
                            .formatted(seq, confirmedSeq, sent, applied));
        }
        received = Math.max(received, seq);
        confirmed = Math.max(confirmed, confirmedSeq);
        outcomes.forget(confirmed);
    }

    /// Returns the slot of the next operation to apply and counts it as started, or -1.
    ///
    /// Passive operations are passed over. The caller reports each by [#done] before the next one
    /// is given.
    public int nextToApply() {
        return nextToApply(Long.MAX_VALUE);
    }

    /// Like [#nextToApply()], up to a limit.
    ///
    /// @param limit last sequence number that may be applied: what lies behind waits for its dirty
    ///   bits to be durable
    public int nextToApply(long limit) {
        long end = Math.min(limit, alone ? announced : received);
        while (open && started == applied && started < end) {
            started++;
            if (!passive[(int) started & mask]) {
                return slots[(int) started & mask];
            }
            applied = started;
        }
        return -1;
    }

    /// Returns the sequence number that [#nextToApply] gave last.
    public long applying() {
        return started;
    }

    /// Reports the outcome of the operation that [#nextToApply] gave.
    ///
    /// @param outcome 0 or the bytes written as asked is no exception; else a negated errno or the
    ///   bytes of a short write
    /// @param isException whether the peer must not apply the operation as announced
    public void done(int outcome, boolean isException) {
        if (started != applied + 1) {
            throw new IllegalStateException("nothing is being applied at " + applied);
        }
        applied = started;
        if (isException) {
            outcomes.add(applied, outcome);
        }
    }

    /// Goes on over a new connection: sends again what the peer does not have.
    ///
    /// @param seq last operation the peer has received of this stream
    /// @return false when the peer does not fit this stream; it has to be resynchronised
    public boolean resume(long seq) {
        if (seq < received || seq > announced) {
            return false;
        }
        received = seq;
        sent = seq;
        return true;
    }

    /// Starts anew with a joiner: it takes part from the operation after the last one applied.
    ///
    /// Nothing may be under way; what is announced and not applied is sent to the joiner first.
    ///
    /// @return sequence number of the first operation the joiner will get
    public long mirrorFromHere() {
        if (started != applied) {
            throw new IllegalStateException("operation " + started + " is being applied");
        }
        sent = received = confirmed = applied;
        outcomes.clear();
        return applied + 1;
    }

    /// Returns the slot of one of the last `window` operations announced.
    public int slotOf(long seq) {
        return slots[(int) seq & mask];
    }

    /// Returns the outcomes that the peer has not taken yet.
    public Outcomes outcomes() {
        return outcomes;
    }

    /// Returns the last sequence number given, `first - 1` when none was.
    public long announced() {
        return announced;
    }

    /// Returns the last sequence number sent on the present connection.
    public long sent() {
        return sent;
    }

    /// Returns the last sequence number that the peer has.
    public long received() {
        return received;
    }

    /// Returns the last sequence number applied here.
    public long applied() {
        return applied;
    }

    /// Returns the last sequence number that the peer knows to be applied here.
    public long confirmed() {
        return confirmed;
    }

    /// Returns the number the first operation got.
    public long first() {
        return firstSeq;
    }

    /// Tells whether the gate is open and the peer is not waited for.
    public boolean isAlone() {
        return alone;
    }

    /// Exceptional outcomes in the order of their sequence numbers.
    public static final class Outcomes {
        private long[] seqs = new long[8];
        private int[] results = new int[8];
        private int count;

        Outcomes() {}

        /// Returns how many there are.
        public int count() {
            return count;
        }

        /// Returns the sequence number of the n-th, 0-based.
        public long seq(int index) {
            return seqs[index];
        }

        /// Returns the negated errno or the bytes of the short write of the n-th.
        public int result(int index) {
            return results[index];
        }

        /// Finds the outcome of an operation.
        ///
        /// @return index, or -1 when the operation went as announced
        public int find(long seq) {
            int index = Arrays.binarySearch(seqs, 0, count, seq);
            return Math.max(index, -1);
        }

        void add(long seq, int result) {
            if (count > 0 && seqs[count - 1] >= seq) {
                return; // sent again after a reconnection
            }
            if (count == seqs.length) {
                seqs = Arrays.copyOf(seqs, count * 2);
                results = Arrays.copyOf(results, count * 2);
            }
            seqs[count] = seq;
            results[count++] = result;
        }

        void forget(long upTo) {
            if (count == 0 || seqs[0] > upTo) {
                return;
            }
            int from = 0;
            while (from < count && seqs[from] <= upTo) {
                from++;
            }
            System.arraycopy(seqs, from, seqs, 0, count - from);
            System.arraycopy(results, from, results, 0, count - from);
            count -= from;
        }

        void clear() {
            count = 0;
        }
    }
}
