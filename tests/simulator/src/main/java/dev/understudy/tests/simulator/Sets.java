package dev.understudy.tests.simulator;

import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.Tracker;
import java.util.Set;
import java.util.TreeSet;

/// What may differ, by chunk: the shipping tracker with one block for each chunk.
final class Sets {
    private static final long FILE_LOW = 7;
    private static final long BLOCK = 4096;

    final Tracker tracker = new Tracker();

    /// Gives the id of the file that stands for a chunk.
    static FileId file(int chunk) {
        return new FileId(chunk + 1, FILE_LOW);
    }

    /// Gives the chunk that a file stands for.
    static int chunk(FileId file) {
        return (int) file.high() - 1;
    }

    void mark(int chunk) {
        tracker.current().addRange(0, chunk + 1, FILE_LOW, 0, BLOCK);
    }

    boolean mayDiffer(int chunk) {
        var all = tracker.all();
        return all.isEverything() || all.find(chunk + 1, FILE_LOW) != null;
    }

    TreeSet<Integer> tracked() {
        TreeSet<Integer> all = new TreeSet<>();
        for (int i = 0; i < Disk.CHUNKS; i++) {
            if (mayDiffer(i)) {
                all.add(i);
            }
        }
        return all;
    }

    /// What the disk remembers, and the memory too unless power was lost since.
    Set<Integer> known(Disk disk) {
        TreeSet<Integer> all = new TreeSet<>(disk.map);
        all.addAll(disk.hot);
        if (disk.isIntact) {
            all.addAll(tracked());
        }
        return all;
    }
}
