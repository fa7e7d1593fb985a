package dev.understudy.node.rfs.tree;

import dev.understudy.core.rfs.FileId;
import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Dirents;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Stat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a tree by id: what a resynchronisation sends and a verification compares. For one thread
/// of any kind; the tree may be in use by others meanwhile.
public final class TreeReader {
    /// One name in a directory.
    ///
    /// @param name bytes as they are in the directory
    /// @param id of the file, made now if it had none
    /// @param type `S_IF...` bits
    /// @param ino inode number on this node
    /// @param size of a regular file in bytes
    public record Entry(byte[] name, FileId id, int type, long ino, long size) {}

    private final LowerTree tree;
    private final Stat stat = new Stat();
    private final AttributeReader attributes;

    /// Makes a reader of a tree.
    public TreeReader(LowerTree tree) {
        this.tree = tree;
        attributes = new AttributeReader(tree.directory().toString());
    }

    /// Lists a directory, names that live on this node only left out.
    ///
    /// @return entries in the order of the directory, or null if there is no such directory any
    ///   more
    /// @throws IOException if it cannot be read
    public @Nullable List<Entry> list(FileId directory) throws IOException {
        LowerFile file = tree.byId(directory);
        if (file == null || !file.isDirectory()) {
            return null;
        }
        int pinned = tree.pin(file);
        if (pinned < 0) {
            return null;
        }
        int fd = -1;
        try (CString dot = CString.of(".")) {
            // a description of its own: the position of the shared one belongs to others
            fd = At.openat(pinned, dot.address(), At.O_RDONLY | At.O_DIRECTORY | At.O_CLOEXEC, 0);
            if (fd == -Errno.ENOENT) {
                return null;
            }
            Errno.check("open a directory of " + tree.directory(), fd);
            List<Entry> entries = new ArrayList<>();
            Dirents names = new Dirents().over(fd);
            while (names.advance()) {
                Entry entry = entry(file, fd, names);
                if (entry != null) {
                    entries.add(entry);
                }
            }
            return entries;
        } finally {
            if (fd >= 0) {
                Fd.close(fd);
            }
            tree.unpin(file);
        }
    }

    /// Tells whether a directory still has an entry: the name, and the same file under it.
    public boolean has(FileId directory, Entry entry) {
        synchronized (tree) {
            LowerFile file = tree.byId(directory);
            int fd = file == null ? -1 : tree.descriptor(file);
            if (fd < 0) {
                return false;
            }
            try (CString name = CString.of(entry.name())) {
                LowerFile child = tree.findAt(fd, name.address(), stat);
                return child != null && child.ino == entry.ino() && tree.byId(entry.id()) == child;
            }
        }
    }

    private @Nullable Entry entry(LowerFile parent, int fd, Dirents names) throws IOException {
        byte[] name = names.name();
        synchronized (tree) {
            LowerFile child = tree.findAt(fd, names.nameAddress(), stat);
            if (child == null || tree.excludes(parent, name, child.isDirectory())) {
                return null;
            }
            long size = stat.isRegular() ? stat.size() : 0;
            int marked = tree.identify(child);
            if (marked == -Errno.ESTALE || marked == -Errno.ENOENT) {
                return null; // removed meanwhile
            }
            Errno.check("mark a file of", tree.directory(), marked);
            return new Entry(name, child.id(), child.type, child.ino, size);
        }
    }

    /// Reads the attributes of a file.
    ///
    /// @return null if there is no such file any more
    /// @throws IOException if they cannot be read
    public @Nullable Attributes attributes(FileId id) throws IOException {
        LowerFile file = tree.byId(id);
        int fd = file == null ? -1 : tree.pin(file);
        if (file == null || fd < 0) {
            return null;
        }
        try {
            return attributes.read(fd, LowerTree.isPathOnly(file.type));
        } finally {
            tree.unpin(file);
        }
    }

    /// Reads data of a regular file into a direct buffer, from its position up to its limit or the
    /// end of the file; advances the position.
    ///
    /// @return bytes read, 0 at the end, -1 if there is no such file any more
    /// @throws IOException with the error of the disk
    public int read(FileId id, long offset, ByteBuffer into) throws IOException {
        LowerFile file = tree.byId(id);
        int fd = file == null ? -1 : tree.pin(file);
        if (file == null || fd < 0) {
            return -1;
        }
        try {
            long address = Native.address(into) + into.position();
            int done = 0;
            int wanted = into.remaining();
            while (done < wanted) {
                long now = Fd.pread(fd, address + done, wanted - done, offset + done);
                if (now == -Errno.EINTR) {
                    continue;
                }
                Errno.check("read a file of " + tree.directory(), now);
                if (now == 0) {
                    break;
                }
                done += (int) now;
            }
            into.position(into.position() + done);
            return done;
        } finally {
            tree.unpin(file);
        }
    }

    /// Finds where data goes on at or after an offset.
    ///
    /// @return offset of the next byte that is not in a hole; -1 if only a hole follows, or no file
    public long nextData(FileId id, long offset) {
        return seek(id, offset, Fd.SEEK_DATA);
    }

    /// Finds where the next hole starts at or after an offset; the end of the file counts as one.
    ///
    /// @return -1 if the offset is beyond the end, or there is no file
    public long nextHole(FileId id, long offset) {
        return seek(id, offset, Fd.SEEK_HOLE);
    }

    private long seek(FileId id, long offset, int whence) {
        LowerFile file = tree.byId(id);
        int fd = file == null ? -1 : tree.pin(file);
        if (file == null || fd < 0) {
            return -1;
        }
        try {
            return Math.max(-1, Fd.lseek(fd, offset, whence));
        } finally {
            tree.unpin(file);
        }
    }
}
