package dev.understudy.node.rfs.resync;

import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.ChunkHash;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.FrameType;
import dev.understudy.core.rfs.Item;
import dev.understudy.core.rfs.JoinPlan;
import dev.understudy.core.rfs.Reading;
import dev.understudy.core.rfs.Tracker;
import dev.understudy.node.rfs.tree.Attributes;
import dev.understudy.node.rfs.tree.TreeReader;
import dev.understudy.posix.fs.Stat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One piece of reading for a [SourceJob]: done on the worker, sent from the loop.
final class FileTask {
    private static final int WHOLE_SHIFT = 16;
    private static final int WHOLE_BYTES = 4 << 20;
    private static final int NAMES_BYTES_MAX = 60_000;
    private static final int PUTS = 64;
    private static final int SEGMENTS_MAX = 10_000;
    private static final int SMALL_BYTES = 64 << 10;
    private static final int COMPARE_WEIGHT = 256 << 10; // most files are far smaller than a piece

    /// A name that the target lacks.
    record Put(int tree, FileId parent, TreeReader.Entry entry) {}

    private interface Read {
        /// On the worker; gives what to do on the loop.
        Runnable run() throws IOException;
    }

    private final SourceJob job;
    private final int tree;
    private final FileId id;
    private long firstByte = -1;
    private long endByte = -1;
    private @Nullable Reading reading;

    private FileTask(SourceJob job, int tree, FileId id) {
        this.job = job;
        this.tree = tree;
        this.id = id;
    }

    private void run(Read read) {
        run(read, endByte - firstByte);
    }

    /// @param bytes about what will be read
    private void run(Read read, long bytes) {
        Reading begun = job.plan().read(tree, id, firstByte, endByte);
        reading = begun;
        job.submit(
                () -> {
                    Runnable then;
                    try {
                        then = read.run();
                    } catch (IOException e) {
                        String text = String.valueOf(e.getMessage());
                        then = () -> job.fail("reading failed: " + text);
                    }
                    Runnable next = then;
                    return () -> {
                        job.plan().readEnded(begun);
                        if (!job.isOver()) {
                            next.run();
                        }
                    };
                },
                bytes);
    }

    /// Makes room for a small frame, which the wire copies.
    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Reads data behind what a frame holds already; on the worker.
    ///
    /// @return bytes read, -1 if there is no such file any more
    private int readInto(ByteBuffer frame, long offset) throws IOException {
        if (frame.isDirect()) {
            return job.reader(tree).read(id, offset, frame);
        }
        ByteBuffer scratch = job.scratch(frame.remaining());
        int got = job.reader(tree).read(id, offset, scratch);
        frame.put(scratch.flip());
        return got;
    }

    // ---- names

    static void list(SourceJob job, int tree, FileId directory) {
        FileTask task = new FileTask(job, tree, directory);
        task.run(() -> {
            List<TreeReader.Entry> entries = job.reader(tree).list(directory);
            return () -> task.sendNames(entries);
        });
    }

    private void sendNames(@Nullable List<TreeReader.Entry> entries) {
        if (entries == null) {
            job.plan().namesGone();
            return; // removed meanwhile; its parent's names say so
        }
        if (job.plan().isFirstVisit(id)) {
            for (TreeReader.Entry entry : entries) {
                note(entry);
            }
        }
        long tag = job.remember(entries);
        int index = 0;
        int flags = Item.FIRST;
        do {
            ByteBuffer room = job.frame(namesBytes(entries, index));
            Item.begin(room, FrameType.NAMES, tree, 0, tag, id, 0);
            int countAt = room.position();
            int first = index;
            room.putInt(0);
            while (index < entries.size() && room.position() < NAMES_BYTES_MAX) {
                TreeReader.Entry entry = entries.get(index++);
                room.putLong(entry.id().high()).putLong(entry.id().low()).putInt(entry.type());
                room.putShort((short) entry.name().length).put(entry.name());
            }
            room.putInt(countAt, index - first);
            flags |= index == entries.size() ? Item.LAST : 0;
            room.put(7, (byte) flags);
            flags = 0;
            job.send(room);
        } while (index < entries.size());
    }

    private static int namesBytes(List<TreeReader.Entry> entries, int from) {
        int bytes = Item.HEADER_BYTES + 4;
        for (int i = from; i < entries.size() && bytes < NAMES_BYTES_MAX; i++) {
            bytes += 8 + 8 + 4 + 2 + entries.get(i).name().length;
        }
        return bytes;
    }

    private void note(TreeReader.Entry entry) {
        boolean regular = entry.type() == Stat.S_IFREG;
        job.plan().visit(tree, entry.id(), entry.type() == Stat.S_IFDIR, regular);
        job.seen(regular ? entry.size() : 0);
    }

    private boolean isSpoiled() {
        Reading now = reading;
        return now != null && now.isSpoiled();
    }

    /// Sends the first of the names that the target lacks.
    static void put(SourceJob job, ArrayDeque<Put> puts) {
        List<Put> batch = new ArrayList<>();
        while (!puts.isEmpty() && batch.size() < PUTS) {
            batch.add(puts.remove());
        }
        FileTask task = new FileTask(job, 0, FileId.NONE);
        task.run(() -> {
            List<ByteBuffer> frames = new ArrayList<>();
            for (Put put : batch) {
                TreeReader reader = job.reader(put.tree);
                // The listing is older than this: a file that lost the name since may still be
                // open,
                // or have another one, and the listing that told so may be with the target already.
                Attributes attributes =
                        reader.has(put.parent, put.entry)
                                ? reader.attributes(put.entry.id())
                                : null;
                if (attributes != null) {
                    frames.add(frame(put, attributes));
                }
            }
            return () -> {
                for (int i = frames.size(); i < batch.size(); i++) {
                    job.plan().putGone();
                }
                frames.forEach(job::send);
            };
        });
    }

    private static ByteBuffer frame(Put put, Attributes attributes) {
        byte[] name = put.entry.name();
        ByteBuffer room = buffer(Item.HEADER_BYTES + 16 + 2 + name.length + attributes.bytes());
        Item.begin(room, FrameType.PUT, put.tree, 0, 0, put.entry.id(), 0);
        room.putLong(put.parent.high()).putLong(put.parent.low());
        room.putShort((short) name.length).put(name);
        attributes.write(room);
        return room;
    }

    // ---- attributes

    static void attributes(SourceJob job, int tree, FileId id) {
        FileTask task = new FileTask(job, tree, id);
        task.run(() -> {
            Attributes attributes = job.reader(tree).attributes(id);
            return () -> task.sendAttributes(attributes);
        });
    }

    private void sendAttributes(@Nullable Attributes attributes) {
        if (attributes == null) {
            return; // removed meanwhile
        }
        if (isSpoiled()) {
            job.plan().attributesAgain(tree, id);
            return;
        }
        ByteBuffer room = buffer(Item.HEADER_BYTES + attributes.bytes());
        Item.begin(room, FrameType.ATTRIBUTES, tree, 0, job.host().applied(), id, 0);
        attributes.write(room);
        job.send(room);
        job.fileDone();
    }

    // ---- data

    static void copy(SourceJob job, int tree, FileId id, long first, long end) {
        FileTask task = new FileTask(job, tree, id);
        task.firstByte = first << Tracker.BLOCK_SHIFT;
        task.endByte = end << Tracker.BLOCK_SHIFT;
        task.run(task::readData);
    }

    /// Sends a small file as it is; turns "all of it" of others into the ranges that hold data.
    /// What lies beyond the end is cut.
    static void copyWhole(SourceJob job, int tree, FileId id) {
        FileTask task = new FileTask(job, tree, id);
        boolean fresh = job.plan().takeFresh(id);
        task.run(
                () -> {
                    Attributes attributes = job.reader(tree).attributes(id);
                    long size = attributes == null ? 0 : attributes.size();
                    ByteBuffer small =
                            fresh && attributes != null && size <= SMALL_BYTES
                                    ? task.readSmall((int) size)
                                    : null;
                    if (small != null && attributes != null) {
                        return () -> task.sendSmall(small, attributes);
                    }
                    BlockSet ranges = new BlockSet(Tracker.BLOCK_SHIFT);
                    task.addRanges(ranges, size, fresh);
                    return () -> job.plan().copyRanges(ranges);
                },
                SMALL_BYTES);
    }

    /// @return the data behind room for a header; null if the file has holes or is no longer as
    ///   long
    private @Nullable ByteBuffer readSmall(int size) throws IOException {
        if (size > 0 && job.reader(tree).nextHole(id, 0) != size) {
            return null;
        }
        ByteBuffer frame = job.frame(Item.HEADER_BYTES + size);
        frame.position(Item.HEADER_BYTES);
        int got = size == 0 ? 0 : readInto(frame, 0);
        return got == size ? frame : null;
    }

    private void sendSmall(ByteBuffer frame, Attributes attributes) {
        if (isSpoiled()) {
            job.plan().copyWholeAgain(tree, id);
            return;
        }
        int end = frame.position();
        if (end > Item.HEADER_BYTES) {
            frame.position(0);
            Item.begin(frame, FrameType.COPY, tree, 0, job.host().applied(), id, 0);
            frame.position(end);
            job.send(frame);
            job.copied(end - Item.HEADER_BYTES);
        }
        job.plan().copied(tree, id);
        sendAttributes(attributes);
    }

    /// A hole of a file that was in nobody's way on the target needs no copy; one that may cover
    /// old data is sent as such, so every block counts there.
    private void addRanges(BlockSet ranges, long size, boolean fresh) {
        if (!fresh) {
            ranges.addRange(tree, id.high(), id.low(), 0, size);
            return;
        }
        long at = 0;
        for (int i = 0; at < size && i < SEGMENTS_MAX; i++) {
            long data = job.reader(tree).nextData(id, at);
            if (data < 0) {
                return;
            }
            long hole = job.reader(tree).nextHole(id, data);
            long end = hole < 0 ? size : hole;
            ranges.addRange(tree, id.high(), id.low(), data, end - data);
            at = end;
        }
        ranges.addRange(tree, id.high(), id.low(), at, size - at);
    }

    private Runnable readData() throws IOException {
        int wanted = (int) (endByte - firstByte);
        boolean hole = job.isRegular(tree, id) && isHole();
        ByteBuffer frame = job.frame(Item.HEADER_BYTES + (hole ? 0 : wanted));
        frame.position(Item.HEADER_BYTES);
        boolean data = !hole && job.isRegular(tree, id);
        int got = data ? readInto(frame, firstByte) : 0;
        return () -> {
            if (isSpoiled()) {
                job.plan().copyAgain(tree, id, firstByte, wanted);
            } else if (hole) {
                sendHole(firstByte, wanted);
            } else if (got > 0) {
                frame.position(0);
                Item.begin(frame, FrameType.COPY, tree, 0, job.host().applied(), id, firstByte);
                frame.position(Item.HEADER_BYTES + got);
                job.send(frame);
                job.copied(got);
            }
        };
    }

    private boolean isHole() {
        long data = job.reader(tree).nextData(id, firstByte);
        return data < 0 || data >= endByte;
    }

    private void sendHole(long offset, long length) {
        ByteBuffer frame = buffer(Item.HEADER_BYTES + 8);
        Item.begin(frame, FrameType.HOLE, tree, 0, job.host().applied(), id, offset);
        frame.putLong(length);
        job.send(frame);
    }

    // ---- comparison

    static void compare(SourceJob job, int tree, FileId id, long first, long end) {
        FileTask task = new FileTask(job, tree, id);
        long offset = first << Tracker.BLOCK_SHIFT;
        int bytes = (int) (end - first) << Tracker.BLOCK_SHIFT;
        task.run(() -> task.readHashes(offset, bytes, Tracker.BLOCK_SHIFT, null), bytes);
    }

    static void compareWhole(SourceJob job, int tree, FileId id, long from) {
        FileTask task = new FileTask(job, tree, id);
        // Where only some files are in doubt, few blocks of them will differ: look closely.
        int bytes = job.isDeep() ? WHOLE_BYTES : JoinPlan.COMPARE_BLOCKS << Tracker.BLOCK_SHIFT;
        int shift = job.isDeep() ? WHOLE_SHIFT : Tracker.BLOCK_SHIFT;
        job.plan().comparing(1);
        Runnable more = () -> compareWhole(job, tree, id, from + bytes);
        task.run(() -> task.readHashes(from, bytes, shift, more), COMPARE_WEIGHT);
    }

    private Runnable readHashes(long offset, int bytes, int shift, @Nullable Runnable more)
            throws IOException {
        ByteBuffer data = job.scratch(bytes);
        int got = job.isRegular(tree, id) ? job.reader(tree).read(id, offset, data) : -1;
        int chunk = 1 << shift;
        int count = (Math.max(0, got) + chunk - 1) / chunk;
        ByteBuffer frame = buffer(Item.HEADER_BYTES + 8 + count * Item.HASH_BYTES);
        Item.begin(frame, FrameType.HASHES, tree, shift, 0, id, offset);
        frame.putLong(Math.max(0, got));
        ChunkHash hash = new ChunkHash();
        for (int i = 0; i < count; i++) {
            hash.of(data, i * chunk, Math.min(chunk, got - i * chunk));
            frame.putLong(hash.high()).putLong(hash.low());
        }
        return () -> {
            if (got > 0) {
                job.send(frame);
                job.compared(got);
            }
            if (more != null) {
                job.plan().comparing(-1);
                if (got == bytes) {
                    more.run();
                }
            }
        };
    }
}
