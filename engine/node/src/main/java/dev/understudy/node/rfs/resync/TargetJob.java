package dev.understudy.node.rfs.resync;

import dev.understudy.core.rfs.BadFrame;
import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.ChunkHash;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.FrameType;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Item;
import dev.understudy.core.rfs.JoinPhase;
import dev.understudy.core.rfs.Tracker;
import dev.understudy.node.rfs.stream.Wire;
import dev.understudy.node.rfs.tree.Attributes;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.node.rfs.tree.TreeReader;
import dev.understudy.node.rfs.tree.TreeWriter;
import dev.understudy.node.rfs.undo.Preimages;
import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Stat;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The target's side of a resynchronisation: does what the source's frames say, in their order, on
/// the module's loop. Whatever it changes is marked as unconfirmed first.
public final class TargetJob {
    private static final int SCRATCH_BYTES = 4 << 20;

    /// What the job asks of the data path.
    public interface Host {
        /// Marks what is about to be changed.
        ///
        /// @param flags bits `MARK_` of [Item]
        void mark(int tree, FileId id, int flags, long offset, long length);

        /// The source says how it will go; the answer BEGUN is sent when `begun` runs.
        void begin(boolean compare, Runnable begun);

        /// Operations follow, from this number on.
        void mirror(long first);

        /// Makes everything durable and says READY.
        void finish();

        /// Gives what this copy may have of its own, for the source.
        BlockSet ownSets();

        /// The disk refused.
        void failed(IOException cause);
    }

    private final Wire wire;
    private final Host host;
    private final List<LowerTree> trees;
    private final boolean adopts;
    private final Preimages before;
    private final List<TreeWriter> writers = new ArrayList<>();
    private final List<TreeReader> readers = new ArrayList<>();
    private final ByteBuffer scratch = Native.pages(SCRATCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ChunkHash hash = new ChunkHash();
    private final ArrayDeque<ByteBuffer> outgoing = new ArrayDeque<>();
    private Map<String, FileId> present = new HashMap<>();
    private final List<Integer> lacking = new ArrayList<>();
    private int nameIndex;
    private boolean absent;
    private long framesDone;
    private long bytesDone;
    private long reported;
    private long bytesCopied;
    private boolean over;
    private boolean comparesAll;
    private Progress progress = new Progress("starting", 0, 0, 0, 0, 0, 0);

    /// Makes a job that waits for the source's first frame.
    ///
    /// @param adopts whether what lies here was brought by other means and has no history: files
    ///   under the right names are taken for the source's, and compared
    /// @param before keeps what is overwritten
    public TargetJob(
            Wire wire, Host host, List<LowerTree> trees, boolean adopts, Preimages before) {
        this.wire = wire;
        this.host = host;
        this.adopts = adopts;
        this.before = before;
        this.trees = List.copyOf(trees);
        for (int i = 0; i < trees.size(); i++) {
            writers.add(new TreeWriter(trees.get(i), before.moves(i)));
            readers.add(new TreeReader(trees.get(i)));
        }
    }

    /// Takes a frame of the source.
    ///
    /// @return false when it does not belong to a resynchronisation
    public boolean frame(int type, ByteBuffer buffer, int at) {
        if (over) {
            return type >= FrameType.BEGIN;
        }
        try {
            boolean counted = act(type, buffer, at);
            if (counted) {
                framesDone++;
                bytesDone += Frames.bytes(buffer, at);
            }
            return counted
                    || type == FrameType.BEGIN
                    || type == FrameType.MIRROR
                    || type == FrameType.PROGRESS
                    || type == FrameType.FINISH;
        } catch (IOException e) {
            giveUp(e);
            return true;
        } catch (BufferUnderflowException
                | IndexOutOfBoundsException
                | IllegalArgumentException e) {
            throw new BadFrame("resynchronisation frame of type " + type + " cut short");
        }
    }

    private void giveUp(IOException e) {
        over = true;
        String text = String.valueOf(e.getMessage());
        ByteBuffer room = wire.room(Frames.BASE_BYTES + Frames.TEXT_BYTES_MAX);
        int at = room.position();
        Frames.error(room, Frames.Reason.DISK, 0, text);
        room.put(at + 4, (byte) FrameType.GIVE_UP);
        wire.flush();
        host.failed(e);
    }

    private boolean act(int type, ByteBuffer buffer, int at) throws IOException {
        switch (type) {
            case FrameType.BEGIN -> {
                comparesAll = Frames.small(buffer, at) == Item.MODE_COMPARE;
                host.begin(comparesAll, this::begun);
                return false;
            }
            case FrameType.MIRROR -> {
                host.mirror(Frames.value(buffer, at));
                return false;
            }
            case FrameType.FINISH -> {
                report();
                host.finish();
                return false;
            }
            case FrameType.NAMES -> names(buffer, at);
            case FrameType.PUT -> put(buffer, at);
            case FrameType.CUT -> cut(buffer, at);
            case FrameType.COPY -> copy(buffer, at);
            case FrameType.HOLE -> hole(buffer, at);
            case FrameType.ATTRIBUTES -> attributes(buffer, at);
            case FrameType.HASHES -> hashes(buffer, at);
            case FrameType.PROGRESS -> {
                progress(buffer, at);
                return false;
            }
            case FrameType.SETTLE -> {
                if (!before.isKept()) { // else it stays aside until this copy is READY
                    for (TreeWriter writer : writers) {
                        writer.finish();
                    }
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void begun() {
        BlockSet own = host.ownSets();
        if (own.isEverything()) {
            sendMark(255, FileId.NONE, 0, 0, 0);
        }
        for (int i = 0; i < own.files(); i++) {
            BlockSet.Part part = own.file(i);
            boolean whole = part.isWhole() || part.cut() != BlockSet.NO_CUT;
            int flags =
                    (whole ? Item.MARK_WHOLE : 0)
                            | (part.hasNames() ? Item.MARK_NAMES : 0)
                            | Item.MARK_ATTRIBUTES;
            sendMark(part.tree(), part.id(), flags, 0, 0);
            for (long block = whole ? -1 : part.nextBlock(0); block >= 0; ) {
                long end = part.runEnd(block, 1L << 50);
                sendMark(
                        part.tree(),
                        part.id(),
                        Item.MARK_RANGE,
                        block << Tracker.BLOCK_SHIFT,
                        (end - block) << Tracker.BLOCK_SHIFT);
                block = part.nextBlock(end);
            }
        }
        ByteBuffer frame = FileTask.buffer(Frames.BASE_BYTES);
        Frames.plain(frame, FrameType.BEGUN, 0, 0);
        send(frame);
    }

    private void sendMark(int tree, FileId id, int flags, long offset, long length) {
        ByteBuffer frame = FileTask.buffer(Item.HEADER_BYTES + 8);
        Item.begin(frame, FrameType.MARK, tree, flags, 0, id, offset);
        frame.putLong(length);
        Item.end(frame, 0);
        send(frame);
    }

    /// Answers; what one read brought is answered in one piece.
    private void send(ByteBuffer frame) {
        outgoing.add(frame.flip());
        drain();
    }

    /// Sends what waits, as far as there is room.
    public void pump() {
        drain();
        wire.flush();
    }

    private void drain() {
        while (!outgoing.isEmpty() && wire.hasRoom()) {
            ByteBuffer frame = outgoing.remove();
            wire.append(frame, 0, frame.limit());
        }
    }

    /// Tells the source how far this side is; after the frames of one read.
    public void endOfBatch() {
        if (framesDone > reported) {
            report();
        }
        wire.flush();
    }

    private void report() {
        reported = framesDone;
        ByteBuffer frame = FileTask.buffer(24);
        Frames.outcome(frame, FrameType.DONE, framesDone, 0);
        frame.putLong(16, bytesDone);
        send(frame); // behind the answers it stands for
    }

    private LowerTree tree(ByteBuffer buffer, int at) {
        return trees.get(Item.tree(buffer, at));
    }

    private void names(ByteBuffer buffer, int at) throws IOException {
        int flags = Item.flags(buffer, at);
        int tree = Item.tree(buffer, at);
        FileId directory = Item.id(buffer, at);
        if ((flags & Item.FIRST) != 0) {
            host.mark(tree, directory, Item.MARK_NAMES | Item.MARK_ATTRIBUTES, 0, 0);
            before.names(tree, directory);
            present = new HashMap<>();
            lacking.clear();
            nameIndex = 0;
            List<TreeReader.Entry> here = readers.get(tree).list(directory);
            absent = here == null;
            for (TreeReader.Entry entry : here == null ? List.<TreeReader.Entry>of() : here) {
                present.put(latin(entry.name()), entry.id());
            }
        }
        ByteBuffer body = Item.body(buffer, at);
        for (int count = body.getInt(); count > 0; count--, nameIndex++) {
            FileId id = new FileId(body.getLong(), body.getLong());
            body.getInt();
            byte[] name = new byte[body.getShort() & 0xffff];
            body.get(name);
            if (!id.equals(present.remove(latin(name)))) {
                lacking.add(nameIndex);
            }
        }
        if ((flags & Item.LAST) != 0) {
            for (String gone : present.keySet()) {
                writers.get(tree).remove(directory, gone.getBytes(LATIN));
            }
            answerNames(tree, directory, Item.tag(buffer, at));
        }
    }

    private static final java.nio.charset.Charset LATIN =
            java.nio.charset.StandardCharsets.ISO_8859_1;

    private static String latin(byte[] name) {
        return new String(name, LATIN);
    }

    private void answerNames(int tree, FileId directory, long tag) {
        ByteBuffer frame = FileTask.buffer(Item.HEADER_BYTES + 4 + 4 * lacking.size());
        Item.begin(frame, FrameType.NAMES_RESULT, tree, 0, tag, directory, 0);
        // A directory that is not here yet comes with the names of its parent, then it is asked
        // for again.
        frame.putInt(absent ? -1 : lacking.size());
        if (!absent) {
            lacking.forEach(frame::putInt);
        }
        Item.end(frame, 0);
        send(frame);
    }

    private void put(ByteBuffer buffer, int at) throws IOException {
        int tree = Item.tree(buffer, at);
        FileId id = Item.id(buffer, at);
        ByteBuffer body = Item.body(buffer, at);
        FileId parent = new FileId(body.getLong(), body.getLong());
        byte[] name = new byte[body.getShort() & 0xffff];
        body.get(name);
        Attributes attributes = Attributes.read(body);
        host.mark(tree, id, Item.MARK_ATTRIBUTES, 0, 0);
        before.names(tree, parent);
        before.size(tree, id, attributes.size());
        boolean adopt = adopts && !before.isKept();
        TreeWriter.Placed placed = writers.get(tree).put(id, parent, name, attributes, adopt);
        if (placed == TreeWriter.Placed.MADE) {
            before.made(tree, id);
            int flags = attributes.type() == Stat.S_IFDIR ? Item.MARK_NAMES : Item.MARK_WHOLE;
            host.mark(tree, id, flags, 0, 0);
        }
        int flags =
                switch (placed) {
                    case THERE -> 0;
                    case ADOPTED -> Item.ADOPTED;
                    case MADE -> Item.MADE;
                    case LATER -> Item.LATER;
                };
        FileId of = placed == TreeWriter.Placed.LATER ? parent : id;
        ByteBuffer frame = FileTask.buffer(Item.HEADER_BYTES);
        Item.begin(frame, FrameType.CREATED, tree, flags, 0, of, attributes.type());
        Item.end(frame, 0);
        send(frame);
    }

    private void progress(ByteBuffer buffer, int at) {
        ByteBuffer body = Item.body(buffer, at);
        progress =
                new Progress(
                        JoinPhase.of(Item.flags(buffer, at)).word(comparesAll),
                        body.getLong(),
                        body.getLong(),
                        body.getLong(),
                        body.getLong(),
                        body.getLong(),
                        body.getLong());
    }

    /// Tells how far it is: what the source said last, with the bytes that have come since.
    public Progress progress() {
        Progress said = progress;
        return new Progress(
                said.phase(),
                said.filesLeft(),
                Math.max(0, said.bytesLeft() - Math.max(0, bytesCopied - said.bytesCopied())),
                said.filesDone(),
                bytesCopied,
                said.bytesCompared(),
                said.bytesPerSecond());
    }

    /// Tells whether everything is compared.
    public boolean comparesAll() {
        return comparesAll;
    }

    private void cut(ByteBuffer buffer, int at) throws IOException {
        int tree = Item.tree(buffer, at);
        FileId id = Item.id(buffer, at);
        host.mark(tree, id, Item.MARK_WHOLE, 0, 0);
        before.size(tree, id, Item.arg(buffer, at));
        Attributes have = readers.get(tree).attributes(id);
        if (have != null && have.isRegular() && have.size() > Item.arg(buffer, at)) {
            truncate(tree(buffer, at), id, Item.arg(buffer, at));
        }
    }

    private static void truncate(LowerTree tree, FileId id, long size) throws IOException {
        LowerFile file = tree.byId(id);
        int fd = file == null ? -1 : tree.pin(file);
        if (file == null || fd < 0) {
            return; // removed meanwhile
        }
        try {
            Errno.check("truncate " + id, Fd.ftruncate(fd, size));
        } finally {
            tree.unpin(file);
        }
    }

    private void copy(ByteBuffer buffer, int at) throws IOException {
        int tree = Item.tree(buffer, at);
        FileId id = Item.id(buffer, at);
        int length = Frames.bytes(buffer, at) - Item.HEADER_BYTES;
        long offset = Item.arg(buffer, at);
        host.mark(tree, id, Item.MARK_RANGE | Item.MARK_ATTRIBUTES, offset, length);
        before.data(tree, id, offset, length);
        ByteBuffer data = buffer.duplicate();
        data.limit(at + Item.HEADER_BYTES + length).position(at + Item.HEADER_BYTES);
        writers.get(tree).write(id, offset, data);
        bytesCopied += length;
    }

    private void hole(ByteBuffer buffer, int at) throws IOException {
        int tree = Item.tree(buffer, at);
        FileId id = Item.id(buffer, at);
        long offset = Item.arg(buffer, at);
        long length = Item.body(buffer, at).getLong(0);
        if (offset < 0 || length <= 0) {
            throw new BadFrame("hole of " + length + " bytes at " + offset);
        }
        long data = readers.get(tree).nextData(id, offset);
        if (data >= 0 && data < offset + length) {
            host.mark(tree, id, Item.MARK_RANGE | Item.MARK_ATTRIBUTES, offset, length);
            before.data(tree, id, offset, length);
            writers.get(tree).punch(id, offset, length);
        }
    }

    private void attributes(ByteBuffer buffer, int at) throws IOException {
        int tree = Item.tree(buffer, at);
        FileId id = Item.id(buffer, at);
        host.mark(tree, id, Item.MARK_ATTRIBUTES, 0, 0);
        Attributes attributes = Attributes.read(Item.body(buffer, at));
        before.size(tree, id, attributes.size());
        writers.get(tree).setAttributes(id, attributes);
    }

    private void hashes(ByteBuffer buffer, int at) throws IOException {
        int tree = Item.tree(buffer, at);
        FileId id = Item.id(buffer, at);
        int shift = Item.flags(buffer, at);
        long offset = Item.arg(buffer, at);
        ByteBuffer body = Item.body(buffer, at);
        long length = body.getLong();
        if (shift < 12 || shift > 22 || length <= 0 || length > SCRATCH_BYTES || offset < 0) {
            throw new BadFrame("hashes of " + length + " bytes, chunks of 2^" + shift);
        }
        int chunk = 1 << shift;
        int count = (int) ((length + chunk - 1) >>> shift);
        scratch.clear().limit((int) length);
        int got = Math.max(0, readers.get(tree).read(id, offset, scratch));
        byte[] differ = new byte[(count + 7) / 8];
        boolean any = false;
        for (int i = 0; i < count; i++) {
            int from = i * chunk;
            int bytes = Math.min(chunk, (int) length - from);
            boolean equal = false;
            if (from + bytes <= got) {
                hash.of(scratch, from, bytes);
                equal =
                        hash.high() == body.getLong(8 + i * Item.HASH_BYTES)
                                && hash.low() == body.getLong(16 + i * Item.HASH_BYTES);
            }
            if (!equal) {
                differ[i >>> 3] |= (byte) (1 << (i & 7));
                any = true;
            }
        }
        if (any) {
            ByteBuffer frame = FileTask.buffer(Item.HEADER_BYTES + differ.length);
            Item.begin(frame, FrameType.DIFFER, tree, shift, 0, id, offset);
            frame.put(differ);
            Item.end(frame, 0);
            send(frame);
        }
    }

    /// Returns bytes of data that were copied here.
    public long bytesCopied() {
        return bytesCopied;
    }
}
