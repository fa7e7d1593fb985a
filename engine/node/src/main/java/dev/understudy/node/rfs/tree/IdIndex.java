package dev.understudy.node.rfs.tree;

import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Fd;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// The mapped hash table from file id to inode of one tree.
///
/// A hint, never a proof: whoever takes an inode from it compares the id that is kept with the
/// inode. It holds every file that was there at the last [#sync], also after a power cut: a slot
/// never becomes empty again, so writes that reached the disk later, or did not, cannot hide an
/// older entry. Sync is a part of every durable point; files made after the last one are in the
/// sets of what may differ, with the directories that name them, and are put again when these are
/// listed. Only a table that is new or damaged says by [#suspect] that a miss proves nothing.
///
/// Header, 64 bytes: magic, capacity, complete mark. Then entries of 32 bytes: id 16, inode 8,
/// generation 4, type and mark 4. Linear probing; deleted entries keep a mark until the table is
/// rewritten.
public final class IdIndex implements AutoCloseable {
    private static final long MAGIC = 0x31584449_59445553L; // "SUDYIDX1"
    private static final int HEADER = 64;
    private static final int ENTRY = 32;
    private static final int CAPACITY_AT = 8;
    private static final int COMPLETE_AT = 16;
    private static final int USED = 1;
    private static final int DELETED = 2;
    private static final int CAPACITY_MIN = 1 << 12;
    private static final int CAPACITY_MAX = 1 << 25; // 1 GiB of table: 23 million files

    private final Path path;
    private MappedByteBuffer table;
    private int capacity;
    private int live;
    private int occupied;
    private boolean suspect;
    private boolean moved;
    private long foundIno;
    private int foundGeneration;
    private int foundType;

    private IdIndex(Path path, MappedByteBuffer table, int capacity) {
        this.path = path;
        this.table = table;
        this.capacity = capacity;
    }

    /// Opens the table, making an empty one if there is none or it is damaged.
    ///
    /// @throws IOException if the file cannot be made or mapped
    public static IdIndex open(Path path) throws IOException {
        boolean fresh = !Files.exists(path);
        if (!fresh) {
            IdIndex index = existing(path);
            if (index != null) {
                return index;
            }
        }
        IdIndex index = new IdIndex(path, create(path, CAPACITY_MIN), CAPACITY_MIN);
        index.suspect = true;
        return index;
    }

    private static @org.jspecify.annotations.Nullable IdIndex existing(Path path)
            throws IOException {
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = channel.size();
            if (size < HEADER + (long) CAPACITY_MIN * ENTRY || size > Integer.MAX_VALUE) {
                return null;
            }
            MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, 0, size);
            map.order(ByteOrder.LITTLE_ENDIAN);
            int capacity = map.getInt(CAPACITY_AT);
            if (map.getLong(0) != MAGIC
                    || Integer.bitCount(capacity) != 1
                    || size != HEADER + (long) capacity * ENTRY) {
                return null;
            }
            IdIndex index = new IdIndex(path, map, capacity);
            index.suspect = map.getInt(COMPLETE_AT) != 1;
            index.count();
            return index;
        }
    }

    private void count() {
        for (int i = 0; i < capacity; i++) {
            int mark = mark(i);
            occupied += mark == 0 ? 0 : 1;
            live += mark == USED ? 1 : 0;
        }
    }

    private static MappedByteBuffer create(Path path, int capacity) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            reserve(path, HEADER + (long) capacity * ENTRY);
            MappedByteBuffer map =
                    channel.map(
                            FileChannel.MapMode.READ_WRITE, 0, HEADER + (long) capacity * ENTRY);
            map.order(ByteOrder.LITTLE_ENDIAN);
            map.putLong(0, MAGIC);
            map.putInt(CAPACITY_AT, capacity);
            return map;
        }
    }

    /// Takes the space at once: a full disk must not show as a fault in the middle of the table.
    private static void reserve(Path path, long bytes) throws IOException {
        try (CString name = CString.of(path.toString())) {
            int fd =
                    Errno.check(
                            "open " + path,
                            At.openat(At.AT_FDCWD, name.address(), At.O_RDWR | At.O_CLOEXEC, 0));
            try {
                Errno.check("reserve space for " + path, Fd.fallocate(fd, 0, 0, bytes));
            } finally {
                Fd.close(fd);
            }
        }
    }

    /// Tells whether entries may be missing: a miss then proves nothing until the tree was walked.
    public synchronized boolean suspect() {
        return suspect;
    }

    /// Notes that every file of the tree was walked and put.
    public synchronized void complete() {
        suspect = false;
        sync(); // what the mark speaks of is durable before it
        table.putInt(COMPLETE_AT, 1);
    }

    /// Gives the number of ids in the table.
    public synchronized int size() {
        return live;
    }

    private int at(int slot) {
        return HEADER + slot * ENTRY;
    }

    private int mark(int slot) {
        return table.getInt(at(slot) + 28) >>> 24;
    }

    private int slot(long high, long low) {
        int mask = capacity - 1;
        int i = (int) (low ^ high >>> 17) & mask;
        while (true) {
            int mark = mark(i);
            if (mark == 0
                    || (mark == USED
                            && table.getLong(at(i)) == high
                            && table.getLong(at(i) + 8) == low)) {
                return i;
            }
            i = (i + 1) & mask;
        }
    }

    /// Looks an id up; the result is in [#ino], [#generation] and [#type] until the next call.
    ///
    /// @return whether the id is in the table
    synchronized boolean find(long high, long low) {
        int slot = slot(high, low);
        if (mark(slot) != USED) {
            return false;
        }
        foundIno = table.getLong(at(slot) + 16);
        foundGeneration = table.getInt(at(slot) + 24);
        foundType = (table.getInt(at(slot) + 28) & 0xf) << 12;
        return true;
    }

    long ino() {
        return foundIno;
    }

    int generation() {
        return foundGeneration;
    }

    int type() {
        return foundType;
    }

    /// Puts an id, replacing what was there.
    ///
    /// @param type `S_IF...` bits
    /// @throws java.io.UncheckedIOException if the table is full and cannot grow
    synchronized void put(long high, long low, long ino, int generation, int type) {
        if (occupied * 10L >= capacity * 7L) {
            try {
                rewrite();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("grow " + path, e);
            }
        }
        int slot = slot(high, low);
        if (mark(slot) != USED) {
            live++;
            occupied++;
        }
        write(slot, high, low, ino, generation, USED << 24 | type >>> 12);
    }

    private void write(int slot, long high, long low, long ino, int generation, int mark) {
        int at = at(slot);
        table.putLong(at, high);
        table.putLong(at + 8, low);
        table.putLong(at + 16, ino);
        table.putInt(at + 24, generation);
        table.putInt(at + 28, mark);
    }

    /// Removes an id.
    synchronized void remove(long high, long low) {
        int slot = slot(high, low);
        if (mark(slot) == USED) {
            table.putInt(at(slot) + 28, DELETED << 24);
            live--;
        }
    }

    /// Forgets everything, before a walk that puts all again.
    synchronized void clear() {
        suspect = true;
        table.putInt(COMPLETE_AT, 0);
        table.force(); // before any entry is lost
        for (int i = 0; i < capacity; i++) {
            if (mark(i) != 0) {
                table.putInt(at(i) + 28, 0);
            }
        }
        live = 0;
        occupied = 0;
    }

    private void rewrite() throws IOException {
        int larger = live * 2L >= capacity ? capacity * 2 : capacity;
        if (larger > CAPACITY_MAX) {
            throw new IOException("more than " + live + " files");
        }
        Path next = path.resolveSibling(path.getFileName() + ".new");
        IdIndex copy = new IdIndex(next, create(next, larger), larger);
        for (int i = 0; i < capacity; i++) {
            if (mark(i) == USED) {
                int at = at(i);
                long high = table.getLong(at);
                long low = table.getLong(at + 8);
                copy.write(
                        copy.slot(high, low),
                        high,
                        low,
                        table.getLong(at + 16),
                        table.getInt(at + 24),
                        table.getInt(at + 28));
            }
        }
        copy.table.putInt(COMPLETE_AT, table.getInt(COMPLETE_AT));
        copy.table.force(); // before its name can lead to it
        Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
        moved = true;
        table = copy.table;
        capacity = larger;
        occupied = live;
    }

    /// Makes the table durable; blocks.
    public synchronized void sync() {
        table.force();
        if (moved) {
            try (FileChannel folder = FileChannel.open(folder(), StandardOpenOption.READ)) {
                folder.force(true);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("sync the folder of " + path, e);
            }
            moved = false;
        }
    }

    private Path folder() {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? path : parent;
    }

    @Override
    public synchronized void close() {
        table.force();
    }
}
