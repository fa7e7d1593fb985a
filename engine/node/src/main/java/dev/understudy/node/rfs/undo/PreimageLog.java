package dev.understudy.node.rfs.undo;

import dev.understudy.core.rfs.FileId;
import dev.understudy.node.rfs.tree.Excludes;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.posix.Native;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;

/// The pre-images of one replicated directory: a file beside what is put aside, of records that are
/// only appended.
///
/// A record is written before what it keeps is changed and handed to the kernel at once, so that a
/// daemon that dies leaves no change without its record; one that was cut short at the end of the
/// file belongs to a change that was never made. It is not synced: after a loss of power nobody can
/// tell which of a record and its change reached the disk, so the log counts within one boot only.
final class PreimageLog implements AutoCloseable {
    static final int HEADER_BYTES = 40;

    /// Most bytes of one record's body.
    static final int BODY_MAX = 1 << 20;

    private static final int MAGIC = 0x55_50_49_31; // "UPI1"

    /// What a record keeps.
    enum Kind {
        /// The first record: when, in which boot, and of which history the copy was.
        BEGIN,
        /// Names of a directory; more follow.
        NAMES,
        /// The last names of a directory, often all of them.
        NAMES_END,
        /// Attributes of a file or directory.
        ATTRIBUTES,
        /// Data of a file at an offset.
        DATA,
        /// A hole of a file at an offset; the body has its length.
        HOLE,
        /// A file or directory that was made since: nothing of it is kept.
        MADE
    }

    /// The position is the value on disk: append only.
    private static final List<Kind> KINDS =
            List.of(
                    Kind.BEGIN,
                    Kind.NAMES,
                    Kind.NAMES_END,
                    Kind.ATTRIBUTES,
                    Kind.DATA,
                    Kind.HOLE,
                    Kind.MADE);

    /// Takes one record.
    interface Taker {
        /// Takes it.
        ///
        /// @param argument offset of DATA and HOLE, else 0
        /// @param body from position to limit, little-endian; valid during the call
        void record(Kind kind, FileId id, long argument, ByteBuffer body) throws IOException;
    }

    /// The file is not what was written: it can't be used.
    static final class Damaged extends IOException {
        private static final long serialVersionUID = 1;

        Damaged(String text) {
            super(text);
        }
    }

    private final FileChannel channel;
    private final ByteBuffer header =
            ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private long bytes;

    private PreimageLog(FileChannel channel) {
        this.channel = channel;
    }

    /// Leads below the mount to what is put aside.
    static Path aside(LowerTree tree) {
        return Path.of("/proc/self/fd", String.valueOf(tree.rootFd()), Excludes.ASIDE);
    }

    private static Path path(LowerTree tree) {
        return aside(tree).resolve("preimages");
    }

    /// Begins an empty log; the directory for what is put aside must be there.
    static PreimageLog create(LowerTree tree) throws IOException {
        return new PreimageLog(
                FileChannel.open(
                        path(tree),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
    }

    /// Opens the log of an earlier process; reading it comes first.
    ///
    /// @throws NoSuchFileException if there is none
    static PreimageLog open(LowerTree tree) throws IOException {
        return new PreimageLog(
                FileChannel.open(path(tree), StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    static void delete(LowerTree tree) throws IOException {
        Files.deleteIfExists(path(tree));
    }

    /// Returns how many bytes it has.
    long bytes() {
        return bytes;
    }

    /// Appends a record.
    ///
    /// @param body from position to limit; its position is kept
    void append(Kind kind, FileId id, long argument, ByteBuffer body) throws IOException {
        int length = body.remaining();
        if (length > BODY_MAX) {
            throw new IllegalArgumentException("record of " + length + " bytes");
        }
        header.clear();
        header.putInt(MAGIC).putInt(KINDS.indexOf(kind) | length << 3);
        header.putLong(id.high()).putLong(id.low()).putLong(argument);
        crc.reset();
        crc.update(header.array(), 0, header.position());
        crc.update(body.duplicate());
        header.putLong(crc.getValue()).flip();
        ByteBuffer[] parts = {header, body.duplicate()};
        long at = bytes;
        channel.position(at);
        long left = HEADER_BYTES + (long) length;
        while (left > 0) {
            left -= channel.write(parts);
        }
        bytes = at + HEADER_BYTES + length;
    }

    /// Reads all records from the start; what was cut short at the end is cut off.
    ///
    /// @throws Damaged if something in between is not what was written
    void read(Taker taker) throws IOException {
        ByteBuffer in = Native.pages(BODY_MAX).order(ByteOrder.LITTLE_ENDIAN);
        long size = channel.size();
        long at = 0;
        while (size - at >= HEADER_BYTES) {
            fill(header.clear(), at);
            int word = header.getInt(4);
            int length = word >>> 3;
            int kind = word & 7;
            if (header.getInt(0) != MAGIC || length > BODY_MAX || kind >= KINDS.size()) {
                throw new Damaged("no record at byte " + at);
            }
            if (size - at - HEADER_BYTES < length) {
                break;
            }
            fill(in.clear().limit(length), at + HEADER_BYTES);
            crc.reset();
            crc.update(header.array(), 0, HEADER_BYTES - Long.BYTES);
            crc.update(in.duplicate());
            if (crc.getValue() != header.getLong(HEADER_BYTES - Long.BYTES)) {
                throw new Damaged("record at byte " + at + " has another sum");
            }
            FileId id = new FileId(header.getLong(8), header.getLong(16));
            taker.record(KINDS.get(kind), id, header.getLong(24), in);
            at += HEADER_BYTES + length;
        }
        channel.truncate(at);
        bytes = at;
    }

    private void fill(ByteBuffer into, long at) throws IOException {
        long from = at;
        while (into.hasRemaining()) {
            int now = channel.read(into, from);
            if (now < 0) {
                throw new EOFException("cut short at byte " + from);
            }
            from += now;
        }
        into.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
