package dev.understudy.posix.fuse;

import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Cover;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.MountTable;
import dev.understudy.posix.fs.Mounts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// One mounted FUSE file system: requests are read from it and replies written to it.
///
/// The connection lives as long as some process holds its descriptor; when the last one is closed
/// the kernel answers every request with ENOTCONN. Reads and replies allocate nothing and may be
/// mixed between threads as long as each uses its own buffers.
public final class FuseConnection implements AutoCloseable {
    /// The file system type that /proc/self/mountinfo shows.
    public static final String TYPE = "fuse.understudy";

    private static final int F_SETFL = 4; // asm-generic/fcntl.h
    private static final int INIT_ROOM = 8192 + Fuse.DATA_MAX;
    private static final int READ_AHEAD_KIB = 1024;

    private final Path directory;
    private final int fd;
    private int minor;
    private int dataMax = Fuse.DATA_MAX;
    // What never waits and what may must not share a lock: the thread that answers requests sends
    // the former, and the latter waits for its answers.
    private final ByteBuffer notice = Native.allocate(512, 8);
    private final long noticeAddress = Native.address(notice);
    private final ByteBuffer slowNotice = Native.allocate(512, 8);
    private final long slowNoticeAddress = Native.address(slowNotice);
    private boolean closed;

    private FuseConnection(Path directory, int fd) {
        this.directory = directory;
        this.fd = fd;
    }

    /// Takes away mounts of ours that an earlier daemon left on a directory. They are never asked
    /// anything: a dead one fails, and one whose daemon hangs would not answer.
    ///
    /// @return how many were taken away
    /// @throws IOException if /proc cannot be read
    public static int detachStale(Path directory) throws IOException {
        String point = resolved(directory);
        int detached = 0;
        while (isOurs(point) && Mounts.unmount(point, Mounts.MNT_FORCE | Mounts.MNT_DETACH) >= 0) {
            detached++;
        }
        return detached;
    }

    private static boolean isOurs(String point) throws IOException {
        boolean ours = false;
        for (MountTable.Entry mount : MountTable.read()) {
            if (mount.point().equals(point)) {
                ours = mount.type().equals(TYPE) || Cover.is(mount);
            }
        }
        return ours;
    }

    /// Resolves links on the way to a directory without touching what is mounted on it.
    private static String resolved(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        Path name = absolute.getFileName();
        if (parent == null || name == null || !Files.exists(parent)) {
            return absolute.toString();
        }
        return parent.toRealPath().resolve(name).toString();
    }

    /// Mounts over a directory and agrees on the protocol; the permission checks are the kernel's.
    ///
    /// @param directory absolute, without symbolic links
    /// @param source what mount(8) shows as the device
    /// @param flags `MS_...` bits of [Mounts]
    /// @throws IOException if FUSE is missing, the mount fails or the kernel is too old
    public static FuseConnection mount(Path directory, String source, long flags)
            throws IOException {
        int fd;
        try (CString device = CString.of("/dev/fuse")) {
            fd =
                    Errno.check(
                            "open /dev/fuse",
                            At.openat(At.AT_FDCWD, device.address(), At.O_RDWR | At.O_CLOEXEC, 0));
        }
        String options =
                "fd=%d,rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other,max_read=%d"
                        .formatted(fd, Fuse.DATA_MAX);
        int mounted = Mounts.mount(source, directory.toString(), TYPE, flags, options);
        if (mounted < 0) {
            Fd.close(fd);
            throw Errno.failed("mount FUSE on " + directory, mounted);
        }
        FuseConnection connection = new FuseConnection(directory, fd);
        try {
            connection.agree();
            Errno.check("fcntl /dev/fuse", Fd.fcntl(fd, F_SETFL, At.O_NONBLOCK));
        } catch (IOException e) {
            Mounts.unmount(directory.toString(), Mounts.MNT_FORCE | Mounts.MNT_DETACH);
            Fd.close(fd);
            throw e;
        }
        return connection;
    }

    private void agree() throws IOException {
        ByteBuffer in = Native.map(INIT_ROOM);
        try {
            long address = Native.address(in);
            Errno.check("read INIT from /dev/fuse", Fd.read(fd, address, INIT_ROOM));
            if (in.getInt(Fuse.IN_OPCODE) != Fuse.INIT) {
                throw new IOException("first FUSE request is " + in.getInt(Fuse.IN_OPCODE));
            }
            int body = Fuse.IN_HEADER;
            int major = in.getInt(body);
            minor = in.getInt(body + 4);
            long offered = in.getInt(body + 12) & 0xffffffffL;
            if ((offered & Fuse.INIT_EXT) != 0) {
                offered |= (long) in.getInt(body + 16) << 32;
            }
            if (major != Fuse.VERSION
                    || minor < Fuse.MINOR_MIN
                    || (offered & Fuse.REQUIRED) != Fuse.REQUIRED) {
                throw new IOException(
                        "this kernel speaks FUSE %d.%d, flags %x; needed is Linux 5.13 or newer"
                                .formatted(major, minor, offered));
            }
            answerInit(in.getLong(Fuse.IN_UNIQUE), offered & Fuse.WANTED, in.getInt(body + 8));
        } finally {
            Native.unmap(in);
        }
    }

    private void answerInit(long unique, long flags, int readAhead) throws IOException {
        int length = Fuse.OUT_HEADER + Fuse.INIT_OUT;
        ByteBuffer out = notice;
        header(out, length, 0, unique);
        int body = Fuse.OUT_HEADER;
        out.putInt(body, Fuse.VERSION);
        out.putInt(body + 4, Fuse.MINOR);
        out.putInt(body + 8, Math.max(readAhead, READ_AHEAD_KIB << 10));
        out.putInt(body + 12, (int) flags);
        out.putShort(body + 16, (short) 128); // max_background
        out.putShort(body + 18, (short) 96); // congestion_threshold
        out.putInt(body + 20, Fuse.DATA_MAX); // max_write
        out.putInt(body + 24, 1); // time_gran, ns
        out.putShort(body + 28, (short) (Fuse.DATA_MAX >> 12)); // max_pages
        out.putShort(body + 30, (short) 0);
        out.putInt(body + 32, (int) (flags >>> 32));
        for (int i = 36; i < Fuse.INIT_OUT; i += 4) {
            out.putInt(body + i, 0);
        }
        Errno.check("answer INIT", Fd.write(fd, noticeAddress, length));
    }

    /// Raises the kernel's read-ahead for this mount without asking the mount anything; a system
    /// that does not let us keeps its own.
    ///
    /// @return whether it was raised
    public boolean raiseReadAhead() {
        try {
            String device = "";
            for (MountTable.Entry mount : MountTable.read()) {
                if (mount.point().equals(directory.toString())) {
                    device = mount.device();
                }
            }
            Path bdi = Path.of("/sys/class/bdi/" + device + "/read_ahead_kb");
            if (!device.isEmpty() && Files.isWritable(bdi)) {
                Files.write(
                        bdi, String.valueOf(READ_AHEAD_KIB).getBytes(StandardCharsets.US_ASCII));
                return true;
            }
        } catch (IOException e) {
            return false; // no sysfs in this namespace, or read-only
        }
        return false;
    }

    /// Gives the descriptor of /dev/fuse, non-blocking; whoever else holds it keeps the mount
    /// alive.
    public int fd() {
        return fd;
    }

    /// Gives the directory that is covered.
    public Path directory() {
        return directory;
    }

    /// Gives the minor version of the protocol that the kernel speaks.
    public int minor() {
        return minor;
    }

    /// Gives the most bytes of data in one WRITE or READ.
    public int dataMax() {
        return dataMax;
    }

    /// Reads one request.
    ///
    /// @param length at least 80 bytes more than [#dataMax]
    /// @return bytes of the request; -EAGAIN if there is none, -ENODEV if it was unmounted, -ENOENT
    ///   or -EINTR if the request went away: read again
    public int read(long address, int length) {
        return (int) Fd.read(fd, address, length);
    }

    /// Writes a reply that starts with a `fuse_out_header`.
    ///
    /// @return -ENOENT if nobody waits for it any more
    public int write(long address, int length) {
        return (int) Fd.write(fd, address, length);
    }

    /// Fills in a `fuse_out_header` at index 0.
    ///
    /// @param error 0 or a negated errno
    public static void header(ByteBuffer out, int length, int error, long unique) {
        out.putInt(0, length);
        out.putInt(4, error);
        out.putLong(8, unique);
    }

    /// Lets the kernel forget attributes and pages of a file. Waits for pages that are being read
    /// or written: never on the thread that answers requests.
    ///
    /// @return 0; -ENOENT if the kernel does not know the file
    public int invalidateInode(long nodeId) {
        synchronized (slowNotice) {
            return invalidate(slowNotice, slowNoticeAddress, nodeId, 0);
        }
    }

    /// Lets the kernel forget the attributes of a file. Never waits.
    ///
    /// @return 0; -ENOENT if the kernel does not know the file
    public int invalidateAttributes(long nodeId) {
        synchronized (notice) {
            return invalidate(notice, noticeAddress, nodeId, -1);
        }
    }

    private int invalidate(ByteBuffer out, long address, long nodeId, long offset) {
        header(out, 40, Fuse.NOTIFY_INVAL_INODE, 0);
        out.putLong(16, nodeId);
        out.putLong(24, offset);
        out.putLong(32, 0);
        return noResult(Fd.write(fd, address, 40));
    }

    /// Lets the kernel forget a name. Waits for the directory's lock: never on the thread that
    /// answers requests.
    ///
    /// @return 0; -ENOENT if the kernel does not know the name
    public int invalidateEntry(long parent, byte[] name) {
        synchronized (slowNotice) {
            int length = 32 + name.length + 1;
            header(slowNotice, length, Fuse.NOTIFY_INVAL_ENTRY, 0);
            slowNotice.putLong(16, parent);
            slowNotice.putInt(24, name.length);
            slowNotice.putInt(28, 0);
            slowNotice.put(32, name);
            slowNotice.put(32 + name.length, (byte) 0);
            return noResult(Fd.write(fd, slowNoticeAddress, length));
        }
    }

    /// Lets the kernel look every name up again; never waits.
    ///
    /// @return 0; -ENOSYS before Linux 6.16
    public int invalidateNames() {
        if (minor < Fuse.MINOR_INC_EPOCH) {
            return -Errno.ENOSYS;
        }
        synchronized (notice) {
            header(notice, 16, Fuse.NOTIFY_INC_EPOCH, 0);
            return noResult(Fd.write(fd, noticeAddress, 16));
        }
    }

    private static int noResult(long result) {
        return result < 0 ? (int) result : 0;
    }

    /// Tells whether the kernel can look every name up again at one word ([#invalidateNames]).
    public boolean canInvalidateNames() {
        return minor >= Fuse.MINOR_INC_EPOCH;
    }

    /// Takes the mount away once nobody uses it.
    ///
    /// @return 0; -EBUSY if files or working directories are open in it
    public int unmount() {
        return Mounts.unmount(directory.toString(), 0);
    }

    /// Aborts the connection, which frees every process that waits in it with an error, and takes
    /// the mount out of sight.
    ///
    /// @return 0 or a negated errno
    public int abort() {
        return Mounts.unmount(directory.toString(), Mounts.MNT_FORCE | Mounts.MNT_DETACH);
    }

    /// Closes our descriptor; aborts the connection unless somebody else holds one.
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Fd.close(fd);
        }
    }
}
