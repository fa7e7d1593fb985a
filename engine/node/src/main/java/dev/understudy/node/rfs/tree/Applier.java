package dev.understudy.node.rfs.tree;

import dev.understudy.core.rfs.Op;
import dev.understudy.core.rfs.OpKind;
import dev.understudy.core.rfs.OpView;
import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.ProcPath;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.fs.ThreadMask;
import dev.understudy.posix.fs.Times;
import dev.understudy.posix.fs.Xattr;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Applies operations to a tree: the same code on the node that made them and on its peer.
///
/// The outcome of every method is an `int`: for WRITE the bytes written (fewer than asked is a
/// short write), for all others 0; a negated errno means that nothing was applied. Applying an
/// operation again is harmless: what is already there counts as done. One thread at a time; it gets
/// a umask of its own and must be a platform thread.
public final class Applier {
    private static final int NAME_ROOM = 264;
    private static final long LARGE_BYTES = 16 << 20;

    private final LowerTree tree;
    private final Stat stat = new Stat();
    private final Times times = new Times();
    private final ProcPath procPath = new ProcPath();
    private final ByteBuffer names = Native.allocate(2 * NAME_ROOM + 4104, 8);
    private final long nameA = Native.address(names);
    private final long nameB = nameA + NAME_ROOM;
    private final long target = nameB + NAME_ROOM;
    private @Nullable ByteBuffer lastFrame;
    private long lastAddress;
    private @Nullable LowerFile made;
    private @Nullable LowerFile knownFile;
    private @Nullable LowerFile knownParent;
    private @Nullable LowerFile knownNewParent;
    private boolean local;

    /// Makes an applier for a tree.
    public Applier(LowerTree tree) {
        this.tree = tree;
    }

    /// Applies one operation.
    ///
    /// SYNC blocks until the disk has it; everything else ends in the page cache.
    ///
    /// @param op looked at in a direct buffer
    /// @param origin whether this node made the operation: then TIMES has nothing to do, and names
    ///   are trusted to mean the files whose ids the operation states
    public int apply(OpView op, boolean origin) {
        ThreadMask.clear();
        made = null;
        return switch (op.kind()) {
            case WRITE -> write(op);
            case CREATE, MKDIR, MKNOD, SYMLINK, TMPFILE -> create(op, origin);
            case LINK -> link(op);
            case UNLINK, RMDIR -> remove(op, origin);
            case RENAME -> rename(op, origin);
            case SETATTR -> onFile(op, this::setAttributes);
            case SETXATTR, REMOVEXATTR -> onFile(op, this::xattr);
            case FALLOCATE ->
                    onFile(
                            op,
                            (file, fd, view) ->
                                    Fd.fallocate(
                                            fd,
                                            view.allocationMode(),
                                            view.arg(),
                                            view.allocationLength()));
            case TIMES ->
                    origin
                            ? 0
                            : onFile(
                                    op,
                                    (file, fd, view) ->
                                            times.set(
                                                    fd,
                                                    0,
                                                    Times.UTIME_OMIT,
                                                    view.mtimeSeconds(),
                                                    view.mtimeNanos()));
            case SYNC -> sync(op);
            case RELEASE -> release(op);
        };
    }

    /// Gives the file that the last creation made, not pinned; null after anything else.
    public @Nullable LowerFile made() {
        return made;
    }

    /// Applies an operation whose files the caller knows, so that no id is looked up.
    ///
    /// @param file that the header names, null for a creation
    /// @param parent directory of the (old) name, null where there is none
    /// @param newParent directory of the new name of a RENAME, else null
    /// @param local whether the files live on this node only: they get no id
    public int applyKnown(
            OpView op,
            @Nullable LowerFile file,
            @Nullable LowerFile parent,
            @Nullable LowerFile newParent,
            boolean local) {
        knownFile = file;
        knownParent = parent;
        knownNewParent = newParent;
        this.local = local;
        try {
            return apply(op, true);
        } finally {
            knownFile = null;
            knownParent = null;
            knownNewParent = null;
            this.local = false;
        }
    }

    private @Nullable LowerFile file(OpView op) {
        return knownFile != null ? knownFile : tree.byId(op.idHigh(), op.idLow());
    }

    private @Nullable LowerFile parent(OpView op) {
        return knownParent != null ? knownParent : tree.byId(op.parent());
    }

    private @Nullable LowerFile newParent(OpView op) {
        return knownNewParent != null ? knownNewParent : tree.byId(op.newParent());
    }

    private interface FileCall {
        int call(LowerFile file, int fd, OpView op);
    }

    private int onFile(OpView op, FileCall call) {
        LowerFile file = file(op);
        if (file == null) {
            return -tree.lastErrno();
        }
        int fd = tree.pin(file);
        if (fd < 0) {
            return fd;
        }
        try {
            return call.call(file, fd, op);
        } finally {
            tree.unpin(file);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the same buffer has the same address
    private long address(ByteBuffer frame) {
        if (frame != lastFrame) {
            lastFrame = frame;
            lastAddress = Native.address(frame);
        }
        return lastAddress;
    }

    private int write(OpView op) {
        LowerFile file = file(op);
        if (file == null) {
            return -tree.lastErrno();
        }
        int fd = tree.pin(file);
        if (fd < 0) {
            return fd;
        }
        try {
            return write(fd, address(op.buffer()) + op.dataAt(), op.dataLength(), op.arg());
        } finally {
            tree.unpin(file);
        }
    }

    /// Writes data of a WRITE whose file is already open.
    ///
    /// @param fd descriptor of the file
    /// @param address of the data
    /// @return bytes written, or a negated errno when not one byte was
    public static int write(int fd, long address, int length, long offset) {
        int done = 0;
        while (done < length) {
            long now = Fd.pwrite(fd, address + done, length - done, offset + done);
            if (now == -Errno.EINTR) {
                continue;
            }
            if (now <= 0) {
                return done > 0 ? done : now == 0 ? -Errno.EIO : (int) now;
            }
            done += (int) now;
        }
        return done;
    }

    private long name(OpView op, int at, int length, int room) {
        names.put(room, op.buffer(), at, length);
        names.put(room + length, (byte) 0);
        return nameA + room;
    }

    private long name(OpView op) {
        return name(op, op.nameAt(), op.nameLength(), 0);
    }

    // ---- creation

    private int create(OpView op, boolean origin) {
        LowerFile parent = parent(op);
        if (parent == null) {
            return -tree.lastErrno();
        }
        int directory = tree.pin(parent);
        if (directory < 0) {
            return directory;
        }
        try {
            long name = op.kind() == OpKind.TMPFILE ? dot() : name(op);
            int fd = make(op, directory, name);
            if (fd == -Errno.EEXIST) {
                LowerFile there = tree.find(parent, name, stat);
                return there != null && isThe(there, op.idHigh(), op.idLow()) ? 0 : fd;
            }
            return fd < 0 ? fd : finish(op, fd, directory, name, origin);
        } finally {
            tree.unpin(parent);
        }
    }

    private long dot() {
        names.put(0, (byte) '.');
        names.put(1, (byte) 0);
        return nameA;
    }

    /// Makes the object and opens it: an O_PATH descriptor for links and special files.
    private int make(OpView op, int directory, long name) {
        int mode = op.mode() & 07777;
        int result =
                switch (op.kind()) {
                    case CREATE ->
                            At.openat(
                                    directory,
                                    name,
                                    At.O_CREAT
                                            | At.O_EXCL
                                            | At.O_RDWR
                                            | At.O_NOFOLLOW
                                            | At.O_CLOEXEC,
                                    mode);
                    case TMPFILE ->
                            At.openat(
                                    directory, name, At.O_TMPFILE | At.O_RDWR | At.O_CLOEXEC, mode);
                    case MKDIR -> At.mkdirat(directory, name, mode);
                    case MKNOD ->
                            At.mknodat(directory, name, op.mode(), Stat.libcDevice(op.device()));
                    default -> {
                        int length = op.targetLength();
                        names.put(2 * NAME_ROOM, op.buffer(), op.targetAt(), length);
                        names.put(2 * NAME_ROOM + length, (byte) 0);
                        yield At.symlinkat(target, directory, name);
                    }
                };
        if (result < 0 || op.kind() == OpKind.CREATE || op.kind() == OpKind.TMPFILE) {
            return result;
        }
        int flags =
                op.kind() == OpKind.MKDIR
                        ? At.O_RDONLY | At.O_DIRECTORY
                        : op.kind() == OpKind.MKNOD && (op.mode() & Stat.S_IFMT) == Stat.S_IFREG
                                ? At.O_RDWR
                                : At.O_PATH;
        return At.openat(directory, name, flags | At.O_NOFOLLOW | At.O_CLOEXEC, 0);
    }

    private int finish(OpView op, int fd, int directory, long name, boolean origin) {
        int result = own(op, fd);
        LowerFile file = null;
        if (result >= 0) {
            file = tree.adopt(fd, op.idHigh(), op.idLow(), stat, local);
            result = file == null ? -tree.lastErrno() : 0;
        } else {
            Fd.close(fd);
        }
        if (file == null) {
            if (op.kind() != OpKind.TMPFILE) {
                At.unlinkat(directory, name, op.kind() == OpKind.MKDIR ? At.AT_REMOVEDIR : 0);
            }
            return result;
        }
        if (op.kind() == OpKind.TMPFILE) {
            file.temporary(true);
            if (!origin) {
                made = file;
                file.held = true; // without a descriptor the file would be gone
                return 0;
            }
        }
        tree.unpin(file);
        made = file;
        return 0;
    }

    private int own(OpView op, int fd) {
        int result = 0;
        if ((op.uid() | op.gid()) != 0) {
            result = At.fchownat(fd, Stat.emptyName(), op.uid(), op.gid(), At.AT_EMPTY_PATH);
        }
        if (result >= 0) {
            result = stat.of(fd);
        }
        int special = op.mode() & (Stat.S_ISUID | Stat.S_ISGID);
        if (result >= 0 && special != 0 && stat.isRegular() && (stat.mode() & special) != special) {
            // chown(2) took them away; the other bits may come from a default ACL and stay
            result = Fd.fchmod(fd, (stat.mode() & 07777) | special);
        }
        if (result >= 0) {
            result =
                    times.set(
                            fd,
                            op.mtimeSeconds(),
                            op.mtimeNanos(),
                            op.mtimeSeconds(),
                            op.mtimeNanos());
        }
        return result;
    }

    private boolean isThe(LowerFile file, long high, long low) {
        return tree.identify(file) >= 0 && file.idHigh == high && file.idLow == low;
    }

    // ---- names

    private int link(OpView op) {
        LowerFile file = file(op);
        LowerFile parent = file == null ? null : parent(op);
        if (file == null || parent == null) {
            return -tree.lastErrno();
        }
        int directory = tree.pin(parent);
        if (directory < 0) {
            return directory;
        }
        try {
            long name = name(op);
            int fd = tree.pin(file);
            if (fd < 0) {
                return fd;
            }
            int result = At.linkat(fd, Stat.emptyName(), directory, name, At.AT_EMPTY_PATH);
            if (result >= 0) {
                file.temporary(false);
                letGo(file);
            }
            tree.unpin(file);
            if (result == -Errno.EEXIST) {
                LowerFile there = tree.find(parent, name, stat);
                return there == file ? 0 : result;
            }
            return result;
        } finally {
            tree.unpin(parent);
        }
    }

    private int remove(OpView op, boolean origin) {
        LowerFile parent = parent(op);
        if (parent == null) {
            return origin ? -tree.lastErrno() : 0;
        }
        int directory = tree.pin(parent);
        if (directory < 0) {
            return directory;
        }
        try {
            long name = name(op);
            LowerFile victim = tree.find(parent, name, stat);
            if (victim == null) {
                boolean gone = tree.lastErrno() == Errno.ENOENT && !origin;
                return gone ? 0 : -tree.lastErrno();
            }
            boolean last = stat.links() == 1 || victim.isDirectory();
            if (!origin && !isThe(victim, op.idHigh(), op.idLow())) {
                return 0; // the name means another file by now: the removal was already done
            }
            int flags = op.kind() == OpKind.RMDIR ? At.AT_REMOVEDIR : 0;
            boolean kept = keep(victim, last);
            int result = At.unlinkat(directory, name, flags);
            if (result == -Errno.ENOTEMPTY && !origin && !tree.excludes().isEmpty()) {
                result = removeExcluded(victim, directory, name);
            }
            if (result >= 0 && last) {
                tree.vanished(victim, origin);
            }
            if (kept) {
                tree.unpin(victim);
            }
            return result;
        } finally {
            tree.unpin(parent);
        }
    }

    /// Pins a file that loses its last name while the kernel still knows it: afterwards no handle
    /// could open it any more. A large one is opened so that its blocks are freed on closing.
    ///
    /// @return whether it has to be unpinned
    private boolean keep(LowerFile victim, boolean last) {
        boolean large = victim.isRegular() && stat.size() > LARGE_BYTES;
        return last && (large || victim.lookups() > 0) && tree.pin(victim) >= 0;
    }

    /// Removes what lives on this node only from a directory that the other node removed.
    private int removeExcluded(LowerFile victim, int directory, long name) {
        return new Removal(tree).removeExcluded(victim) < 0
                ? -Errno.ENOTEMPTY
                : At.unlinkat(directory, name, At.AT_REMOVEDIR);
    }

    private int rename(OpView op, boolean origin) {
        LowerFile from = parent(op);
        LowerFile to = from == null ? null : newParent(op);
        if (from == null || to == null) {
            return -tree.lastErrno();
        }
        int fromFd = tree.pin(from);
        if (fromFd < 0) {
            return fromFd;
        }
        int toFd = tree.pin(to);
        if (toFd < 0) {
            tree.unpin(from);
            return toFd;
        }
        try {
            return rename(op, origin, from, fromFd, to, toFd);
        } finally {
            tree.unpin(to);
            tree.unpin(from);
        }
    }

    private int rename(
            OpView op, boolean origin, LowerFile from, int fromFd, LowerFile to, int toFd) {
        long oldName = name(op);
        long newName = name(op, op.newNameAt(), op.newNameLength(), NAME_ROOM);
        if (!origin) {
            LowerFile moved = tree.find(from, oldName, stat);
            if (moved == null || !isThe(moved, op.idHigh(), op.idLow())) {
                LowerFile there = tree.find(to, newName, stat);
                return there != null && isThe(there, op.idHigh(), op.idLow()) ? 0 : -Errno.ENOENT;
            }
        }
        LowerFile replaced = null;
        boolean last = false;
        boolean kept = false;
        if (!op.replaced().isNone() && (op.renameFlags() & At.RENAME_EXCHANGE) == 0) {
            replaced = tree.find(to, newName, stat);
            if (replaced != null) {
                last = stat.links() == 1 || replaced.isDirectory();
                // two names of one file: rename(2) does nothing
                last &=
                        !(replaced.identified
                                && replaced.idHigh == op.idHigh()
                                && replaced.idLow == op.idLow());
                kept = keep(replaced, last);
            }
        }
        int result = At.renameat2(fromFd, oldName, toFd, newName, op.renameFlags());
        if (result == -Errno.ENOTEMPTY
                && !origin
                && replaced != null
                && !tree.excludes().isEmpty()
                && new Removal(tree).removeExcluded(replaced) >= 0) {
            result = At.renameat2(fromFd, oldName, toFd, newName, op.renameFlags());
        }
        if (result >= 0 && replaced != null && last) {
            tree.vanished(replaced, origin);
        }
        if (kept && replaced != null) {
            tree.unpin(replaced);
        }
        return result;
    }

    private int release(OpView op) {
        LowerFile file = file(op);
        if (file != null && file.isTemporary()) {
            file.temporary(false);
            tree.vanished(file, false);
            letGo(file);
        }
        return 0;
    }

    private void letGo(LowerFile file) {
        if (file.held) {
            file.held = false;
            tree.unpin(file);
        }
    }

    // ---- one file

    private int setAttributes(LowerFile file, int fd, OpView op) {
        int mask = op.mask();
        int result = 0;
        file.mode(-1);
        if ((mask & Op.SET_SIZE) != 0) {
            result = Fd.ftruncate(fd, op.arg());
        }
        if (result >= 0 && (mask & (Op.SET_UID | Op.SET_GID)) != 0) {
            result =
                    At.fchownat(
                            fd,
                            Stat.emptyName(),
                            (mask & Op.SET_UID) != 0 ? op.uid() : -1,
                            (mask & Op.SET_GID) != 0 ? op.gid() : -1,
                            At.AT_EMPTY_PATH);
        }
        if (result >= 0 && (mask & Op.SET_MODE) != 0) {
            int mode = op.mode() & 07777;
            result =
                    LowerTree.isPathOnly(file.type)
                            ? At.fchmodat(At.AT_FDCWD, procPath.of(fd), mode, 0)
                            : Fd.fchmod(fd, mode);
        }
        if (result >= 0 && (mask & (Op.SET_ATIME | Op.SET_MTIME)) != 0) {
            result =
                    times.set(
                            fd,
                            op.atimeSeconds(),
                            (mask & Op.SET_ATIME) != 0 ? op.atimeNanos() : Times.UTIME_OMIT,
                            op.mtimeSeconds(),
                            (mask & Op.SET_MTIME) != 0 ? op.mtimeNanos() : Times.UTIME_OMIT);
        }
        return result;
    }

    private int xattr(LowerFile file, int fd, OpView op) {
        long name = name(op);
        boolean pathOnly = LowerTree.isPathOnly(file.type);
        file.mode(-1);
        file.capability(LowerFile.Capability.UNKNOWN);
        if (op.kind() == OpKind.REMOVEXATTR) {
            return pathOnly ? Xattr.remove(procPath.of(fd), name) : Xattr.fremove(fd, name);
        }
        long value = address(op.buffer()) + op.valueAt();
        return pathOnly
                ? Xattr.set(procPath.of(fd), name, value, op.valueLength(), op.xattrFlags())
                : Xattr.fset(fd, name, value, op.valueLength(), op.xattrFlags());
    }

    private int sync(OpView op) {
        if ((op.flags() & Op.FLAG_WHOLE_TREE) != 0) {
            return Fd.syncfs(tree.rootFd());
        }
        return onFile(
                op,
                (file, fd, view) ->
                        (view.flags() & Op.FLAG_DATA_ONLY) != 0 ? Fd.fdatasync(fd) : Fd.fsync(fd));
    }
}
