package dev.understudy.node.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// One small record that is always whole: two slots with the same content, each with sequence and
/// CRC.
///
/// A write makes one slot durable, then the other, and is answered then. So a kill or a power cut
/// at any instant leaves the last answered record readable, and a slot that rots loses nothing: the
/// other one has the same. Written in turn, the one left would be older, and nobody could tell a
/// rotten slot from a write that a power cut tore. Opening makes both slots equal again. Both are
/// there from the start, so that a missing one shows. Not thread-safe.
public final class SlotFile implements AutoCloseable {
    private static final int MAGIC = 0x55534c54; // "USLT"
    private static final int FORMAT = 1;
    private static final int HEADER = 32;
    private static final int SLOT = 64 * 1024;

    /// Largest record in bytes.
    public static final int PAYLOAD_MAX = SLOT - HEADER;

    private final Path path;
    private final FileChannel file;
    private byte @Nullable [] current;
    private boolean damaged;
    private long sequence;

    private SlotFile(Path path, FileChannel file) {
        this.path = path;
        this.file = file;
    }

    /// Opens the file, creating it if absent, and reads the newest whole record.
    ///
    /// @throws IOException if it cannot be opened or read
    public static SlotFile open(Path path) throws IOException {
        boolean fresh = !java.nio.file.Files.exists(path);
        FileChannel file =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        SlotFile result = new SlotFile(path, file);
        try {
            if (fresh) syncFolder(path.toAbsolutePath().getParent());
            result.load();
            return result;
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /// The last durable record, or null if none was ever written whole.
    public byte @Nullable [] read() {
        return current == null ? null : current.clone();
    }

    /// Says whether there was a record and no slot of it can be read: it must not be guessed.
    public boolean lost() {
        return damaged && current == null;
    }

    /// Replaces the record; returns when it is durable.
    ///
    /// @param payload at most [#PAYLOAD_MAX] bytes
    /// @throws IOException if the disk refuses; what is read later is this record or the one before
    public void write(byte[] payload) throws IOException {
        if (payload.length > PAYLOAD_MAX) {
            throw new IOException(
                    path + ": record of " + payload.length + " bytes, at most " + PAYLOAD_MAX);
        }
        long number = ++sequence;
        writeSlot(0, number, payload);
        writeSlot(1, number, payload);
        current = payload.clone();
        damaged = false;
    }

    private void writeSlot(int slot, long number, byte[] payload) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(HEADER + payload.length);
        out.putInt(MAGIC).putInt(FORMAT).putLong(number).putInt(payload.length).putInt(0);
        out.putLong(crc(number, payload)).put(payload).flip();
        long at = (long) slot * SLOT;
        while (out.hasRemaining()) at += file.write(out, at);
        file.force(false);
    }

    private void load() throws IOException {
        long size = file.size();
        if (size == 0) {
            file.write(ByteBuffer.allocate(1), 2L * SLOT - 1);
            return;
        }
        damaged = size < 2L * SLOT; // a slot may be cut off
        long[] numbers = {-1, -1};
        for (int i = 0; i < 2; i++) {
            ByteBuffer header = readFully((long) i * SLOT, HEADER);
            if (isBlank(header)) continue;
            byte[] payload = payload(header, i);
            if (payload == null) {
                damaged = true;
                continue;
            }
            numbers[i] = header.getLong(8);
            if (current == null || numbers[i] > sequence) {
                current = payload;
                sequence = numbers[i];
            }
        }
        byte[] newest = current;
        if (newest != null) {
            // From here on it is known to others: a torn write must not bring an older one back.
            for (int i = 0; i < 2; i++) {
                if (numbers[i] != sequence) writeSlot(i, sequence, newest);
            }
        }
    }

    private byte @Nullable [] payload(ByteBuffer header, int index) throws IOException {
        if (header.remaining() < HEADER
                || header.getInt(0) != MAGIC
                || header.getInt(4) != FORMAT) {
            return null;
        }
        int length = header.getInt(16);
        if (length < 0 || length > PAYLOAD_MAX) return null;
        ByteBuffer body = readFully((long) index * SLOT + HEADER, length);
        if (body.remaining() < length) return null;
        byte[] payload = new byte[length];
        body.get(payload);
        return crc(header.getLong(8), payload) == header.getLong(24) ? payload : null;
    }

    private ByteBuffer readFully(long position, int length) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(length);
        while (in.hasRemaining()) {
            int n = file.read(in, position + in.position());
            if (n < 0) break;
        }
        return in.flip();
    }

    private static boolean isBlank(ByteBuffer header) {
        for (int i = 0; i < header.limit(); i++) {
            if (header.get(i) != 0) return false;
        }
        return true;
    }

    private static long crc(long sequence, byte[] payload) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(sequence).putLong(payload.length).flip());
        crc.update(payload);
        return crc.getValue();
    }

    /// Makes a new name in a folder durable. // fsync(2): the directory needs its own fsync.
    ///
    /// @throws IOException if the folder cannot be opened or synced
    public static void syncFolder(@Nullable Path folder) throws IOException {
        if (folder == null) return;
        try (FileChannel dir = FileChannel.open(folder, StandardOpenOption.READ)) {
            dir.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
