package dev.understudy.node.rfs.front;

import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.Op;
import dev.understudy.core.rfs.OpKind;
import dev.understudy.core.rfs.OpView;
import dev.understudy.core.rfs.OpWriter;
import dev.understudy.node.rfs.tree.Applier;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.FileClock;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.fs.Xattr;
import dev.understudy.posix.fuse.Fuse;
import dev.understudy.posix.fuse.FuseRequest;
import dev.understudy.posix.process.Groups;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Turns every mutation into a deterministic operation, and answers when it was applied.
final class Writes {
    private static final byte[] NOTHING = {};
    private static final int OP_ALIGNMENT = 64;

    private final FuseFront front;
    private final LowerTree tree;
    private final Slots slots;
    private final Replies replies;
    private final ByteBuffer memory;
    private final Applier applier;
    private final OpView view = new OpView();
    private final Stat stat = new Stat();
    private final FileClock clock = new FileClock();
    private final CString defaultAcl = CString.of("system.posix_acl_default");
    private final Answers answers;
    private final Deque<LowerFile> timesDue = new ArrayDeque<>();

    Writes(FuseFront front) {
        this.front = front;
        tree = front.tree;
        slots = front.slots;
        replies = front.replies;
        memory = slots.buffer;
        applier = new Applier(tree);
        answers = new Answers(front, applier);
    }

    /// Starts one mutation; the gate is open.
    void handle(int slot) {
        int at = slots.requestAt(slot);
        int body = FuseRequest.body(at);
        int opcode = slots.opcode[slot];
        if (opcode == Fuse.WRITE) {
            write(slot, at, body);
            return;
        }
        LowerFile file = tree.byIno(FuseRequest.node(memory, at));
        int result;
        if (file == null) {
            result = -tree.lastErrno();
        } else {
            // the operation is built behind the request, whose bytes it copies from
            int end = at + FuseRequest.length(memory, at);
            memory.position((end + OP_ALIGNMENT) & -OP_ALIGNMENT);
            result = start(slot, opcode, file, at, body);
        }
        if (result < 0) {
            replies.error(slots.unique[slot], result);
            front.give(slot);
        }
    }

    /// Builds and submits the operation of one request, at the memory's position.
    ///
    /// @return 0, or a negated errno when nothing was submitted
    private int start(int slot, int opcode, LowerFile file, int at, int body) {
        return switch (opcode) {
            case Fuse.SETATTR -> setAttributes(slot, file, at, body);
            case Fuse.OPEN -> openCut(slot, file, body);
            case Fuse.CREATE -> create(slot, file, at, body);
            case Fuse.TMPFILE ->
                    creation(
                            slot,
                            OpKind.TMPFILE,
                            file,
                            at,
                            memory.getInt(body + 4),
                            memory.getInt(body + 8),
                            0,
                            NOTHING,
                            NOTHING);
            case Fuse.MKDIR -> {
                int mode = (memory.getInt(body) & 07777) | Stat.S_IFDIR;
                yield creation(
                        slot,
                        OpKind.MKDIR,
                        file,
                        at,
                        mode,
                        memory.getInt(body + 4),
                        0,
                        Reads.name(memory, body + 8),
                        NOTHING);
            }
            case Fuse.MKNOD -> makeNode(slot, file, at, body);
            case Fuse.SYMLINK -> {
                byte[] name = Reads.name(memory, body);
                byte[] target = Reads.name(memory, body + name.length + 1);
                yield creation(
                        slot, OpKind.SYMLINK, file, at, Stat.S_IFLNK | 0777, 0, 0, name, target);
            }
            case Fuse.LINK -> link(slot, file, body);
            case Fuse.UNLINK -> remove(slot, OpKind.UNLINK, file, body);
            case Fuse.RMDIR -> remove(slot, OpKind.RMDIR, file, body);
            case Fuse.RENAME -> rename(slot, file, body, 0, body + 8);
            case Fuse.RENAME2 -> rename(slot, file, body, memory.getInt(body + 8), body + 16);
            case Fuse.SETXATTR -> setXattr(slot, file, body);
            case Fuse.REMOVEXATTR -> removeXattr(slot, file, body);
            case Fuse.FALLOCATE -> allocate(slot, file, at, body);
            default -> sync(slot, file, body);
        };
    }

    // ---- to the sink and back

    private static boolean isLocal(LowerFile file) {
        // a file without a name can never get one again, unless it was made by O_TMPFILE
        return file.isExcluded() || (file.isNameless() && !file.isTemporary());
    }

    private int submit(int slot, OpKind kind, int at, int length, boolean local) {
        slots.kind[slot] = kind;
        slots.opAt[slot] = at;
        slots.opLength[slot] = length;
        slots.local[slot] = local;
        if (local) {
            mayApply(slot);
        } else {
            front.mutations++;
            front.sink.submit(front, slot, kind, memory, at, length);
        }
        return 0;
    }

    void mayApply(int slot) {
        OpKind kind = slots.kind[slot];
        if (kind == OpKind.SYNC) {
            slots.isRemoteDone[slot] = true;
            finishSync(slot);
            return;
        }
        LowerFile file = slots.file[slot];
        int outcome;
        if (kind == OpKind.WRITE && file != null) {
            outcome = writeData(slot, file);
            markTimes(file);
        } else {
            view.over(memory, slots.opAt[slot], slots.opLength[slot]);
            outcome =
                    applier.applyKnown(
                            view,
                            file,
                            slots.parent[slot],
                            slots.newParent[slot],
                            slots.local[slot]);
            markDirectories(slot, kind);
        }
        boolean now = slots.local[slot] || front.sink.applied(front, slot, kind, outcome);
        replies.keep(!now);
        answers.answer(slot, outcome);
        replies.keepEnds();
        front.give(slot);
    }

    private int writeData(int slot, LowerFile file) {
        int at = slots.opAt[slot];
        int fd = tree.pin(file);
        if (fd < 0) {
            return fd;
        }
        int written =
                Applier.write(
                        fd,
                        slots.address(at + Op.HEADER_BYTES),
                        slots.opLength[slot] - Op.HEADER_BYTES,
                        memory.getLong(at + Op.HEADER_BYTES - 8));
        tree.unpin(file);
        return written;
    }

    void refuse(int slot, int errno) {
        if (slots.kind[slot] == OpKind.SYNC) {
            slots.isRemoteDone[slot] = true;
            slots.flags[slot] = errno;
            finishSync(slot);
            return;
        }
        if (slots.opcode[slot] != 0) {
            replies.error(slots.unique[slot], errno);
        }
        front.give(slot);
    }

    // ---- WRITE

    private void write(int slot, int at, int body) {
        LowerFile file = front.open.file(memory.getLong(body));
        long offset = memory.getLong(body + 8);
        int size = memory.getInt(body + 16);
        int flags = memory.getInt(body + 20);
        if (file == null
                || size != FuseRequest.length(memory, at) - Fuse.IN_HEADER - Fuse.WRITE_IN) {
            replies.error(slots.unique[slot], file == null ? Errno.EBADF : Errno.EINVAL);
            front.give(slot);
            return;
        }
        front.writeCount++;
        front.bytesWritten += size;
        boolean local = isLocal(file);
        if (!local && !file.isIdentified()) {
            int result = tree.identify(file);
            if (result < 0) {
                replies.error(slots.unique[slot], result);
                front.give(slot);
                return;
            }
        }
        if ((flags & Fuse.WRITE_KILL_SUIDGID) != 0) {
            killSetId(file, at);
        }
        slots.file[slot] = file;
        int length =
                OpWriter.writeHeader(
                        memory, body, front.ordinal(), file.idHigh(), file.idLow(), offset, size);
        submit(slot, OpKind.WRITE, body, length, local);
    }

    /// Takes the set-id bits away before data of an unprivileged writer arrives, as the kernel does
    /// for a local file; with HANDLE_KILLPRIV_V2 it leaves that to us. linux/fuse.h
    private void killSetId(LowerFile file, int requestAt) {
        int mode = knownMode(file);
        int rest = withoutSetId(file, mode, requestAt);
        if (mode >= 0 && rest != mode) {
            int slot = slots.take();
            slots.file[slot] = file;
            memory.position(slots.requestAt(slot));
            int at = memory.position();
            int length =
                    OpWriter.setAttributes(
                            memory,
                            front.ordinal(),
                            named(file),
                            Op.SET_MODE,
                            rest,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0);
            submit(slot, OpKind.SETATTR, at, length, isLocal(file));
        }
    }

    private int knownMode(LowerFile file) {
        if (file.mode() < 0 && front.stat(file, stat) >= 0) {
            file.mode(stat.mode());
        }
        return file.mode();
    }

    /// Gives what is left of a mode when the caller of a request changes data: no S_ISUID, and
    /// S_ISGID only where it means no program's group and the caller is in the file's group. Linux
    /// fs/attr.c setattr_should_drop_sgid.
    private int withoutSetId(LowerFile file, int mode, int requestAt) {
        int rest = mode & ~Stat.S_ISUID;
        if ((rest & Stat.S_ISGID) == 0) {
            return rest;
        }
        boolean stays = (rest & 010) == 0 && isInGroup(file, requestAt);
        return stays ? rest : rest & ~Stat.S_ISGID;
    }

    private boolean isInGroup(LowerFile file, int requestAt) {
        if (FuseRequest.uid(memory, requestAt) == 0) {
            return true; // who has CAP_FSETID need not be in the group
        }
        return front.stat(file, stat) >= 0
                && (FuseRequest.gid(memory, requestAt) == stat.gid()
                        || Groups.isMember(FuseRequest.pid(memory, requestAt), stat.gid()));
    }

    // ---- attributes

    private int setAttributes(int slot, LowerFile file, int requestAt, int body) {
        int valid = memory.getInt(body);
        clock.read();
        int mask = 0;
        int mode = memory.getInt(body + 68);
        if ((valid & Fuse.FATTR_MODE) != 0) {
            mask |= Op.SET_MODE;
        } else if ((valid & Fuse.FATTR_KILL_SUIDGID) != 0) {
            int have = knownMode(file);
            int rest = withoutSetId(file, have, requestAt);
            if (have >= 0 && rest != have) {
                mask |= Op.SET_MODE;
                mode = rest;
            }
        }
        mask |= (valid & Fuse.FATTR_UID) != 0 ? Op.SET_UID : 0;
        mask |= (valid & Fuse.FATTR_GID) != 0 ? Op.SET_GID : 0;
        mask |= (valid & Fuse.FATTR_SIZE) != 0 ? Op.SET_SIZE | Op.SET_MTIME : 0;
        mask |= (valid & Fuse.FATTR_ATIME) != 0 ? Op.SET_ATIME : 0;
        mask |= (valid & Fuse.FATTR_MTIME) != 0 ? Op.SET_MTIME : 0;
        boolean atimeStated =
                (valid & Fuse.FATTR_ATIME) != 0 && (valid & Fuse.FATTR_ATIME_NOW) == 0;
        boolean mtimeStated =
                (valid & Fuse.FATTR_MTIME) != 0 && (valid & Fuse.FATTR_MTIME_NOW) == 0;
        slots.file[slot] = file;
        int at = memory.position();
        int length =
                OpWriter.setAttributes(
                        memory,
                        front.ordinal(),
                        named(file),
                        mask,
                        mode,
                        memory.getInt(body + 76),
                        memory.getInt(body + 80),
                        memory.getLong(body + 16),
                        atimeStated ? memory.getLong(body + 32) : clock.seconds(),
                        atimeStated ? memory.getInt(body + 56) : clock.nanos(),
                        mtimeStated ? memory.getLong(body + 40) : clock.seconds(),
                        mtimeStated ? memory.getInt(body + 60) : clock.nanos());
        return submit(slot, OpKind.SETATTR, at, length, isLocal(file));
    }

    /// Gives the id to name a file by, NONE for one that lives on this node only.
    private FileId named(LowerFile file) {
        if (isLocal(file)) {
            return FileId.NONE;
        }
        int result = tree.identify(file);
        if (result < 0) {
            throw new IllegalStateException("no id for " + file + ": " + Errno.name(result));
        }
        return file.id();
    }

    private int cut(int slot, LowerFile file, boolean killSetId) {
        clock.read();
        int mode = killSetId ? knownMode(file) : 0;
        int rest = killSetId ? withoutSetId(file, mode, slots.requestAt(slot)) : 0;
        boolean kill = killSetId && mode >= 0 && rest != mode;
        slots.file[slot] = file;
        int at = memory.position();
        int length =
                OpWriter.setAttributes(
                        memory,
                        front.ordinal(),
                        named(file),
                        Op.SET_SIZE | Op.SET_MTIME | (kill ? Op.SET_MODE : 0),
                        rest,
                        0,
                        0,
                        0,
                        clock.seconds(),
                        clock.nanos(),
                        clock.seconds(),
                        clock.nanos());
        return submit(slot, OpKind.SETATTR, at, length, isLocal(file));
    }

    private int openCut(int slot, LowerFile file, int body) {
        return cut(slot, file, (memory.getInt(body + 4) & Fuse.OPEN_KILL_SUIDGID) != 0);
    }

    // ---- creation

    private int create(int slot, LowerFile parent, int at, int body) {
        int flags = memory.getInt(body);
        LowerFile there = tree.find(parent, slots.address(body + 16), stat);
        if (there != null) {
            if ((flags & At.O_EXCL) != 0) {
                return -Errno.EEXIST;
            }
            slots.file[slot] = there;
            if ((flags & At.O_TRUNC) != 0) {
                return cut(slot, there, (memory.getInt(body + 12) & Fuse.OPEN_KILL_SUIDGID) != 0);
            }
            answers.opened(slot, slots.unique[slot]);
            front.give(slot);
            return 0;
        }
        return creation(
                slot,
                OpKind.CREATE,
                parent,
                at,
                memory.getInt(body + 4),
                memory.getInt(body + 8),
                0,
                Reads.name(memory, body + 16),
                NOTHING);
    }

    private int makeNode(int slot, LowerFile parent, int at, int body) {
        int mode = memory.getInt(body);
        OpKind kind = (mode & Stat.S_IFMT) == Stat.S_IFREG ? OpKind.CREATE : OpKind.MKNOD;
        return creation(
                slot,
                kind,
                parent,
                at,
                mode,
                memory.getInt(body + 8),
                memory.getInt(body + 4),
                Reads.name(memory, body + 16),
                NOTHING);
    }

    private int creation(
            int slot,
            OpKind kind,
            LowerFile parent,
            int at,
            int mode,
            int umask,
            int device,
            byte[] name,
            byte[] target) {
        int directory = tree.descriptor(parent);
        int result = directory < 0 ? directory : stat.of(directory);
        if (result < 0) {
            return result;
        }
        boolean excluded =
                isLocal(parent)
                        || (kind != OpKind.TMPFILE
                                && tree.excludes(parent, name, kind == OpKind.MKDIR));
        // a default ACL takes the place of the umask, acl(5)
        boolean masked =
                kind == OpKind.SYMLINK || Xattr.fget(directory, defaultAcl.address(), 0, 0) < 0;
        int stated = masked ? mode & ~umask : mode;
        boolean inherits = (stat.mode() & Stat.S_ISGID) != 0;
        clock.read();
        slots.parent[slot] = parent;
        int opAt = memory.position();
        int length =
                OpWriter.creation(
                        memory,
                        kind,
                        front.ordinal(),
                        excluded ? FileId.NONE : tree.newId(),
                        named(parent),
                        stated,
                        FuseRequest.uid(memory, at),
                        inherits ? stat.gid() : FuseRequest.gid(memory, at),
                        device,
                        clock.seconds(),
                        clock.nanos(),
                        name,
                        target);
        return submit(slot, kind, opAt, length, excluded);
    }

    // ---- names

    private int link(int slot, LowerFile parent, int body) {
        LowerFile file = tree.byIno(memory.getLong(body));
        if (file == null) {
            return -tree.lastErrno();
        }
        byte[] name = Reads.name(memory, body + 8);
        boolean excluded = tree.excludes(parent, name, false);
        if (excluded != file.isExcluded()) {
            return -Errno.EXDEV;
        }
        slots.file[slot] = file;
        slots.parent[slot] = parent;
        int at = memory.position();
        int length =
                OpWriter.entry(
                        memory, OpKind.LINK, front.ordinal(), named(file), named(parent), name);
        return submit(slot, OpKind.LINK, at, length, excluded);
    }

    private int remove(int slot, OpKind kind, LowerFile parent, int body) {
        LowerFile victim = tree.find(parent, slots.address(body), stat);
        if (victim == null) {
            return -tree.lastErrno();
        }
        boolean local = isRemovedLocally(parent, victim, body);
        slots.parent[slot] = parent;
        int at = memory.position();
        int length =
                OpWriter.entry(
                        memory,
                        kind,
                        front.ordinal(),
                        local ? FileId.NONE : named(victim),
                        local ? FileId.NONE : named(parent),
                        Reads.name(memory, body));
        return submit(slot, kind, at, length, local);
    }

    private boolean isRemovedLocally(LowerFile parent, LowerFile victim, int nameAt) {
        return victim.isExcluded()
                || isLocal(parent)
                || (!tree.excludes().isEmpty()
                        && tree.excludes(parent, Reads.name(memory, nameAt), victim.isDirectory()));
    }

    private int rename(int slot, LowerFile parent, int body, int flags, int namesAt) {
        LowerFile newParent = tree.byIno(memory.getLong(body));
        if (newParent == null) {
            return -tree.lastErrno();
        }
        byte[] name = Reads.name(memory, namesAt);
        byte[] newName = Reads.name(memory, namesAt + name.length + 1);
        if ((flags & ~(At.RENAME_NOREPLACE | At.RENAME_EXCHANGE)) != 0) {
            return -Errno.EINVAL;
        }
        LowerFile moved = tree.find(parent, slots.address(namesAt), stat);
        if (moved == null) {
            return -tree.lastErrno();
        }
        LowerFile replaced = tree.find(newParent, slots.address(namesAt + name.length + 1), stat);
        boolean excluded = tree.excludes(parent, name, moved.isDirectory());
        if (excluded != tree.excludes(newParent, newName, moved.isDirectory())) {
            return -Errno.EXDEV; // mv(1) then copies, which makes or leaves out operations
        }
        slots.parent[slot] = parent;
        slots.newParent[slot] = newParent;
        int at = memory.position();
        int length =
                OpWriter.rename(
                        memory,
                        front.ordinal(),
                        excluded ? FileId.NONE : named(moved),
                        named(parent),
                        name,
                        named(newParent),
                        newName,
                        // local renames name no ids, yet must see that a file is replaced
                        replaced == null ? FileId.NONE : excluded ? tree.rootId() : named(replaced),
                        flags);
        return submit(slot, OpKind.RENAME, at, length, excluded);
    }

    // ---- extended attributes, space

    private int setXattr(int slot, LowerFile file, int body) {
        int size = memory.getInt(body);
        int nameAt = body + 16;
        byte[] name = Reads.name(memory, nameAt);
        if (Reads.isHidden(memory, nameAt)) {
            return -Errno.EPERM;
        }
        if (size < 0 || size > Op.VALUE_BYTES_MAX) {
            return -Errno.E2BIG;
        }
        if ((memory.getInt(body + 8) & Fuse.SETXATTR_ACL_KILL_SGID) != 0) {
            int position = memory.position();
            killSetGroup(file);
            memory.position(position);
        }
        slots.file[slot] = file;
        int at = memory.position();
        int valueAt = nameAt + name.length + 1;
        int length =
                OpWriter.setXattr(
                        memory,
                        front.ordinal(),
                        named(file),
                        name,
                        memory.duplicate().limit(valueAt + size).position(valueAt),
                        memory.getInt(body + 4));
        return submit(slot, OpKind.SETXATTR, at, length, isLocal(file));
    }

    private void killSetGroup(LowerFile file) {
        int mode = knownMode(file);
        if (mode >= 0 && (mode & Stat.S_ISGID) != 0) {
            int slot = slots.take();
            slots.file[slot] = file;
            memory.position(slots.requestAt(slot));
            int at = memory.position();
            int length =
                    OpWriter.setAttributes(
                            memory,
                            front.ordinal(),
                            named(file),
                            Op.SET_MODE,
                            mode & ~Stat.S_ISGID,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            0);
            submit(slot, OpKind.SETATTR, at, length, isLocal(file));
        }
    }

    private int removeXattr(int slot, LowerFile file, int body) {
        if (Reads.isHidden(memory, body)) {
            return -Errno.ENODATA;
        }
        slots.file[slot] = file;
        int at = memory.position();
        int length =
                OpWriter.removeXattr(
                        memory, front.ordinal(), named(file), Reads.name(memory, body));
        return submit(slot, OpKind.REMOVEXATTR, at, length, isLocal(file));
    }

    private int allocate(int slot, LowerFile file, int requestAt, int body) {
        long offset = memory.getLong(body + 8);
        long size = memory.getLong(body + 16);
        if (offset < 0 || size <= 0 || offset > Long.MAX_VALUE - size) {
            return -Errno.EINVAL;
        }
        if (FuseRequest.uid(memory, requestAt) != 0) {
            int position = memory.position();
            killSetId(file, requestAt); // the request has no flag that would tell
            memory.position(position);
        }
        slots.file[slot] = file;
        int at = memory.position();
        int length =
                OpWriter.allocate(
                        memory,
                        front.ordinal(),
                        named(file),
                        memory.getInt(body + 24),
                        offset,
                        size);
        markTimes(file);
        return submit(slot, OpKind.FALLOCATE, at, length, isLocal(file));
    }

    // ---- durability

    private int sync(int slot, LowerFile file, int body) {
        boolean dataOnly = (memory.getInt(body + 8) & Fuse.FSYNC_FDATASYNC) != 0;
        // Time stamps follow within a second, not now: a new one would make a commit of the file
        // system's journal of every sync, here and there.
        int position = memory.position();
        boolean local = isLocal(file);
        if (!local
                && tree.identify(file) >= 0
                && front.sink.isDurable(file.idHigh(), file.idLow())) {
            // A database that recovers syncs every file it has: a second or more of an outage.
            replies.ok(slots.unique[slot]);
            front.give(slot);
            return 0;
        }
        slots.file[slot] = file;
        slots.kind[slot] = OpKind.SYNC;
        int fd = tree.pin(file);
        if (fd < 0) {
            return fd;
        }
        front.poolJobs++;
        int length =
                local
                        ? 0
                        : OpWriter.sync(
                                memory,
                                front.ordinal(),
                                named(file),
                                dataOnly ? Op.FLAG_DATA_ONLY : 0);
        // both disks work in parallel
        front.pool.execute(() -> {
            int result = dataOnly ? Fd.fdatasync(fd) : Fd.fsync(fd);
            tree.unpin(file);
            front.loop.execute(() -> {
                if (!front.isClosed()) {
                    slots.outcome[slot] = result;
                    slots.isLocalDone[slot] = true;
                    finishSync(slot);
                }
            });
        });
        return submit(slot, OpKind.SYNC, position, length, local);
    }

    private void finishSync(int slot) {
        if (!slots.isLocalDone[slot] || !slots.isRemoteDone[slot]) {
            return;
        }
        int outcome = slots.outcome[slot];
        int refused = slots.flags[slot];
        if (refused != 0) {
            replies.error(slots.unique[slot], refused);
        } else {
            if (!slots.local[slot]) {
                front.sink.applied(front, slot, OpKind.SYNC, outcome);
            }
            answers.answer(slot, outcome);
        }
        front.give(slot);
    }

    // ---- closing, time stamps

    /// Closes a handle: tells the time stamps of a changed file, lets an unnamed file go.
    void release(int slot) {
        long handle = memory.getLong(FuseRequest.body(slots.requestAt(slot)));
        LowerFile file = front.open.file(handle);
        if (file != null && front.gate() == Gate.OPEN && !isLocal(file)) {
            if (file.timesDue()) {
                sendTimes(file);
            }
            if (file.isTemporary() && file.opens() == 1) {
                extra(OpKind.RELEASE, file);
            }
        }
        front.release(handle);
        replies.ok(slots.unique[slot]);
    }

    private void extra(OpKind kind, LowerFile file) {
        int slot = slots.take();
        slots.file[slot] = file;
        int at = slots.requestAt(slot);
        memory.position(at);
        int length =
                kind == OpKind.RELEASE
                        ? OpWriter.release(memory, front.ordinal(), file.id())
                        : OpWriter.times(
                                memory,
                                front.ordinal(),
                                file.id(),
                                stat.mtimeSeconds(),
                                stat.mtimeNanos());
        submit(slot, kind, at, length, false);
    }

    private void markTimes(@Nullable LowerFile file) {
        if (file != null && !file.timesDue() && !isLocal(file)) {
            file.timesDue(true);
            timesDue.add(file);
        }
    }

    private void markDirectories(int slot, OpKind kind) {
        if (!slots.local[slot] && kind.changesNames()) {
            markTimes(slots.parent[slot]);
            markTimes(slots.newParent[slot]);
        }
    }

    private void sendTimes(LowerFile file) {
        file.timesDue(false);
        if (front.stat(file, stat) >= 0 && tree.identify(file) >= 0) {
            extra(OpKind.TIMES, file);
        }
    }

    /// Tells the time stamps of everything that changed since the last time.
    void shipTimes() {
        while (!timesDue.isEmpty() && slots.freeCount() > slots.count() / 4) {
            LowerFile file = timesDue.poll();
            if (file != null && file.timesDue()) {
                sendTimes(file);
            }
        }
    }
}
