package dev.understudy.node.rfs.front;

import dev.understudy.node.rfs.tree.Excludes;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.node.rfs.tree.LowerFile.Capability;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Mounts;
import dev.understudy.posix.fs.ProcPath;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.fs.Xattr;
import dev.understudy.posix.fuse.Fuse;
import dev.understudy.posix.fuse.FuseRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Answers every request that changes nothing; on the loop's thread, cold reads in the pool.
final class Reads {
    private static final byte[] HIDDEN = "trusted.understudy.".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUSTED = "trusted.".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CAPABILITY =
            "security.capability".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ASIDE = Excludes.ASIDE.getBytes(StandardCharsets.US_ASCII);

    private final FuseFront front;
    private final LowerTree tree;
    private final Slots slots;
    private final Replies replies;
    private final ByteBuffer memory;
    private final Stat stat = new Stat();
    private final Mounts.Statfs statfs = new Mounts.Statfs();
    private final ProcPath procPath = new ProcPath();
    private final ByteBuffer iovec = Native.allocate(16, 8);
    private final long iovecAddress = Native.address(iovec);
    private final Listing listing;

    Reads(FuseFront front) {
        this.front = front;
        tree = front.tree;
        slots = front.slots;
        replies = front.replies;
        memory = slots.buffer;
        listing = new Listing(front);
    }

    /// Handles one request and gives its slot back unless the pool took it.
    void handle(int slot, int opcode) {
        long unique = slots.unique[slot];
        int at = slots.requestAt(slot);
        int body = FuseRequest.body(at);
        switch (opcode) {
            case Fuse.FORGET -> tree.forget(FuseRequest.node(memory, at), memory.getLong(body));
            case Fuse.BATCH_FORGET -> batchForget(body);
            case Fuse.STATFS -> {
                int result = Mounts.fstatfs(tree.rootFd(), statfs);
                if (result < 0) {
                    replies.error(unique, result);
                } else {
                    replies.statfs(unique, statfs);
                }
            }
            case Fuse.RELEASEDIR -> {
                front.release(memory.getLong(body));
                replies.ok(unique);
            }
            case Fuse.DESTROY -> replies.ok(unique);
            case Fuse.LOOKUP,
                    Fuse.GETATTR,
                    Fuse.READLINK,
                    Fuse.READ,
                    Fuse.GETXATTR,
                    Fuse.LISTXATTR,
                    Fuse.OPENDIR,
                    Fuse.READDIR,
                    Fuse.READDIRPLUS,
                    Fuse.LSEEK -> {
                LowerFile file = tree.byIno(FuseRequest.node(memory, at));
                if (file == null) {
                    replies.error(unique, tree.lastErrno());
                } else if (opcode == Fuse.READ) {
                    read(slot, file, body);
                    return;
                } else {
                    onFile(unique, opcode, file, body);
                }
            }
            // what we do not serve: the kernel falls back to its own way and does not ask again
            default -> replies.error(unique, Errno.ENOSYS);
        }
        front.give(slot);
    }

    private void onFile(long unique, int opcode, LowerFile file, int body) {
        switch (opcode) {
            case Fuse.LOOKUP -> lookup(unique, file, body);
            case Fuse.GETATTR -> getAttributes(unique, file);
            case Fuse.READLINK -> readLink(unique, file);
            case Fuse.GETXATTR -> getXattr(unique, file, body);
            case Fuse.LISTXATTR ->
                    listXattr(unique, file, body, FuseRequest.uid(memory, body - Fuse.IN_HEADER));
            case Fuse.OPENDIR -> openDirectory(unique, file);
            case Fuse.LSEEK -> seek(unique, body);
            default -> listing.list(unique, file, body, opcode == Fuse.READDIRPLUS);
        }
    }

    private void batchForget(int body) {
        int count = memory.getInt(body);
        for (int i = 0, at = body + 8; i < count; i++, at += 16) {
            tree.forget(memory.getLong(at), memory.getLong(at + 8));
        }
    }

    /// Gives the bytes of a NUL-terminated string in the memory of the requests.
    static byte[] name(ByteBuffer memory, int at) {
        int length = 0;
        while (memory.get(at + length) != 0) {
            length++;
        }
        byte[] name = new byte[length];
        memory.get(at, name);
        return name;
    }

    static boolean isAside(LowerTree tree, LowerFile parent, ByteBuffer memory, int at) {
        return parent == tree.root()
                && equal(memory, at, ASIDE)
                && memory.get(at + ASIDE.length) == 0;
    }

    private static boolean equal(ByteBuffer memory, int at, byte[] start) {
        for (int i = 0; i < start.length; i++) {
            if (memory.get(at + i) != start[i]) {
                return false;
            }
        }
        return true;
    }

    static boolean isHidden(ByteBuffer memory, int at) {
        return equal(memory, at, HIDDEN);
    }

    private void lookup(long unique, LowerFile parent, int body) {
        if (isAside(tree, parent, memory, body)) {
            replies.error(unique, Errno.ENOENT);
            return;
        }
        LowerFile file = tree.find(parent, slots.address(body), stat);
        if (file == null) {
            replies.error(unique, tree.lastErrno());
            return;
        }
        file.lookedUp();
        file.mode(stat.mode());
        if (!tree.excludes().isEmpty()
                && !file.isExcluded()
                && tree.excludes(parent, name(memory, body), file.isDirectory())) {
            file.exclude();
        }
        replies.entry(unique, file, stat);
    }

    private void getAttributes(long unique, LowerFile file) {
        int result = front.stat(file, stat);
        if (result < 0) {
            replies.error(unique, result);
        } else {
            file.mode(stat.mode());
            replies.attributes(unique, stat);
        }
    }

    private void readLink(long unique, LowerFile file) {
        int fd = tree.descriptor(file);
        long length =
                fd < 0
                        ? fd
                        : At.readlinkat(
                                fd, Stat.emptyName(), replies.address + Fuse.OUT_HEADER, 4096);
        if (length < 0) {
            replies.error(unique, (int) length);
        } else {
            replies.filled(unique, (int) length);
        }
    }

    // ---- opening

    /// Tells whether an OPEN cuts the file or wants to change it on a mount that serves nobody.
    boolean opensForChange(int at) {
        int flags = memory.getInt(FuseRequest.body(at));
        return (flags & At.O_TRUNC) != 0
                || ((flags & At.O_ACCMODE) != At.O_RDONLY && front.gate() == Gate.READ_ONLY);
    }

    void open(int slot) {
        long unique = slots.unique[slot];
        LowerFile file = tree.byIno(FuseRequest.node(memory, slots.requestAt(slot)));
        int handle = file == null ? -tree.lastErrno() : front.openFile(file);
        if (file == null || handle < 0) {
            replies.error(unique, handle);
        } else {
            replies.opened(unique, handle, front.caches.openFlags(file));
        }
        front.give(slot);
    }

    private void openDirectory(long unique, LowerFile file) {
        int pinned = tree.descriptor(file);
        if (pinned < 0) {
            replies.error(unique, pinned);
            return;
        }
        try (CString dot = CString.of(".")) {
            // a description of its own: each open directory has its position
            int fd =
                    At.openat(
                            pinned, dot.address(), At.O_RDONLY | At.O_DIRECTORY | At.O_CLOEXEC, 0);
            if (fd < 0) {
                replies.error(unique, fd);
            } else {
                replies.opened(unique, front.open.open(file, fd), 0);
            }
        }
    }

    private void seek(long unique, int body) {
        LowerFile file = front.open.file(memory.getLong(body));
        if (file == null) {
            replies.error(unique, Errno.EBADF);
            return;
        }
        int fd = tree.pin(file);
        if (fd < 0) {
            replies.error(unique, fd);
            return;
        }
        long result = Fd.lseek(fd, memory.getLong(body + 8), memory.getInt(body + 16));
        tree.unpin(file);
        if (result < 0) {
            replies.error(unique, (int) result);
        } else {
            replies.number(unique, result);
        }
    }

    // ---- data

    private void read(int slot, LowerFile byNode, int body) {
        LowerFile opened = front.open.file(memory.getLong(body));
        LowerFile file = opened == null ? byNode : opened;
        long offset = memory.getLong(body + 8);
        int size = Math.min(memory.getInt(body + 16), Fuse.DATA_MAX);
        int fd = opened == null ? -Errno.EBADF : tree.pin(file);
        if (fd < 0) {
            replies.error(slots.unique[slot], fd);
            front.give(slot);
            return;
        }
        long address = slots.address(slots.dataAt(slot));
        int done = 0;
        while (done < size) {
            iovec.putLong(0, address + done);
            iovec.putLong(8, size - done);
            long now = Fd.readNoWait(fd, iovecAddress, offset + done);
            if (now < 0) {
                coldRead(slot, file, fd, offset, size, done);
                return;
            }
            if (now == 0) {
                break;
            }
            done += (int) now;
        }
        tree.unpin(file);
        answerRead(slot, done);
        front.give(slot);
    }

    private void answerRead(int slot, int bytes) {
        int header = slots.dataAt(slot) - Fuse.OUT_HEADER;
        int length = Fuse.OUT_HEADER + Math.max(bytes, 0);
        memory.putInt(header, length);
        memory.putInt(header + 4, Math.min(bytes, 0));
        memory.putLong(header + 8, slots.unique[slot]);
        front.connection.write(slots.address(header), length);
    }

    /// Goes on with a read that has to wait for the disk in the pool; the file stays pinned
    /// meanwhile.
    private void coldRead(int slot, LowerFile file, int fd, long offset, int size, int already) {
        front.poolJobs++;
        long address = slots.address(slots.dataAt(slot));
        front.pool.execute(() -> {
            int done = already;
            while (done < size) {
                long now = Fd.pread(fd, address + done, size - done, offset + done);
                if (now == -Errno.EINTR) {
                    continue;
                }
                if (now < 0 && done == 0) {
                    done = (int) now;
                }
                if (now <= 0) {
                    break;
                }
                done += (int) now;
            }
            answerRead(slot, done);
            tree.unpin(file);
            front.loop.execute(() -> {
                if (!front.isClosed()) {
                    front.give(slot);
                }
            });
        });
    }

    // ---- extended attributes

    private void getXattr(long unique, LowerFile file, int body) {
        int size = memory.getInt(body);
        int nameAt = body + 8;
        boolean capability =
                equal(memory, nameAt, CAPABILITY) && memory.get(nameAt + CAPABILITY.length) == 0;
        if (isHidden(memory, nameAt) || (capability && file.capability() == Capability.NONE)) {
            replies.error(unique, Errno.ENODATA);
            return;
        }
        long name = slots.address(nameAt);
        int fd = tree.descriptor(file);
        if (fd < 0) {
            replies.error(unique, fd);
            return;
        }
        long into = replies.address + Fuse.OUT_HEADER;
        int room = Math.min(size, 64 << 10);
        boolean whole = file.isRegular() || file.isDirectory();
        long length =
                whole
                        ? Xattr.fget(fd, name, into, room)
                        : Xattr.get(procPath.of(fd), name, into, room);
        if (capability) {
            file.capability(length == -Errno.ENODATA ? Capability.NONE : Capability.PRESENT);
        }
        sized(unique, size, length);
    }

    private void sized(long unique, int asked, long length) {
        if (length < 0) {
            replies.error(unique, (int) length);
        } else if (asked == 0) {
            replies.number(unique, length); // fuse_getxattr_out {u32 size, u32 padding}
        } else {
            replies.filled(unique, (int) length);
        }
    }

    private void listXattr(long unique, LowerFile file, int body, int uid) {
        int size = memory.getInt(body);
        int fd = tree.descriptor(file);
        if (fd < 0) {
            replies.error(unique, fd);
            return;
        }
        long into = replies.address + Fuse.OUT_HEADER;
        boolean whole = file.isRegular() || file.isDirectory();
        long length =
                whole
                        ? Xattr.flist(fd, into, 64 << 10)
                        : Xattr.list(procPath.of(fd), into, 64 << 10);
        if (length > 0) {
            // xattr(7): trusted attributes are there for the superuser only
            length = hide((int) length, uid == 0 ? HIDDEN : TRUSTED);
        }
        if (size != 0 && length > size) {
            length = -Errno.ERANGE;
        }
        sized(unique, size, length);
    }

    private int hide(int length, byte[] prefix) {
        ByteBuffer out = replies.out;
        int to = Fuse.OUT_HEADER;
        int end = Fuse.OUT_HEADER + length;
        for (int from = to; from < end; ) {
            int next = from;
            while (out.get(next) != 0) {
                next++;
            }
            next++;
            if (!equal(out, from, prefix)) {
                for (int i = from; i < next; i++) {
                    out.put(to++, out.get(i));
                }
            }
            from = next;
        }
        return to - Fuse.OUT_HEADER;
    }

    /// Fills directory listings.
    private static final class Listing {
        private final FuseFront front;
        private final LowerTree tree;
        private final Replies replies;
        private final ByteBuffer out;
        private final Stat stat = new Stat();
        private final ByteBuffer entries = Native.allocate(32 << 10, 8);
        private final long entriesAddress = Native.address(entries);

        Listing(FuseFront front) {
            this.front = front;
            tree = front.tree;
            replies = front.replies;
            out = replies.out;
        }

        void list(long unique, LowerFile directory, int body, boolean plus) {
            ByteBuffer memory = front.memory();
            long handle = memory.getLong(body);
            LowerFile opened = front.open.file(handle);
            int fd = opened == null ? -1 : front.open.directoryFd(handle);
            if (fd < 0) {
                replies.error(unique, Errno.EBADF);
                return;
            }
            long moved = Fd.lseek(fd, memory.getLong(body + 8), 0);
            int room = Math.min(memory.getInt(body + 16), 60 << 10);
            int filled = 0;
            long length = moved < 0 ? moved : 1;
            while (length > 0) {
                length = Fd.getdents64(fd, entriesAddress, 32 << 10);
                int more = length <= 0 ? 0 : fill(directory, (int) length, filled, room, plus);
                if (more < 0) {
                    filled = ~more; // full
                    break;
                }
                filled = length <= 0 ? filled : more;
            }
            if (length < 0 && filled == 0) {
                replies.error(unique, (int) length);
            } else {
                replies.filled(unique, filled);
            }
        }

        /// @return bytes filled, or their complement when the next entry did not fit
        private int fill(LowerFile directory, int length, int filled, int room, boolean plus) {
            int at = filled;
            for (int entry = 0; entry < length; ) {
                int next = entry + (entries.getShort(entry + 16) & 0xffff);
                int nameLength = 0;
                while (entries.get(entry + 19 + nameLength) != 0) {
                    nameLength++;
                }
                int head = plus ? Fuse.ENTRY_OUT : 0;
                int size = head + ((Fuse.DIRENT + nameLength + 7) & ~7);
                if (at + size > room) {
                    return ~at;
                }
                if (!Reads.isAside(tree, directory, entries, entry + 19)) {
                    put(directory, entry, nameLength, at + Fuse.OUT_HEADER, plus);
                    at += size;
                }
                entry = next;
            }
            return at;
        }

        private void put(LowerFile directory, int entry, int nameLength, int at, boolean plus) {
            int dirent = at;
            if (plus) {
                dirent += Fuse.ENTRY_OUT;
                LowerFile file = isDots(entry) ? null : find(directory, entry);
                if (file == null) {
                    for (int i = 0; i < Fuse.ENTRY_OUT; i += 8) {
                        out.putLong(at + i, 0); // node id 0: the kernel looks it up by itself
                    }
                } else {
                    file.lookedUp();
                    file.mode(stat.mode());
                    replies.putEntry(out, at, file, stat);
                }
            }
            out.putLong(dirent, entries.getLong(entry));
            out.putLong(dirent + 8, entries.getLong(entry + 8));
            out.putInt(dirent + 16, nameLength);
            out.putInt(dirent + 20, entries.get(entry + 18) & 0xff);
            for (int i = 0; i < nameLength; i++) {
                out.put(dirent + 24 + i, entries.get(entry + 19 + i));
            }
            for (int i = nameLength; (i & 7) != 0; i++) {
                out.put(dirent + 24 + i, (byte) 0);
            }
        }

        private boolean isDots(int entry) {
            return entries.get(entry + 19) == '.'
                    && (entries.get(entry + 20) == 0
                            || (entries.get(entry + 20) == '.' && entries.get(entry + 21) == 0));
        }

        private @Nullable LowerFile find(LowerFile directory, int entry) {
            LowerFile file = tree.find(directory, entriesAddress + entry + 19, stat);
            if (file != null
                    && !tree.excludes().isEmpty()
                    && !file.isExcluded()
                    && tree.excludes(directory, name(entries, entry + 19), file.isDirectory())) {
                file.exclude();
            }
            return file;
        }
    }
}
