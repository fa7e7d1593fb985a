package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Saved;
import dev.understudy.core.member.Register;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One machine's disk: records that are durable, file contents with a page cache before them, and
/// the sets of what may differ.
final class Disk {
    static final int CHUNKS = 6;

    /// The machine's vote; with two votes it is never asked.
    private @Nullable Voter voter;

    Saved saved = Saved.FRESH;
    Register register = Register.EMPTY;
    long incarnation;

    /// Contents as programs see them; lost with power.
    final long[] cache = new long[CHUNKS];

    /// Contents that survive a power loss for sure.
    final long[] durable = new long[CHUNKS];

    /// The dirty map: durable.
    final TreeSet<Integer> map = new TreeSet<>();

    /// The hot-set journal: in the page cache.
    final TreeSet<Integer> hot = new TreeSet<>();

    /// Changed while nothing was mounted, and not found by the walk yet.
    final TreeSet<Integer> edits = new TreeSet<>();

    /// What is in quarantine, by chunk.
    final TreeMap<Integer, Long> kept = new TreeMap<>();

    /// What a resynchronisation overwrites, as it was before; in the page cache.
    long @Nullable [] before;

    /// What a copy was when its record became SYNCING, for the check of what it is set back to.
    long @Nullable [] whenOverwritten;

    /// Map and journal name everything that may differ; false after power was lost while only the
    /// journal knew.
    boolean isIntact = true;

    /// While ALONE the map is durable before any write, so that a power loss does not harm it.
    boolean isMapComplete;

    Voter voter() {
        return Objects.requireNonNull(voter);
    }

    void votesWith(Voter mine) {
        voter = mine;
    }

    void sync() {
        System.arraycopy(cache, 0, durable, 0, CHUNKS);
    }

    /// Any page that was not synced may have been written back, or not.
    void losePower(SplittableRandom random) {
        before = null;
        for (int i = 0; i < CHUNKS; i++) {
            if (random.nextBoolean()) {
                cache[i] = durable[i];
            } else {
                durable[i] = cache[i];
            }
        }
        if (!isMapComplete) {
            isIntact = false;
            hot.removeIf(chunk -> random.nextBoolean());
        }
    }

    TreeSet<Integer> mayDiffer() {
        TreeSet<Integer> all = new TreeSet<>(map);
        all.addAll(hot);
        if (!isIntact) {
            all.addAll(everything());
        }
        return all;
    }

    static TreeSet<Integer> everything() {
        TreeSet<Integer> all = new TreeSet<>();
        for (int i = 0; i < CHUNKS; i++) {
            all.add(i);
        }
        return all;
    }
}
