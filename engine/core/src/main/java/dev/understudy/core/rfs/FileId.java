package dev.understudy.core.rfs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Names a file or directory on both nodes: 128 bits, kept with the inode, never a path.
///
/// On the wire and in the extended attribute: `high`, then `low`, each little-endian.
///
/// @param high first eight bytes
/// @param low last eight bytes
public record FileId(long high, long low) {
    /// Bytes of an id wherever it is stored.
    public static final int BYTES = 16;

    /// Stands for "no file", for example nothing was replaced by a rename.
    public static final FileId NONE = new FileId(0, 0);

    /// Returns whether this is [#NONE].
    public boolean isNone() {
        return (high | low) == 0;
    }

    /// Gives the id of the root of a replicated directory: the first 16 bytes of SHA-256 of
    /// `root:MODULE:DIRECTORY`.
    ///
    /// @param module name of the module
    /// @param directory id of the replicated directory in the module's configuration
    public static FileId ofRoot(String module, String directory) {
        try {
            byte[] name = ("root:" + module + ":" + directory).getBytes(StandardCharsets.UTF_8);
            return read(ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(name)), 0);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /// Reads an id.
    ///
    /// @param at index of its first byte; the buffer's position and order do not matter
    public static FileId read(ByteBuffer from, int at) {
        return new FileId(littleEndian(from, at), littleEndian(from, at + 8));
    }

    /// Writes this id at the index `at`; position and order of the buffer do not matter.
    public void write(ByteBuffer to, int at) {
        boolean little = to.order() == ByteOrder.LITTLE_ENDIAN;
        to.putLong(at, little ? high : Long.reverseBytes(high));
        to.putLong(at + 8, little ? low : Long.reverseBytes(low));
    }

    private static long littleEndian(ByteBuffer from, int at) {
        long value = from.getLong(at);
        return from.order() == ByteOrder.LITTLE_ENDIAN ? value : Long.reverseBytes(value);
    }

    /// Returns 32 hexadecimal digits, the bytes in stored order.
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(Long.reverseBytes(high)) + hex.toHexDigits(Long.reverseBytes(low));
    }
}
