package dev.understudy.node.rfs.tree;

import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.ProcPath;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.fs.Xattr;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads the attributes of open files. For one thread.
final class AttributeReader {
    private static final int LIST_BYTES = 65536;

    private final String where;
    private final Stat stat = new Stat();
    private final ProcPath procPath = new ProcPath();
    private final ByteBuffer list = Native.allocate(LIST_BYTES, 8);
    private final long listAddress = Native.address(list);
    private final ByteBuffer value = Native.allocate(LIST_BYTES, 8);
    private final long valueAddress = Native.address(value);

    /// @param where the directory that errors name
    AttributeReader(String where) {
        this.where = where;
    }

    /// Reads the attributes of what a descriptor is open on.
    ///
    /// @param pathOnly whether it is an O_PATH one
    /// @throws IOException if they cannot be read
    Attributes read(int fd, boolean pathOnly) throws IOException {
        Errno.check("statx a file of", where, stat.of(fd));
        boolean regular = stat.isRegular();
        boolean device = stat.type() == Stat.S_IFCHR || stat.type() == Stat.S_IFBLK;
        return new Attributes(
                stat.mode(),
                stat.uid(),
                stat.gid(),
                regular ? stat.size() : 0,
                stat.mtimeSeconds(),
                stat.mtimeNanos(),
                device ? stat.device() : 0,
                stat.isDirectory() ? 1 : stat.links(),
                stat.type() == Stat.S_IFLNK ? target(fd) : "",
                xattrs(fd, pathOnly));
    }

    private String target(int fd) throws IOException {
        int length =
                (int)
                        Errno.check(
                                "read a link of " + where,
                                At.readlinkat(fd, Stat.emptyName(), valueAddress, LIST_BYTES));
        return text(value, length);
    }

    private static String text(ByteBuffer from, int length) {
        byte[] bytes = new byte[length];
        from.get(0, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private SortedMap<String, byte[]> xattrs(int fd, boolean pathOnly) throws IOException {
        SortedMap<String, byte[]> xattrs = new TreeMap<>();
        long length =
                pathOnly
                        ? Xattr.list(procPath.of(fd), listAddress, LIST_BYTES)
                        : Xattr.flist(fd, listAddress, LIST_BYTES);
        Errno.check("list attributes in " + where, length);
        if (length == 0) {
            return xattrs;
        }
        int start = 0;
        for (String name : text(list, (int) length).split("\0", -1)) {
            if (!name.isEmpty() && !name.startsWith("trusted.understudy.")) {
                long at = listAddress + start;
                long size =
                        pathOnly
                                ? Xattr.get(procPath.of(fd), at, valueAddress, LIST_BYTES)
                                : Xattr.fget(fd, at, valueAddress, LIST_BYTES);
                if (size >= 0) {
                    byte[] bytes = new byte[(int) size];
                    value.get(0, bytes);
                    xattrs.put(name, bytes);
                } else if (size != -Errno.ENODATA) {
                    throw Errno.failed("read attribute " + name, size);
                }
            }
            start += name.length() + 1;
        }
        return xattrs;
    }
}
