package dev.understudy.tests.simulator;

import java.util.ArrayList;
import java.util.List;

/// Every acknowledged write, and what had to happen before it may be lost.
final class Ledger {
    /// One acknowledged write.
    ///
    /// @param asPair acknowledged when two nodes had it
    /// @param powerLosses how many there had been
    /// @param faults how many there had been
    private record Entry(
            long value, boolean isSynced, boolean asPair, int powerLosses, int faults) {}

    private final List<List<Entry>> chunks = new ArrayList<>();
    int powerLosses;
    int faults;

    /// Both sides may go on alone: by policy or because an operator forced it.
    boolean mayDiverge;

    private final Tally tally;

    Ledger(Tally tally) {
        this.tally = tally;
        for (int i = 0; i < Disk.CHUNKS; i++) {
            chunks.add(new ArrayList<>());
        }
    }

    void acknowledged(int chunk, long value, boolean asPair) {
        tally.acknowledged++;
        chunks.get(chunk).add(new Entry(value, false, asPair, powerLosses, faults));
    }

    /// An fsync of a chunk whose newest write was `value` is acknowledged: what came before is
    /// moot.
    void synced(int chunk, long value, boolean asPair) {
        List<Entry> entries = chunks.get(chunk);
        entries.removeIf(entry -> entry.value() <= value);
        entries.addFirst(new Entry(value, true, asPair, powerLosses, faults));
    }

    /// The newest acknowledged value of a chunk; 0 if none.
    long newest(int chunk) {
        return chunks.get(chunk).stream().mapToLong(Entry::value).max().orElse(0);
    }

    /// A node begins to serve with these contents: whatever is newer is lost.
    void serves(String who, long[] contents) {
        for (int chunk = 0; chunk < contents.length; chunk++) {
            List<Entry> entries = chunks.get(chunk);
            for (Entry entry : entries) {
                if (entry.value() > contents[chunk]) {
                    lost(who, chunk, contents[chunk], entry);
                }
            }
            long held = contents[chunk];
            entries.removeIf(entry -> entry.value() > held);
        }
    }

    /// An operator chose these older contents: what is newer is lost by that word.
    void givenUp(long[] contents) {
        for (int chunk = 0; chunk < contents.length; chunk++) {
            long held = contents[chunk];
            chunks.get(chunk).removeIf(entry -> entry.value() > held);
        }
    }

    private void lost(String who, int chunk, long held, Entry entry) {
        if (mayDiverge && !entry.asPair()) {
            return; // what one side wrote alone may lose against the other side, never silently
        }
        boolean power = powerLosses > entry.powerLosses();
        boolean single = entry.asPair() && faults - entry.faults() <= 1;
        if (entry.isSynced() || !power || single) {
            throw new Violation(
                    entry.isSynced() ? "I1 (fsync)" : "I1",
                    who
                            + " serves chunk "
                            + chunk
                            + " with "
                            + held
                            + ", acknowledged was "
                            + entry);
        }
    }
}
