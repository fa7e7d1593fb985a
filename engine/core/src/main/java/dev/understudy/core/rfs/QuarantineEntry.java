package dev.understudy.core.rfs;

import dev.understudy.core.member.Generation;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What one entry of the quarantine holds: the files that a copy had of its own when it was given
/// up, and when and why.
///
/// As bytes, big-endian: magic u32 `UQEN`, version u16 (now 1), the fields in the order of the
/// record, CRC-32C u32 of all before. Text is a u16 length and UTF-8, a path a u16 length and its
/// bytes. Damaged or foreign bytes read as null: such an entry is shown as damaged, its files are
/// there all the same.
///
/// @param madeAtMs when it was complete, milliseconds since 1970 UTC
/// @param generation of the data that were given up
/// @param isEverything nobody knew what the copy had of its own: all of it is here
/// @param bytes of data
public record QuarantineEntry(
        long madeAtMs, Generation generation, boolean isEverything, long bytes, List<Kept> files) {
    private static final int MAGIC = 0x5551454e;
    private static final int VERSION = 1;
    private static final int FIXED_BYTES = 4 + 2 + 8 + 8 + 1 + 8 + 4 + 4;
    private static final int FILE_BYTES = 2 + 2 + 4 + 8 + 8;

    /// A file or directory that is kept.
    ///
    /// @param directory id of the replicated directory
    /// @param path below it, one character for one byte, without slashes at its ends
    /// @param type `S_IF...` bits
    /// @param size in bytes, 0 for everything but regular files
    /// @param modifiedS seconds since 1970
    public record Kept(String directory, String path, int type, long size, long modifiedS) {}

    public QuarantineEntry {
        files = List.copyOf(files);
    }

    /// Encodes the entry.
    public byte[] encode() {
        int length = FIXED_BYTES;
        List<byte[]> texts = new ArrayList<>();
        for (Kept file : files) {
            texts.add(file.directory.getBytes(StandardCharsets.UTF_8));
            texts.add(file.path.getBytes(StandardCharsets.ISO_8859_1));
            length += FILE_BYTES + texts.getLast().length + texts.get(texts.size() - 2).length;
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        out.putInt(MAGIC).putShort((short) VERSION).putLong(madeAtMs).putLong(generation.value());
        out.put((byte) (isEverything ? 1 : 0)).putLong(bytes).putInt(files.size());
        for (int i = 0; i < files.size(); i++) {
            for (byte[] text : texts.subList(2 * i, 2 * i + 2)) {
                out.putShort((short) text.length).put(text);
            }
            Kept file = files.get(i);
            out.putInt(file.type).putLong(file.size).putLong(file.modifiedS);
        }
        out.putInt(crc(out.array(), out.position()));
        return out.array();
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /// Decodes an entry.
    ///
    /// @return null if the bytes are not those of an entry, or of a version that is not known
    public static @Nullable QuarantineEntry decode(byte[] bytes) {
        int body = bytes.length - 4;
        if (bytes.length < FIXED_BYTES || ByteBuffer.wrap(bytes).getInt(body) != crc(bytes, body)) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, body);
        try {
            if (in.getInt() != MAGIC || in.getShort() != VERSION) {
                return null;
            }
            long madeAtMs = in.getLong();
            Generation generation = new Generation(in.getLong());
            boolean isEverything = in.get() != 0;
            long size = in.getLong();
            int count = in.getInt();
            List<Kept> files = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                files.add(
                        new Kept(
                                new String(text(in), StandardCharsets.UTF_8),
                                new String(text(in), StandardCharsets.ISO_8859_1),
                                in.getInt(),
                                in.getLong(),
                                in.getLong()));
            }
            return in.hasRemaining()
                    ? null
                    : new QuarantineEntry(madeAtMs, generation, isEverything, size, files);
        } catch (BufferUnderflowException cutShort) {
            return null;
        }
    }

    private static byte[] text(ByteBuffer in) {
        byte[] text = new byte[in.getShort() & 0xffff];
        in.get(text);
        return text;
    }
}
