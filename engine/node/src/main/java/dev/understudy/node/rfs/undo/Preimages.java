package dev.understudy.node.rfs.undo;

import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.Op;
import dev.understudy.core.rfs.OpView;
import dev.understudy.core.rfs.Tracker;
import dev.understudy.node.rfs.tree.Attributes;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.node.rfs.tree.TreeReader;
import dev.understudy.node.rfs.tree.TreeWriter;
import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Mounts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps what a resynchronisation is about to overwrite, each place once: blocks of data,
/// attributes, the names of a directory. Files that lose their last name stay aside as they are.
///
/// Whoever changes the target's trees calls the method for it first. Where something can't be kept
/// (no room, a failing disk, too many files) nothing is kept any longer, which is told, and the
/// resynchronisation goes on. For one thread.
public final class Preimages implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Preimages.class);
    private static final int BLOCK_SHIFT = Tracker.BLOCK_SHIFT;
    private static final long BLOCK = 1L << BLOCK_SHIFT;
    private static final int SHARE_OF_DISK = 10;
    private static final long RESERVE_MAX = 1L << 30;
    private static final int RESERVE_SHARE = 20;
    private static final long LOOK_BYTES = 16L << 20;

    private final List<LowerTree> trees;
    private final String bootId;
    private final long bytesMax;
    private final Consumer<String> onLost;
    private final List<TreeReader> readers = new ArrayList<>();
    private final List<TreeWriter> writers = new ArrayList<>();
    private final List<PreimageLog> logs = new ArrayList<>();
    private final BlockSet kept = new BlockSet(BLOCK_SHIFT);
    private final ByteBuffer buffer =
            Native.pages(PreimageLog.BODY_MAX).order(ByteOrder.LITTLE_ENDIAN);
    private final Mounts.Statfs room = new Mounts.Statfs();
    private long lookAgain;
    private long beginnings;

    /// Most bytes that are kept, unless a tenth of the file system is less.
    public static final long BYTES_MAX = 20L << 30;

    /// Makes an object that keeps nothing yet.
    ///
    /// @param bootId the machine's present boot
    /// @param bytesMax most bytes to keep, see [#BYTES_MAX]
    /// @param onLost hears why nothing is kept any longer
    public Preimages(List<LowerTree> trees, String bootId, long bytesMax, Consumer<String> onLost) {
        this.trees = List.copyOf(trees);
        this.bootId = bootId;
        this.bytesMax = bytesMax;
        this.onLost = onLost;
        for (LowerTree tree : trees) {
            readers.add(new TreeReader(tree));
            writers.add(new TreeWriter(tree));
        }
    }

    /// Tells whether the copy can be set back to what it was.
    public boolean isKept() {
        return !logs.isEmpty();
    }

    /// Begins to keep what the copies are now. What was kept before, and what still lies aside, is
    /// dropped.
    public synchronized void begin(Origin origin) {
        beginnings++;
        close();
        kept.clear();
        lookAgain = 0;
        try {
            for (int i = 0; i < trees.size(); i++) {
                // what lies aside moves the root's time
                FileId rootId = trees.get(i).rootId();
                Attributes root = readers.get(i).attributes(rootId);
                writers.get(i).finish();
                writers.get(i).openAside();
                PreimageLog log = PreimageLog.create(trees.get(i));
                logs.add(log);
                log.append(PreimageLog.Kind.BEGIN, FileId.NONE, 0, origin.encode());
                if (root != null) {
                    writers.get(i).setAttributes(rootId, root);
                    keepAttributes(i, rootId);
                }
            }
        } catch (IOException e) {
            lose(e);
        }
    }

    /// Goes on with what an earlier process kept, if that is of this boot and whole.
    ///
    /// @return whether there was something
    public synchronized boolean resume() {
        beginnings++;
        close();
        kept.clear();
        lookAgain = 0;
        boolean found = false;
        try {
            for (int i = 0; i < trees.size(); i++) {
                PreimageLog log = PreimageLog.open(trees.get(i));
                logs.add(log);
                found = true;
                int tree = i;
                boolean[] begun = new boolean[1];
                log.read((kind, id, argument, body) ->
                        begun[0] |= again(tree, kind, id, argument, body));
                if (!begun[0]) {
                    throw new PreimageLog.Damaged("no beginning");
                }
            }
            return true;
        } catch (NoSuchFileException none) {
            if (found) {
                lose(none);
            }
            return found;
        } catch (IOException e) {
            lose(e);
            return true;
        }
    }

    private boolean again(int tree, PreimageLog.Kind kind, FileId id, long at, ByteBuffer body)
            throws IOException {
        switch (kind) {
            case BEGIN -> {
                if (!Origin.decode(body).bootId().equals(bootId)) {
                    throw new PreimageLog.Damaged("the machine was restarted since");
                }
                return true;
            }
            case NAMES -> {}
            case NAMES_END -> kept.addNames(tree, id.high(), id.low());
            case ATTRIBUTES -> kept.addAttributes(tree, id.high(), id.low());
            case DATA -> kept.addRange(tree, id.high(), id.low(), at, body.remaining());
            case HOLE -> kept.addRange(tree, id.high(), id.low(), at, body.getLong(0));
            case MADE -> noteMade(tree, id);
        }
        return false;
    }

    private void noteMade(int tree, FileId id) {
        kept.addWhole(tree, id.high(), id.low());
        kept.addNames(tree, id.high(), id.low());
        kept.addAttributes(tree, id.high(), id.low());
    }

    // ---- before a change

    /// A file or directory was made; nothing of it needs to be kept.
    public void made(int tree, FileId id) {
        if (!isKept()) {
            return;
        }
        try {
            append(tree, PreimageLog.Kind.MADE, id, 0, buffer.clear().limit(0));
            noteMade(tree, id);
        } catch (IOException e) {
            lose(e);
        }
    }

    /// Mode, owner, size, times or extended attributes are about to change.
    public void attributes(int tree, FileId id) {
        if (!isKept()) {
            return;
        }
        try {
            keepAttributes(tree, id);
        } catch (IOException e) {
            lose(e);
        }
    }

    private void keepAttributes(int tree, FileId id) throws IOException {
        BlockSet.Part part = kept.find(id.high(), id.low());
        if (part != null && part.hasAttributes()) {
            return;
        }
        Attributes now = readers.get(tree).attributes(id);
        if (now == null) {
            return; // not here: nothing to keep
        }
        ByteBuffer body = ByteBuffer.allocate(now.bytes());
        now.write(body);
        append(tree, PreimageLog.Kind.ATTRIBUTES, id, 0, body.flip());
        kept.addAttributes(tree, id.high(), id.low());
    }

    /// A name is about to come into a directory, or to leave it.
    public void names(int tree, FileId directory) {
        if (!isKept()) {
            return;
        }
        try {
            keepNames(tree, directory);
        } catch (IOException e) {
            lose(e);
        }
    }

    private void keepNames(int tree, FileId directory) throws IOException {
        BlockSet.Part part = kept.find(directory.high(), directory.low());
        if (part != null && part.hasNames()) {
            return;
        }
        keepAttributes(tree, directory); // names move its time
        List<TreeReader.Entry> entries = readers.get(tree).list(directory);
        if (entries == null) {
            return;
        }
        buffer.clear();
        for (TreeReader.Entry entry : entries) {
            if (buffer.remaining() < Names.bytes(entry.name())) {
                append(tree, PreimageLog.Kind.NAMES, directory, 0, buffer.flip());
                buffer.clear();
            }
            Names.put(buffer, entry);
        }
        append(tree, PreimageLog.Kind.NAMES_END, directory, 0, buffer.flip());
        kept.addNames(tree, directory.high(), directory.low());
    }

    /// A range of a file is about to be overwritten, or to become a hole.
    public void data(int tree, FileId id, long offset, long length) {
        if (!isKept() || length <= 0) {
            return;
        }
        try {
            keepAttributes(tree, id);
            keepData(tree, id, offset >>> BLOCK_SHIFT, ((offset + length - 1) >>> BLOCK_SHIFT) + 1);
        } catch (IOException e) {
            lose(e);
        }
    }

    /// A file is about to get a size, maybe a smaller one.
    public void size(int tree, FileId id, long size) {
        if (!isKept()) {
            return;
        }
        try {
            keepAttributes(tree, id);
            Attributes now = readers.get(tree).attributes(id);
            if (now != null && now.isRegular() && now.size() > size) {
                long end = ((now.size() - 1) >>> BLOCK_SHIFT) + 1;
                keepData(tree, id, size >>> BLOCK_SHIFT, end);
            }
        } catch (IOException e) {
            lose(e);
        }
    }

    private void keepData(int tree, FileId id, long first, long end) throws IOException {
        BlockSet.Part part = kept.find(id.high(), id.low());
        if (part == null || part.isWhole()) {
            return; // not here, or made since
        }
        for (long block = first; block < end; ) {
            if (part.holds(block)) {
                block = part.runEnd(block, end);
                continue;
            }
            long next = part.nextBlock(block);
            long stop =
                    Math.min(
                            next < 0 ? end : Math.min(next, end),
                            block + (PreimageLog.BODY_MAX >>> BLOCK_SHIFT));
            keepRun(tree, id, block * BLOCK, (stop - block) * BLOCK);
            kept.addRange(tree, id.high(), id.low(), block * BLOCK, (stop - block) * BLOCK);
            if (part.isWhole()) {
                throw new IOException("too many places of one file are changed");
            }
            block = stop;
        }
    }

    private void keepRun(int tree, FileId id, long offset, long length) throws IOException {
        TreeReader reader = readers.get(tree);
        long data = reader.nextData(id, offset);
        if (data < 0 || data >= offset + length) {
            buffer.clear().putLong(length).flip();
            append(tree, PreimageLog.Kind.HOLE, id, offset, buffer);
            return;
        }
        buffer.clear().limit((int) length);
        if (reader.read(id, offset, buffer) > 0) {
            append(tree, PreimageLog.Kind.DATA, id, offset, buffer.flip());
        }
    }

    /// An operation of the application is about to be applied.
    public void before(OpView op) {
        if (!isKept()) {
            return;
        }
        int tree = op.tree();
        FileId id = new FileId(op.idHigh(), op.idLow());
        switch (op.kind()) {
            case WRITE -> data(tree, id, op.arg(), op.dataLength());
            case CREATE, MKDIR, MKNOD, SYMLINK -> {
                names(tree, op.parent());
                made(tree, id);
            }
            case TMPFILE -> made(tree, id);
            case LINK -> names(tree, op.parent());
            case UNLINK, RMDIR -> {
                names(tree, op.parent());
                leaves(tree, op.parent(), name(op, op.nameAt(), op.nameLength()), id);
            }
            case RENAME -> {
                names(tree, op.parent());
                names(tree, op.newParent());
                if (!op.replaced().isNone()) {
                    byte[] name = name(op, op.newNameAt(), op.newNameLength());
                    leaves(tree, op.newParent(), name, op.replaced());
                }
            }
            case SETATTR -> {
                attributes(tree, id);
                if ((op.mask() & Op.SET_SIZE) != 0) {
                    size(tree, id, op.arg());
                }
            }
            case SETXATTR, REMOVEXATTR, TIMES -> attributes(tree, id);
            case FALLOCATE -> {
                attributes(tree, id);
                boolean destroys = (op.allocationMode() & ~Fd.FALLOC_FL_KEEP_SIZE) != 0;
                data(tree, id, op.arg(), destroys ? op.allocationLength() : 0);
            }
            case SYNC, RELEASE -> {}
        }
    }

    private static byte[] name(OpView op, int at, int length) {
        byte[] name = new byte[length];
        op.buffer().get(at, name);
        return name;
    }

    /// Gives what tells that a directory is about to be moved out of another one, for the writer of
    /// a tree.
    public Consumer<FileId> moves(int tree) {
        return from -> names(tree, from);
    }

    /// A name goes, and with it maybe what it leads to: a directory can be made again, anything
    /// else gets another name aside.
    private void leaves(int tree, FileId parent, byte[] name, FileId id) {
        try {
            BlockSet.Part part = kept.find(id.high(), id.low());
            if (part != null && part.isWhole()) {
                return; // made since
            }
            if (!writers.get(tree).keep(parent, name)) {
                names(tree, id);
            }
        } catch (IOException e) {
            lose(e);
        }
    }

    // ---- room

    private void append(int tree, PreimageLog.Kind kind, FileId id, long at, ByteBuffer body)
            throws IOException {
        if (!isKept()) {
            return;
        }
        look(tree, body.remaining());
        logs.get(tree).append(kind, id, at, body);
        if (kept.isEverything()) {
            throw new IOException("more than " + BlockSet.FILES_MAX + " files are changed");
        }
    }

    /// What all logs have, and now and then what the file system has left.
    private void look(int tree, int more) throws IOException {
        long all = more;
        for (PreimageLog log : logs) {
            all += log.bytes();
        }
        if (all < lookAgain) {
            return;
        }
        Errno.check(
                "look at the room of " + trees.get(tree).directory(),
                Mounts.fstatfs(trees.get(tree).rootFd(), room));
        long total = room.blocks() * room.blockSize();
        long most = Math.min(bytesMax, total / SHARE_OF_DISK);
        lookAgain = Math.min(all + LOOK_BYTES, most + 1);
        if (all > most) {
            throw new IOException("more than %,d bytes would be kept".formatted(most));
        }
        if (room.blocksAvailable() * room.blockSize()
                < Math.min(RESERVE_MAX, total / RESERVE_SHARE)) {
            throw new IOException(
                    "the file system of " + trees.get(tree).directory() + " is almost full");
        }
    }

    private void lose(IOException why) {
        LOG.info("pre-images are dropped: {}", why.toString());
        drop();
        onLost.accept(String.valueOf(why.getMessage()));
    }

    /// Keeps nothing any longer; what lies aside stays until a resynchronisation clears it away.
    public void drop() {
        close();
        kept.clear();
        for (LowerTree tree : trees) {
            try {
                PreimageLog.delete(tree);
            } catch (IOException e) {
                LOG.warn("pre-images of {}: {}", tree.directory(), e.getMessage());
            }
        }
    }

    /// Keeps nothing any longer and removes all that lies aside: the copies are complete, or about
    /// to be written.
    ///
    /// @throws IOException with the error of the file system
    public synchronized void clear() throws IOException {
        drop();
        for (int i = 0; i < trees.size(); i++) {
            FileId rootId = trees.get(i).rootId();
            Attributes root = readers.get(i).attributes(rootId);
            writers.get(i).finish();
            if (root != null) {
                writers.get(i).setAttributes(rootId, root);
            }
        }
    }

    /// Like [#clear], to be run later: does nothing if something is kept anew by then.
    public synchronized Runnable clearing() {
        long asked = beginnings;
        return () -> {
            synchronized (this) {
                if (asked == beginnings) {
                    try {
                        clear();
                    } catch (IOException e) {
                        LOG.warn(
                                "what lies aside of a resynchronisation stays: {}", e.getMessage());
                    }
                }
            }
        };
    }

    /// Sets the copies back to what they were, durable on return; nobody else may change them
    /// meanwhile. What is kept stays until [#clear], so it may be repeated.
    ///
    /// @return what they are now
    /// @throws IOException if something could not be restored: the copies are a mixture still, and
    ///   it may be tried again
    public synchronized Origin setBack() throws IOException {
        if (!isKept()) {
            throw new IOException("nothing of what was there before is kept");
        }
        Origin origin = null;
        for (int i = 0; i < trees.size(); i++) {
            origin = new SetBack(trees.get(i), logs.get(i), writers.get(i)).run();
        }
        for (LowerTree tree : trees) {
            tree.sync();
        }
        return java.util.Objects.requireNonNull(origin);
    }

    /// Closes the files; what is kept stays for the next process.
    @Override
    public void close() {
        for (PreimageLog log : logs) {
            try {
                log.close();
            } catch (IOException e) {
                LOG.warn("pre-images: {}", e.getMessage());
            }
        }
        logs.clear();
    }
}
