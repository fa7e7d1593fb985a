package dev.understudy.safe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// The files of a module and their one byte form: a ZIP with stored entries sorted by name.
///
/// @param files by path with `/`; names are ASCII, so String order is byte order
public record Archive(SortedMap<String, File> files) {
    /// Most entries.
    public static final int ENTRIES_MAX = 2000;

    /// Largest archive in bytes, headers included.
    public static final int BYTES_MAX = 64 << 20;

    /// Longest path in bytes.
    public static final int NAME_BYTES_MAX = 200;

    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;

    // MS-DOS date of 1980-01-01: year 0 << 9 | month 1 << 5 | day 1; time 0. A local time without
    // zone, so nothing depends on where the archive is made.
    private static final short DOS_DATE = 1 << 5 | 1;

    private static final short STORED = 0;
    private static final short VERSION_NEEDED = 10;
    // Made by: 3 = Unix in the high byte, version 1.0 in the low one (APPNOTE.TXT 4.4.2).
    private static final short VERSION_MADE = 3 << 8 | 10;
    private static final short UTF8_NAMES = 1 << 11; // APPNOTE.TXT 4.4.4, bit 11

    public Archive {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /// One file: its contents, which nobody may change, and whether it is executable (0755).
    public static final class File {
        private final byte[] bytes;
        private final boolean executable;

        /// Makes a file; the array becomes its own.
        public File(byte[] bytes, boolean executable) {
            this.bytes = bytes;
            this.executable = executable;
        }

        /// Gives the contents; not to be changed.
        public byte[] bytes() {
            return bytes;
        }

        /// Tells whether the mode is 0755 instead of 0644.
        public boolean executable() {
            return executable;
        }

        /// Gives the contents as UTF-8 text; malformed bytes become U+FFFD.
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof File file
                    && file.executable == executable
                    && Arrays.equals(file.bytes, bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes) * 2 + (executable ? 1 : 0);
        }

        @Override
        public String toString() {
            return bytes.length + " bytes" + (executable ? ", executable" : "");
        }
    }

    /// Makes an archive of named files.
    public static Archive of(Map<String, File> files) {
        return new Archive(new TreeMap<>(files));
    }

    /// Gives the length of the byte form; it may be above [#BYTES_MAX].
    public long length() {
        long length = END_BYTES;
        for (Map.Entry<String, File> e : files.entrySet()) {
            int name = e.getKey().getBytes(StandardCharsets.UTF_8).length;
            length += LOCAL_BYTES + CENTRAL_BYTES + 2L * name + e.getValue().bytes().length;
        }
        return length;
    }

    /// Gives the one byte form of these files.
    ///
    /// @throws IllegalStateException above the limits; readers and writers look first
    public byte[] toBytes() {
        if (files.size() > ENTRIES_MAX || length() > BYTES_MAX) {
            throw new IllegalStateException("archive above its limits");
        }
        ByteBuffer out = ByteBuffer.allocate((int) length());
        encode(out::put);
        return out.array();
    }

    /// Compares the byte form with bytes, without making a second copy of them.
    ///
    /// @return offset of the first byte that differs or is missing or too much; -1 = equal
    public int mismatch(byte[] bytes) {
        int[] state = {0, -1}; // bytes compared, first difference
        encode(piece -> {
            int end = Math.min(bytes.length, state[0] + piece.length);
            if (state[1] < 0) {
                int at = Arrays.mismatch(bytes, state[0], end, piece, 0, piece.length);
                state[1] = at < 0 ? -1 : state[0] + at;
            }
            state[0] = end;
        });
        return state[1] >= 0 || state[0] == bytes.length ? state[1] : state[0];
    }

    @SuppressWarnings("ByteBufferBackingArray") // little() allocates
    private void encode(Consumer<byte[]> out) {
        byte[] directoryBytes = new byte[centralBytes()];
        ByteBuffer directory = little(directoryBytes);
        int offset = 0;
        for (Map.Entry<String, File> e : files.entrySet()) {
            byte[] name = e.getKey().getBytes(StandardCharsets.UTF_8);
            File file = e.getValue();
            int crc = crc(file.bytes());
            putCentral(directory, name, file, crc, offset);
            byte[] headerBytes = new byte[LOCAL_BYTES + name.length];
            ByteBuffer header = little(headerBytes);
            header.putInt(0x04034b50).putShort(VERSION_NEEDED);
            putCommon(header, name, file, crc);
            header.put(name);
            out.accept(headerBytes);
            out.accept(file.bytes());
            offset += headerBytes.length + file.bytes().length;
        }
        out.accept(directoryBytes);
        byte[] endBytes = new byte[END_BYTES];
        ByteBuffer end = little(endBytes);
        end.putInt(0x06054b50).putShort((short) 0).putShort((short) 0);
        end.putShort((short) files.size()).putShort((short) files.size());
        end.putInt(directoryBytes.length).putInt(offset).putShort((short) 0);
        out.accept(endBytes);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Gives the digest of a byte form: SHA-256, 64 lower-case hexadecimal digits.
    public static String digest(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// Gives the CRC-32 of ZIP.
    public static int crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private int centralBytes() {
        int length = 0;
        for (String name : files.keySet()) {
            length += CENTRAL_BYTES + name.getBytes(StandardCharsets.UTF_8).length;
        }
        return length;
    }

    private static void putCommon(ByteBuffer out, byte[] name, File file, int crc) {
        out.putShort(UTF8_NAMES).putShort(STORED).putShort((short) 0).putShort(DOS_DATE);
        out.putInt(crc).putInt(file.bytes().length).putInt(file.bytes().length);
        out.putShort((short) name.length).putShort((short) 0);
    }

    private static void putCentral(ByteBuffer out, byte[] name, File file, int crc, int offset) {
        out.putInt(0x02014b50).putShort(VERSION_MADE).putShort(VERSION_NEEDED);
        putCommon(out, name, file, crc);
        out.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        // External attributes: the Unix mode of a regular file (S_IFREG, 0100000) in the high half.
        out.putInt((file.executable() ? 0100755 : 0100644) << 16).putInt(offset).put(name);
    }
}
