package dev.understudy.node.rfs.tree;

import dev.understudy.posix.fs.Stat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a file is beside its data and names: what both nodes must agree on. Change and access times
/// are left out: programs cannot set the one, reading changes the other.
///
/// @param mode type and permission bits
/// @param size bytes, 0 for everything but regular files
/// @param device number of a device in the kernel's 32-bit form, else 0
/// @param links number of names (1 for directories)
/// @param target of a symbolic link, else empty; one character for one byte
/// @param xattrs name to value, ACLs included, ours left out; names one character for one byte
public record Attributes(
        int mode,
        int uid,
        int gid,
        long size,
        long mtimeSeconds,
        int mtimeNanos,
        int device,
        int links,
        String target,
        SortedMap<String, byte[]> xattrs) {
    private static final int FIXED_BYTES = 48;

    /// Gives the type as `S_IF...` bits.
    public int type() {
        return mode & Stat.S_IFMT;
    }

    /// Tells whether it is a directory.
    public boolean isDirectory() {
        return type() == Stat.S_IFDIR;
    }

    /// Tells whether it is a regular file.
    public boolean isRegular() {
        return type() == Stat.S_IFREG;
    }

    /// Tells whether both describe equal files, the number of names left out.
    public boolean sameAs(Attributes other) {
        return mode == other.mode
                && uid == other.uid
                && gid == other.gid
                && size == other.size
                && mtimeSeconds == other.mtimeSeconds
                && mtimeNanos == other.mtimeNanos
                && device == other.device
                && target.equals(other.target)
                && sameXattrs(other);
    }

    private boolean sameXattrs(Attributes other) {
        if (!xattrs.keySet().equals(other.xattrs.keySet())) {
            return false;
        }
        return xattrs.entrySet().stream()
                .allMatch(e -> Arrays.equals(e.getValue(), other.xattrs.get(e.getKey())));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Attributes o && links == o.links && sameAs(o);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(size * 31 + mtimeSeconds) * 31 + mode;
    }

    /// Gives the bytes that [#write] writes.
    public int bytes() {
        int bytes = FIXED_BYTES + target.length();
        for (Map.Entry<String, byte[]> xattr : xattrs.entrySet()) {
            bytes += 6 + xattr.getKey().length() + xattr.getValue().length;
        }
        return bytes;
    }

    /// Writes everything at the buffer's position, little-endian; equal attributes give equal
    /// bytes.
    public void write(ByteBuffer to) {
        to.order(ByteOrder.LITTLE_ENDIAN);
        to.putInt(mode).putInt(uid).putInt(gid).putInt(device);
        to.putLong(size).putLong(mtimeSeconds);
        to.putInt(mtimeNanos).putInt(links);
        to.putInt(target.length()).putInt(xattrs.size());
        to.put(latin(target));
        for (Map.Entry<String, byte[]> xattr : xattrs.entrySet()) {
            to.putShort((short) xattr.getKey().length()).putInt(xattr.getValue().length);
            to.put(latin(xattr.getKey())).put(xattr.getValue());
        }
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws IllegalArgumentException if lengths do not fit what is there
    public static Attributes read(ByteBuffer from) {
        from.order(ByteOrder.LITTLE_ENDIAN);
        need(from, FIXED_BYTES);
        int mode = from.getInt();
        int uid = from.getInt();
        int gid = from.getInt();
        int device = from.getInt();
        long size = from.getLong();
        long mtimeSeconds = from.getLong();
        int mtimeNanos = from.getInt();
        int links = from.getInt();
        int targetLength = from.getInt();
        int count = from.getInt();
        String target = text(from, targetLength);
        SortedMap<String, byte[]> xattrs = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            need(from, 6);
            int nameLength = from.getShort() & 0xffff;
            int valueLength = from.getInt();
            String name = text(from, nameLength);
            need(from, valueLength);
            byte[] value = new byte[valueLength];
            from.get(value);
            xattrs.put(name, value);
        }
        return new Attributes(
                mode, uid, gid, size, mtimeSeconds, mtimeNanos, device, links, target, xattrs);
    }

    private static String text(ByteBuffer from, int length) {
        need(from, length);
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static void need(ByteBuffer from, int bytes) {
        if (bytes < 0 || bytes > from.remaining()) {
            throw new IllegalArgumentException("attributes cut short");
        }
    }

    static byte[] latin(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
