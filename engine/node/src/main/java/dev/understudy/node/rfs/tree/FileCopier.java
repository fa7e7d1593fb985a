package dev.understudy.node.rfs.tree;

import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.ProcPath;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.fs.ThreadMask;
import dev.understudy.posix.fs.Times;
import dev.understudy.posix.fs.Xattr;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;

/// Copies single files from one open directory to another, with all that they are beside their
/// names: data (holes stay holes; a file system that can shares the blocks), owner, mode, extended
/// attributes, modification time. For one platform thread.
public final class FileCopier {
    private static final int STEP_BYTES = 64 << 20;
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int PATH_ONLY = At.O_PATH | At.O_NOFOLLOW | At.O_CLOEXEC;

    private final AttributeReader reader;
    private final long bytesMax;
    private final Stat stat = new Stat();
    private final Times times = new Times();
    private final ProcPath procPath = new ProcPath();
    private final ByteBuffer buffer = Native.allocate(BUFFER_BYTES, 4096);
    private final long bufferAddress = Native.address(buffer);
    private final ByteBuffer offsets = Native.allocate(16, 8);
    private final long offsetsAddress = Native.address(offsets);
    private long bytes;

    /// There is no room for what is to be copied.
    public static final class NoRoom extends IOException {
        private static final long serialVersionUID = 1;

        NoRoom(String text) {
            super(text);
        }
    }

    /// @param where the directory that errors name
    /// @param bytesMax most bytes of data that all calls together copy
    public FileCopier(String where, long bytesMax) {
        reader = new AttributeReader(where);
        this.bytesMax = bytesMax;
    }

    /// Gives the bytes of data copied so far.
    public long bytes() {
        return bytes;
    }

    /// Reads the attributes of a file that is open, not O_PATH unless it is neither regular nor a
    /// directory.
    ///
    /// @throws IOException with the error of the file system
    public Attributes attributes(int fd) throws IOException {
        Errno.check("statx", stat.of(fd));
        return reader.read(fd, LowerTree.isPathOnly(stat.type()));
    }

    /// Opens a name for reading, O_PATH for what is neither a regular file nor a directory; links
    /// are not followed.
    ///
    /// @return descriptor, the caller's to close
    /// @throws IOException with the error of the file system
    public int open(int directory, byte[] name) throws IOException {
        try (CString c = CString.of(name)) {
            Errno.check("statx " + text(name), stat.of(directory, c.address()));
            int read = At.O_RDONLY | At.O_NOFOLLOW | At.O_CLOEXEC;
            int flags = LowerTree.isPathOnly(stat.type()) ? PATH_ONLY : read;
            return Errno.check("open " + text(name), At.openat(directory, c.address(), flags, 0));
        }
    }

    /// Opens a directory below another one, making it if it is not there.
    ///
    /// @return descriptor, the caller's to close
    /// @throws IOException with the error of the file system; a link in its place is one
    public int openDirectory(int parent, byte[] name) throws IOException {
        ThreadMask.clear();
        try (CString c = CString.of(name)) {
            int made = At.mkdirat(parent, c.address(), 0700);
            if (made != -Errno.EEXIST) {
                Errno.check("make " + text(name), made);
            }
            int flags = At.O_RDONLY | At.O_DIRECTORY | At.O_NOFOLLOW | At.O_CLOEXEC;
            return Errno.check("open " + text(name), At.openat(parent, c.address(), flags, 0));
        }
    }

    private static String text(byte[] name) {
        return new String(name, java.nio.charset.StandardCharsets.UTF_8);
    }

    /// Copies a file that is no directory to a name that is free.
    ///
    /// @param source descriptor of the file, O_PATH unless it is a regular one
    /// @return the bytes of data
    /// @throws NoRoom if the limit would be exceeded
    /// @throws IOException with the error of the file system
    public long copy(int source, Attributes a, int directory, byte[] name) throws IOException {
        ThreadMask.clear();
        try (CString c = CString.of(name)) {
            int fd = create(a, directory, c.address());
            try {
                long before = bytes;
                if (a.isRegular()) {
                    copyData(source, fd, a.size());
                }
                give(fd, a);
                return bytes - before;
            } finally {
                Fd.close(fd);
            }
        }
    }

    private int create(Attributes a, int directory, long name) throws IOException {
        if (a.isRegular()) {
            int flags = At.O_CREAT | At.O_EXCL | At.O_RDWR | At.O_CLOEXEC;
            return Errno.check("create a copy", At.openat(directory, name, flags, 0600));
        }
        if (a.type() == Stat.S_IFLNK) {
            try (CString target = CString.of(Attributes.latin(a.target()))) {
                Errno.check("copy a link", At.symlinkat(target.address(), directory, name));
            }
        } else {
            Errno.check(
                    "copy a special file",
                    At.mknodat(directory, name, a.mode(), Stat.libcDevice(a.device())));
        }
        return Errno.check("open a copy", At.openat(directory, name, PATH_ONLY, 0));
    }

    /// Gives a file or directory its attributes, as it is alone with none of its own yet.
    ///
    /// @throws IOException with the error of the file system
    public void give(int fd, Attributes a) throws IOException {
        boolean pathOnly = LowerTree.isPathOnly(a.type());
        Errno.check(
                "chown a copy",
                At.fchownat(fd, Stat.emptyName(), a.uid(), a.gid(), At.AT_EMPTY_PATH));
        if (a.type() != Stat.S_IFLNK) {
            int mode = a.mode() & 07777;
            Errno.check(
                    "chmod a copy",
                    pathOnly
                            ? At.fchmodat(At.AT_FDCWD, procPath.of(fd), mode, 0)
                            : Fd.fchmod(fd, mode));
        }
        for (Map.Entry<String, byte[]> xattr : a.xattrs().entrySet()) {
            byte[] value = xattr.getValue();
            try (CString n = CString.of(Attributes.latin(xattr.getKey()));
                    CString v = CString.of(value)) {
                Errno.check(
                        "set attribute " + xattr.getKey(),
                        pathOnly
                                ? Xattr.set(
                                        procPath.of(fd), n.address(), v.address(), value.length, 0)
                                : Xattr.fset(fd, n.address(), v.address(), value.length, 0));
            }
        }
        Errno.check(
                "set the time of a copy",
                times.set(fd, 0, Times.UTIME_OMIT, a.mtimeSeconds(), a.mtimeNanos()));
    }

    private void copyData(int from, int to, long size) throws IOException {
        long at = 0;
        while (at < size) {
            long data = Fd.lseek(from, at, Fd.SEEK_DATA);
            if (data == -Errno.ENXIO) {
                break; // only a hole follows
            }
            // a file system that does not know holes has data everywhere
            long first = data < 0 ? at : data;
            long hole = data < 0 ? size : Fd.lseek(from, first, Fd.SEEK_HOLE);
            long end = hole < 0 ? size : Math.min(hole, size);
            copyRange(from, to, first, end);
            at = Math.max(end, first + 1);
        }
        Errno.check("set the size of a copy", Fd.ftruncate(to, size));
    }

    private void copyRange(int from, int to, long first, long end) throws IOException {
        boolean inKernel = true;
        for (long at = first; at < end; ) {
            long step = Math.min(STEP_BYTES, end - at);
            if (bytes + step > bytesMax) {
                throw new NoRoom(
                        "more than the %,d bytes that there is room for".formatted(bytesMax));
            }
            long done = inKernel ? inKernel(from, to, at, step) : -Errno.ENOSYS;
            inKernel = done >= 0;
            if (isNotForKernel(done)) {
                done = through(from, to, at, step);
            }
            if (Errno.check("copy a file", done) == 0) {
                return; // it became shorter
            }
            at += done;
            bytes += done;
        }
    }

    private long inKernel(int from, int to, long at, long step) {
        offsets.putLong(0, at).putLong(8, at);
        return Fd.copyFileRange(from, offsetsAddress, to, offsetsAddress + 8, step);
    }

    /// copy_file_range(2): not between these file systems, or not on this one.
    private static boolean isNotForKernel(long result) {
        return result == -Errno.EXDEV
                || result == -Errno.EINVAL
                || result == -Errno.EOPNOTSUPP
                || result == -Errno.ENOSYS;
    }

    private long through(int from, int to, long at, long most) {
        long got = Fd.pread(from, bufferAddress, Math.min(most, BUFFER_BYTES), at);
        for (long done = 0; done < got; ) {
            long now = Fd.pwrite(to, bufferAddress + done, got - done, at + done);
            if (now <= 0) {
                return now == 0 ? -Errno.EIO : now;
            }
            done += now;
        }
        return got;
    }
}
