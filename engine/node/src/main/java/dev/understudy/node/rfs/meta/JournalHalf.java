package dev.understudy.node.rfs.meta;

import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// One append-only file of marks, each 32 bytes with its own CRC, behind a header with a salt.
///
/// The file is filled with zeros ahead, so that making a mark durable costs one write; 32 divides
/// the 512 bytes that a disk writes at once, so a record is there or not, never torn. Emptying is a
/// new salt: marks of an older salt count as absent. A record that is neither zeros nor whole is
/// damage.
final class JournalHalf implements AutoCloseable {
    static final int RECORD = 32;
    static final int RANGE = 1;
    static final int WHOLE = 2;
    static final int ATTRIBUTES = 3;
    static final int NAMES = 4;
    static final int CUT = 5;
    static final int EVERYTHING = 6;

    private static final int MAGIC = 0x4a445355; // "USDJ"
    private static final int FORMAT = 1;
    private static final int FIRST_BYTES = 1 << 20;
    private static final long BYTES_MAX = 64L << 20;

    private final Path path;
    private final FileChannel file;
    private final ByteBuffer batch =
            ByteBuffer.allocateDirect(64 * 1024).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private int salt;
    private long position;
    private long filled;
    private boolean overflowed;

    private JournalHalf(Path path, FileChannel file) {
        this.path = path;
        this.file = file;
    }

    /// Opens the file and adds its marks to `into`.
    ///
    /// @param damaged its first element becomes true if `into` cannot be trusted
    static JournalHalf open(Path path, BlockSet into, boolean[] damaged) throws IOException {
        boolean missing = !Files.exists(path);
        FileChannel file =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        JournalHalf half = new JournalHalf(path, file);
        try {
            if (missing) {
                half.initialise();
            } else {
                damaged[0] |= !half.load(into);
            }
            return half;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void initialise() throws IOException {
        fill(FIRST_BYTES);
        salt = 1;
        writeHeader();
        position = RECORD;
        file.force(true);
    }

    private void fill(long upTo) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(64 * 1024);
        long at = filled;
        while (at < upTo) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), upTo - at));
            at += file.write(zeros, at);
        }
        filled = upTo;
    }

    private void writeHeader() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(RECORD).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(4, MAGIC).putInt(8, FORMAT).putInt(12, salt);
        header.putInt(0, crc(header));
        writeAll(header, 0);
    }

    private void writeAll(ByteBuffer from, long at) throws IOException {
        long to = at;
        while (from.hasRemaining()) {
            to += file.write(from, to);
        }
    }

    private int crc(ByteBuffer record) {
        crc.reset();
        crc.update(record.duplicate().position(4).limit(RECORD));
        return (int) crc.getValue();
    }

    private boolean load(BlockSet into) throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) Math.min(file.size(), BYTES_MAX * 2));
        all.order(ByteOrder.LITTLE_ENDIAN);
        while (all.hasRemaining() && file.read(all, all.position()) > 0) {
            assert all.position() > 0;
        }
        all.flip();
        filled = all.limit();
        boolean whole = all.limit() >= FIRST_BYTES && all.limit() % RECORD == 0;
        ByteBuffer header = all.limit() < RECORD ? null : all.slice(0, RECORD).order(all.order());
        if (header == null
                || header.getInt(0) != crc(header)
                || header.getInt(4) != MAGIC
                || header.getInt(8) != FORMAT) {
            restart();
            return false;
        }
        salt = header.getInt(12);
        position = RECORD;
        for (int at = RECORD; at + RECORD <= all.limit(); at += RECORD) {
            ByteBuffer record = all.slice(at, RECORD).order(all.order());
            if (isBlank(record)) {
                continue; // never written, or lost before it had to be there
            }
            if (record.getInt(0) != crc(record)) {
                whole = false;
            } else if (record.getShort(6) == (short) salt) {
                add(record, into);
                position = (long) at + RECORD;
            }
        }
        if (!whole) {
            restart();
        }
        return whole;
    }

    private void restart() throws IOException {
        filled = 0;
        file.truncate(0);
        initialise();
    }

    private static boolean isBlank(ByteBuffer record) {
        return (record.getLong(0) | record.getLong(8) | record.getLong(16) | record.getLong(24))
                == 0;
    }

    private static void add(ByteBuffer record, BlockSet into) {
        int tree = record.get(5) & 0xff;
        FileId id = FileId.read(record, 8);
        long first = record.getInt(24) & 0xffff_ffffL;
        long count = record.getInt(28) & 0xffff_ffffL;
        switch (record.get(4)) {
            case RANGE ->
                    into.addRange(
                            tree,
                            id.high(),
                            id.low(),
                            first << DirtyJournal.EXTENT_SHIFT,
                            count << DirtyJournal.EXTENT_SHIFT);
            case WHOLE -> into.addWhole(tree, id.high(), id.low());
            case ATTRIBUTES -> into.addAttributes(tree, id.high(), id.low());
            case NAMES -> into.addNames(tree, id.high(), id.low());
            case CUT -> into.addCut(tree, id.high(), id.low(), first | (count << 32));
            default -> into.addEverything();
        }
    }

    /// Appends one mark to the batch.
    void append(int type, int tree, long high, long low, long first, long count)
            throws IOException {
        if (overflowed) {
            return;
        }
        int kind = type;
        if (position + batch.position() + 2 * RECORD > BYTES_MAX) {
            kind = EVERYTHING;
            overflowed = true;
        }
        if (batch.remaining() < RECORD) {
            write();
        }
        int at = batch.position();
        batch.put(at + 4, (byte) kind).put(at + 5, (byte) tree).putShort(at + 6, (short) salt);
        batch.putLong(at + 8, high).putLong(at + 16, low);
        batch.putInt(at + 24, (int) first).putInt(at + 28, (int) count);
        crc.reset();
        crc.update(batch.duplicate().limit(at + RECORD).position(at + 4));
        batch.putInt(at, (int) crc.getValue());
        batch.position(at + RECORD);
    }

    /// Hands the batch to the kernel: it survives the death of this process.
    void write() throws IOException {
        if (batch.position() == 0) {
            return;
        }
        if (position + batch.position() > filled) {
            fill(Math.min(BYTES_MAX, filled * 2));
        }
        batch.flip();
        int bytes = batch.remaining();
        writeAll(batch, position);
        position += bytes;
        batch.clear();
    }

    /// Makes everything handed over durable; from any thread.
    void force() throws IOException {
        file.force(false);
    }

    /// Empties the half.
    void clear() throws IOException {
        batch.clear();
        salt = (salt + 1) & 0x7fff;
        overflowed = false;
        writeHeader();
        position = RECORD;
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
