package dev.understudy.node.rfs.tree;

import dev.understudy.core.rfs.FileId;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes a tree equal to another one, by id: the target's hands in a resynchronisation. For one
/// platform thread; the tree may be read by others meanwhile.
///
/// Names that are in the way or gone on the source are not removed at once but put aside (see
/// [Excludes#ASIDE]), because the file may turn up under another name; [#finish] removes the rest.
public final class TreeWriter {
    /// What became of a name.
    public enum Placed {
        /// It leads to the file, which was here before.
        THERE,
        /// It leads to a file that was here under another id and now has this one.
        ADOPTED,
        /// The file had to be created and has no data yet.
        MADE,
        /// Nothing was done: the directory in which the name belongs lies, for now, below the
        /// directory that the name means. It works once other names are in their places.
        LATER
    }

    private final LowerTree tree;
    private final Consumer<FileId> onMove;
    private final TreeReader reader;
    private final Stat stat = new Stat();
    private final Times times = new Times();
    private final ProcPath procPath = new ProcPath();
    private int aside = -1;
    private long asideCount;

    /// Makes a writer of a tree.
    public TreeWriter(LowerTree tree) {
        this(tree, _ -> {});
    }

    /// Makes a writer of a tree.
    ///
    /// @param onMove hears from which directory another one is about to be moved
    public TreeWriter(LowerTree tree, Consumer<FileId> onMove) {
        this.tree = tree;
        this.onMove = onMove;
        reader = new TreeReader(tree);
    }

    /// Makes a name lead to the file with an id, creating or moving that file, and gives it its
    /// attributes (the size too, which leaves new parts as holes). A regular file that is made
    /// stays empty and root's, with the permissions of the source: it gets the rest when it has its
    /// data, since each change of an inode costs as much as making the file. A directory gets all
    /// at once, for what is made in it may inherit.
    ///
    /// @param parent directory that is already there
    /// @param attributes as on the source; the modification time is only right until data is
    ///   written, see [#setAttributes]
    /// @param adopts whether a file of the same kind that is under the name already may become the
    ///   one meant, whatever id it has: this copy was filled by other means and has no history
    /// @throws IOException with the error of the file system
    public Placed put(FileId id, FileId parent, byte[] name, Attributes attributes, boolean adopts)
            throws IOException {
        ThreadMask.clear();
        LowerFile directory = directory(parent);
        int fd = Errno.check("open", parent, tree.pin(directory));
        try (CString c = CString.of(name)) {
            LowerFile there = tree.findAt(fd, c.address(), stat);
            Placed placed;
            if (adopts && there != null && isAdoptable(there, id, attributes)) {
                Errno.check("mark", id, tree.assign(there, id.high(), id.low()));
                placed = Placed.ADOPTED;
            } else {
                placed = place(id, fd, c.address(), there);
            }
            if (placed == Placed.LATER) {
                return placed;
            }
            if (placed == Placed.MADE) {
                create(id, fd, c.address(), attributes);
            }
            if (placed != Placed.MADE || !attributes.isRegular()) {
                setAttributes(id, attributes);
            }
            return placed;
        } finally {
            tree.unpin(directory);
        }
    }

    private LowerFile directory(FileId id) throws IOException {
        LowerFile directory = tree.byId(id);
        if (directory == null) {
            throw new IOException("no directory " + id + " in " + tree.directory());
        }
        return directory;
    }

    /// Makes a name lead to a file that is here somewhere, also aside; its attributes stay.
    ///
    /// @return MADE if there is no such file: nothing has the name then
    /// @throws IOException with the error of the file system
    public Placed place(FileId id, FileId parent, byte[] name) throws IOException {
        LowerFile directory = directory(parent);
        int fd = Errno.check("open", parent, tree.pin(directory));
        try (CString c = CString.of(name)) {
            return place(id, fd, c.address(), tree.findAt(fd, c.address(), stat));
        } finally {
            tree.unpin(directory);
        }
    }

    private Placed place(FileId id, int directory, long name, @Nullable LowerFile there)
            throws IOException {
        if (there != null && carries(there, id)) {
            return Placed.THERE;
        }
        if (there != null) {
            putAside(directory, name);
        }
        return bring(id, directory, name);
    }

    /// One name and one kind only: then no other name of the source can mean the same file.
    private boolean isAdoptable(LowerFile there, FileId id, Attributes wanted) {
        boolean alone = stat.isDirectory() || (stat.isRegular() && stat.links() == 1);
        return alone
                && stat.type() == wanted.type()
                && wanted.links() == 1
                && !carries(there, id)
                && tree.byId(id) == null;
    }

    private boolean carries(LowerFile file, FileId id) {
        tree.readIdOf(file);
        return file.identified && file.idHigh == id.high() && file.idLow == id.low();
    }

    /// Moves or links the file with an id, wherever it is, to a name.
    ///
    /// @return MADE if there is no such file yet: it has to be made
    private Placed bring(FileId id, int directory, long name) throws IOException {
        LowerFile file = tree.byId(id);
        int fd = file == null ? -1 : tree.pin(file);
        if (file == null || fd < 0) {
            return Placed.MADE;
        }
        try {
            if (!file.isDirectory()) {
                int result = At.linkat(fd, Stat.emptyName(), directory, name, At.AT_EMPTY_PATH);
                if (result == -Errno.ENOENT) {
                    return Placed.MADE; // its last name is gone
                }
                Errno.check("link", id, result);
                return Placed.THERE;
            }
            String path = tree.pathOf(file);
            try (CString from = CString.of(Attributes.latin(path))) {
                LowerFile at = tree.findAt(tree.rootFd(), from.address(), stat);
                if (at != file) {
                    return Placed.MADE;
                }
                tellMove(fd);
                int result = At.renameat2(tree.rootFd(), from.address(), directory, name, 0);
                if (result == -Errno.EINVAL) {
                    return Placed.LATER; // rename(2): into a subdirectory of itself
                }
                Errno.check("move", path, result);
                return Placed.THERE;
            }
        } finally {
            tree.unpin(file);
        }
    }

    private void tellMove(int directory) {
        try (CString up = CString.of("..")) {
            LowerFile from = tree.findAt(directory, up.address(), stat);
            if (from != null) {
                tree.readIdOf(from);
                if (from.identified) { // else it lies aside
                    onMove.accept(from.id());
                }
            }
        }
    }

    private void create(FileId id, int directory, long name, Attributes a) throws IOException {
        int mode = a.mode() & 07777;
        int result =
                switch (a.type()) {
                    case Stat.S_IFREG ->
                            At.openat(
                                    directory,
                                    name,
                                    At.O_CREAT | At.O_EXCL | At.O_RDWR | At.O_CLOEXEC,
                                    mode & 0777);
                    case Stat.S_IFDIR -> At.mkdirat(directory, name, 0700);
                    case Stat.S_IFLNK -> {
                        try (CString target = CString.of(Attributes.latin(a.target()))) {
                            yield At.symlinkat(target.address(), directory, name);
                        }
                    }
                    default -> At.mknodat(directory, name, a.mode(), Stat.libcDevice(a.device()));
                };
        Errno.check("create", id, result);
        int fd = result;
        if (a.type() != Stat.S_IFREG) {
            int flags = a.isDirectory() ? At.O_RDONLY | At.O_DIRECTORY : At.O_PATH;
            fd =
                    Errno.check(
                            "open",
                            id,
                            At.openat(directory, name, flags | At.O_NOFOLLOW | At.O_CLOEXEC, 0));
        }
        Errno.check("statx", id, stat.of(fd));
        LowerFile file = tree.adopt(fd, id.high(), id.low(), stat, false);
        if (file == null) {
            throw Errno.failed("mark " + id, tree.lastErrno());
        }
        tree.unpin(file);
    }

    /// Gives a file its attributes: size, owner, mode, extended attributes, and last the
    /// modification time.
    ///
    /// @return false if there is no such file
    /// @throws IOException with the error of the file system
    public boolean setAttributes(FileId id, Attributes a) throws IOException {
        ThreadMask.clear();
        LowerFile file = tree.byId(id);
        if (file == null) {
            return false;
        }
        Attributes have = reader.attributes(id);
        int fd = tree.pin(file);
        if (have == null || fd < 0) {
            return false;
        }
        try {
            if (have.sameAs(a)) {
                return true;
            }
            boolean pathOnly = LowerTree.isPathOnly(file.type);
            boolean chowned = have.uid() != a.uid() || have.gid() != a.gid(); // takes set-id bits
            if (a.isRegular() && have.size() != a.size()) {
                Errno.check("truncate", id, Fd.ftruncate(fd, a.size()));
            }
            if (chowned) {
                Errno.check(
                        "chown",
                        id,
                        At.fchownat(fd, Stat.emptyName(), a.uid(), a.gid(), At.AT_EMPTY_PATH));
            }
            if (a.type() != Stat.S_IFLNK && (chowned || have.mode() != a.mode())) {
                int mode = a.mode() & 07777;
                Errno.check(
                        "chmod",
                        id,
                        pathOnly
                                ? At.fchmodat(At.AT_FDCWD, procPath.of(fd), mode, 0)
                                : Fd.fchmod(fd, mode));
            }
            setXattrs(fd, pathOnly, have, a);
            setTimes(fd, a);
            return true;
        } finally {
            tree.unpin(file);
        }
    }

    private void setTimes(int fd, Attributes a) throws IOException {
        Errno.check(
                "set the time of a file of",
                tree.directory(),
                times.set(fd, 0, Times.UTIME_OMIT, a.mtimeSeconds(), a.mtimeNanos()));
    }

    private void setXattrs(int fd, boolean pathOnly, Attributes have, Attributes want)
            throws IOException {
        for (String name : have.xattrs().keySet()) {
            if (!want.xattrs().containsKey(name)) {
                try (CString c = CString.of(Attributes.latin(name))) {
                    Errno.check(
                            "remove attribute",
                            name,
                            pathOnly
                                    ? Xattr.remove(procPath.of(fd), c.address())
                                    : Xattr.fremove(fd, c.address()));
                }
            }
        }
        for (Map.Entry<String, byte[]> xattr : want.xattrs().entrySet()) {
            byte[] old = have.xattrs().get(xattr.getKey());
            if (!java.util.Arrays.equals(old, xattr.getValue())) {
                byte[] bytes = xattr.getValue();
                try (CString c = CString.of(Attributes.latin(xattr.getKey()));
                        CString v = CString.of(bytes)) {
                    Errno.check(
                            "set attribute",
                            xattr.getKey(),
                            pathOnly
                                    ? Xattr.set(
                                            procPath.of(fd),
                                            c.address(),
                                            v.address(),
                                            bytes.length,
                                            0)
                                    : Xattr.fset(fd, c.address(), v.address(), bytes.length, 0));
                }
            }
        }
    }

    /// Writes data from a direct buffer, position to limit, all of it; advances the position.
    ///
    /// @return false if there is no such file
    /// @throws IOException with the error of the disk
    public boolean write(FileId id, long offset, ByteBuffer data) throws IOException {
        LowerFile file = tree.byId(id);
        int fd = file == null ? -1 : tree.pin(file);
        if (file == null || fd < 0) {
            return false;
        }
        try {
            int length = data.remaining();
            long address = Native.address(data) + data.position();
            int written = Applier.write(fd, address, length, offset);
            if (written < length) {
                throw Errno.failed("write " + id, written < 0 ? written : -Errno.ENOSPC);
            }
            data.position(data.limit());
            return true;
        } finally {
            tree.unpin(file);
        }
    }

    /// Makes a range read as zeros and gives its space back; the size stays.
    ///
    /// @return false if there is no such file
    /// @throws IOException with the error of the file system
    public boolean punch(FileId id, long offset, long length) throws IOException {
        LowerFile file = tree.byId(id);
        int fd = file == null ? -1 : tree.pin(file);
        if (file == null || fd < 0) {
            return false;
        }
        try {
            int mode = Fd.FALLOC_FL_PUNCH_HOLE | Fd.FALLOC_FL_KEEP_SIZE;
            Errno.check("punch", id, Fd.fallocate(fd, mode, offset, length));
            return true;
        } finally {
            tree.unpin(file);
        }
    }

    /// Makes one file durable; blocks.
    ///
    /// @return false if there is no such file
    /// @throws IOException with the error of the disk
    public boolean sync(FileId id) throws IOException {
        LowerFile file = tree.byId(id);
        int fd = file == null ? -1 : tree.pin(file);
        if (file == null || fd < 0) {
            return false;
        }
        try {
            Errno.check("sync", id, LowerTree.isPathOnly(file.type) ? 0 : Fd.fsync(fd));
            return true;
        } finally {
            tree.unpin(file);
        }
    }

    /// Takes a name out of a directory: puts it aside with everything below it.
    ///
    /// @return false if the name was not there
    /// @throws IOException with the error of the file system
    public boolean remove(FileId parent, byte[] name) throws IOException {
        LowerFile directory = tree.byId(parent);
        int fd = directory == null ? -1 : tree.pin(directory);
        if (directory == null || fd < 0) {
            return false;
        }
        try (CString c = CString.of(name)) {
            if (stat.of(fd, c.address()) == -Errno.ENOENT) {
                return false;
            }
            putAside(fd, c.address());
            return true;
        } finally {
            tree.unpin(directory);
        }
    }

    private void putAside(int directory, long name) throws IOException {
        openAside();
        int result = -Errno.EEXIST;
        while (result == -Errno.EEXIST) { // names of other writers, or of an interrupted run
            try (CString to = CString.of(Long.toHexString(asideCount++))) {
                result = At.renameat2(directory, name, aside, to.address(), At.RENAME_NOREPLACE);
            }
        }
        Errno.check("put aside a file of", tree.directory(), result);
    }

    /// Gives what a name leads to another one aside, so that it stays when the name goes.
    ///
    /// @return false if the name is not there, or leads to a directory
    /// @throws IOException with the error of the file system
    public boolean keep(FileId parent, byte[] name) throws IOException {
        LowerFile directory = tree.byId(parent);
        int fd = directory == null ? -1 : tree.pin(directory);
        if (directory == null || fd < 0) {
            return false;
        }
        try (CString c = CString.of(name)) {
            if (stat.of(fd, c.address()) < 0 || stat.isDirectory()) {
                return false;
            }
            openAside();
            int result = -Errno.EEXIST;
            while (result == -Errno.EEXIST) {
                try (CString to = CString.of(Long.toHexString(asideCount++))) {
                    result = At.linkat(fd, c.address(), aside, to.address(), 0);
                }
            }
            Errno.check("keep a file of", tree.directory(), result);
            return true;
        } finally {
            tree.unpin(directory);
        }
    }

    /// Makes the directory for what is put aside.
    ///
    /// @throws IOException with the error of the file system
    public void openAside() throws IOException {
        if (aside >= 0) {
            return;
        }
        try (CString name = CString.of(Excludes.ASIDE)) {
            int made = At.mkdirat(tree.rootFd(), name.address(), 0700);
            if (made != -Errno.EEXIST) {
                Errno.check("make", Excludes.ASIDE, made);
            }
            aside =
                    Errno.check(
                            "open",
                            Excludes.ASIDE,
                            At.openat(
                                    tree.rootFd(),
                                    name.address(),
                                    At.O_RDONLY | At.O_DIRECTORY | At.O_CLOEXEC,
                                    0));
        }
    }

    /// Removes for good what was put aside, also by an earlier run that was interrupted.
    ///
    /// @throws IOException with the error of the file system
    public void finish() throws IOException {
        if (aside >= 0) {
            Fd.close(aside);
            aside = -1;
        }
        byte[] name = Attributes.latin(Excludes.ASIDE);
        Errno.check("remove", Excludes.ASIDE, new Removal(tree).remove(tree.rootFd(), name, true));
    }

    /// Gives what the reader of this writer's thread reads.
    public @Nullable Attributes attributes(FileId id) throws IOException {
        return reader.attributes(id);
    }
}
