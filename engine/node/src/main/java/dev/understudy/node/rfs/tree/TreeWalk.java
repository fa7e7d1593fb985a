package dev.understudy.node.rfs.tree;

import dev.understudy.core.rfs.FileId;
import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Dirents;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Handle;
import dev.understudy.posix.fs.ProcPath;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.fs.Xattr;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Walks everything that is replicated below a tree's root; excluded names are left out.
///
/// The tree may change meanwhile: what vanishes is skipped. Needs one open descriptor, however deep
/// the tree is.
public final class TreeWalk {
    private static final int READ_DIRECTORY =
            At.O_RDONLY | At.O_DIRECTORY | At.O_CLOEXEC | At.O_NOATIME;

    /// What changed while nobody watched.
    ///
    /// @param files ids whose data or attributes may differ, new files included
    /// @param directories ids whose entries may differ
    /// @param walked files and directories that were looked at
    /// @param marked of these, how many had no id of their own and got a new one
    public record Changes(Set<FileId> files, Set<FileId> directories, long walked, long marked) {}

    /// Takes one file that carries an id.
    @FunctionalInterface
    interface IdVisitor {
        void visit(FileId id, long ino, int generation, int type);
    }

    private interface Visitor {
        @Nullable FileId visit(FileId parent, int directory, byte[] name, @Nullable FileId carried)
                throws IOException;
    }

    private record Directory(byte[] handle, FileId id, String path) {}

    private final LowerTree tree;
    private final Stat stat = new Stat();
    private final Handle handle = new Handle();
    private final ProcPath procPath = new ProcPath();
    private final ByteBuffer value = Native.allocate(64, 8);
    private final long valueAddress = Native.address(value);

    /// Makes a walk; nothing is read yet.
    public TreeWalk(LowerTree tree) {
        this.tree = tree;
    }

    /// Visits every file that carries an id, the root included.
    void everyId(IdVisitor visitor) throws IOException {
        LowerFile root = tree.root();
        visitor.visit(tree.rootId(), root.ino, root.generation, Stat.S_IFDIR);
        walk((_, _, _, carried) -> {
            if (carried != null) {
                visitor.visit(carried, stat.ino(), handle.generation(), stat.type());
            }
            return carried == null ? FileId.NONE : carried;
        });
    }

    /// Finds what may have changed since a moment, and gives each file without an id a new one.
    ///
    /// A file counts when its change time is not before the moment (programs cannot set it), when
    /// it had no id of its own, or when its directory counts as new.
    ///
    /// @param seconds since 1970, together with `nanos`; state it with a margin for clock steps
    /// @throws IOException if a directory cannot be read
    public Changes changedSince(long seconds, int nanos) throws IOException {
        Set<FileId> files = new LinkedHashSet<>();
        Set<FileId> directories = new LinkedHashSet<>();
        Map<FileId, Long> seen = new HashMap<>();
        long[] counts = new long[2];
        Errno.check("statx " + tree.directory(), stat.of(tree.rootFd()));
        if (isSince(seconds, nanos)) {
            directories.add(tree.rootId());
            files.add(tree.rootId());
        }
        walk((parent, directory, name, carried) -> {
            counts[0]++;
            boolean isDirectory = stat.isDirectory();
            boolean changed = isSince(seconds, nanos);
            FileId id = carried;
            if (id != null) {
                Long ino = seen.putIfAbsent(id, stat.ino());
                if (ino != null && ino != stat.ino()) {
                    id = null; // two inodes with one id: the later one is new
                }
            }
            if (id == null) {
                id = mark(directory, name, carried != null);
                if (id == null) {
                    return null;
                }
                counts[1]++;
                directories.add(parent);
                changed = true;
            }
            if (changed) {
                files.add(id);
                if (isDirectory) {
                    directories.add(id);
                }
            }
            return id;
        });
        return new Changes(files, directories, counts[0], counts[1]);
    }

    private boolean isSince(long seconds, int nanos) {
        return stat.ctimeSeconds() > seconds
                || (stat.ctimeSeconds() == seconds && stat.ctimeNanos() >= nanos);
    }

    private @Nullable FileId mark(int directory, byte[] name, boolean renew) throws IOException {
        try (CString c = CString.of(name)) {
            synchronized (tree) {
                int parentFd = directory;
                LowerFile file = tree.findAt(parentFd, c.address(), stat);
                if (file == null) {
                    return null;
                }
                int result;
                if (renew) {
                    FileId id = tree.newId();
                    result = tree.assign(file, id.high(), id.low());
                } else {
                    result = tree.identify(file);
                }
                if (result < 0) {
                    throw Errno.failed("mark a file in " + tree.directory(), result);
                }
                handle.set(file.handle);
                return file.id();
            }
        }
    }

    private void walk(Visitor visitor) throws IOException {
        tree.countWalk();
        Dirents entries = new Dirents();
        Deque<Directory> todo = new ArrayDeque<>();
        todo.push(new Directory(tree.root().handle, tree.rootId(), ""));
        while (!todo.isEmpty()) {
            Directory next = todo.pop();
            handle.set(next.handle);
            int fd = handle.open(tree.rootFd(), READ_DIRECTORY);
            if (fd == -Errno.ESTALE || fd == -Errno.ENOENT) {
                continue; // removed meanwhile
            }
            Errno.check("open a directory of " + tree.directory(), fd);
            try {
                entries.over(fd);
                while (entries.advance()) {
                    one(fd, next, entries, visitor, todo);
                }
            } finally {
                Fd.close(fd);
            }
        }
    }

    private void one(int fd, Directory in, Dirents entries, Visitor visitor, Deque<Directory> todo)
            throws IOException {
        long name = entries.nameAddress();
        if (stat.of(fd, name) < 0 || handle.of(fd, name) < 0) {
            return; // removed meanwhile
        }
        byte[] bytes = entries.name();
        boolean inRoot = in.path.isEmpty();
        if (tree.excludes().matches(bytes, stat.isDirectory(), inRoot, () -> in.path)) {
            return;
        }
        byte[] kept = handle.bytes();
        FileId id = visitor.visit(in.id, fd, bytes, carried(fd, bytes));
        if (stat.isDirectory() && id != null) {
            String own = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
            todo.push(new Directory(kept, id, inRoot ? own : in.path + "/" + own));
        }
    }

    private @Nullable FileId carried(int fd, byte[] name) {
        long length = Xattr.lget(procPath.of(fd, name), tree.idAttribute(), valueAddress, 64);
        if (length != LowerTree.ID_VALUE_BYTES
                || value.getLong(16) != stat.ino()
                || value.getInt(24) != handle.generation()) {
            return null;
        }
        FileId id = FileId.read(value, 0);
        return id.isNone() ? null : id;
    }
}
