package dev.understudy.node.rfs.tree;

import dev.understudy.core.member.HaException;
import dev.understudy.core.rfs.FileId;
import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Handle;
import dev.understudy.posix.fs.Mounts;
import dev.understudy.posix.fs.ProcPath;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.fs.Xattr;
import dev.understudy.posix.fuse.FuseConnection;
import dev.understudy.posix.process.Limits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A replicated directory as it is below its mount: a clone of the mount that only we can reach.
///
/// Files are known by inode (from the kernel) and by file id (from operations). The id is kept in
/// `trusted.understudy.id` as {id 16, inode 8, generation 4}: a value that does not match its inode
/// is a copy, and the file a new one. Descriptors are kept open in least-recently-used order up to
/// a bound. All methods may be called from any thread; file calls on a pinned descriptor need no
/// lock.
public final class LowerTree implements AutoCloseable {
    /// Name of the attribute that keeps the id; everything below `trusted.understudy.` is hidden
    /// through the mount.
    public static final String ID_ATTRIBUTE = "trusted.understudy.id";

    static final int ID_VALUE_BYTES = 28;
    private static final long LOOKED_BYTES_MAX = 1 << 20;
    private static final int DESCRIPTORS_MAX = 2048;
    private static final int FILES_MAX = 200_000;
    private static final long OPEN_FILES_WANTED = 262_144;

    /// What the attribute of the root said when the tree was opened.
    public enum RootState {
        /// There was no id: the directory was never replicated.
        FRESH,
        /// The id is the one we expect.
        KNOWN,
        /// The id belongs to another replicated directory, or the directory is a copy of one.
        FOREIGN
    }

    private final Path directory;
    private final FileId rootId;
    private final IdIndex index;
    private final Excludes excludes;
    private final int cloneFd;
    private final int rootFd;
    private final long rootIno;
    private final RootState rootState;
    private final LowerFile root;
    private final LongMap<LowerFile> byIno = new LongMap<>();
    private final LongMap<LowerFile> byId = new LongMap<>();
    private final LowerFile recent; // head of the ring of unpinned open files, oldest first
    private final Stat stat = new Stat();
    private final Handle handle = new Handle();
    private final ProcPath procPath = new ProcPath();
    private final CString idName = CString.of(ID_ATTRIBUTE);
    private final ByteBuffer idValue = Native.allocate(64, 8);
    private final long idValueAddress = Native.address(idValue);
    private final ByteBuffer pathBytes = Native.allocate(4096, 8);
    private final long pathAddress = Native.address(pathBytes);
    private final SecureRandom random = new SecureRandom();
    private int restCount;
    private int walks;
    private int lastErrno;
    private boolean closed;

    private LowerTree(
            Path directory,
            FileId rootId,
            IdIndex index,
            Excludes excludes,
            int cloneFd,
            int rootFd)
            throws IOException {
        this.directory = directory;
        this.rootId = rootId;
        this.index = index;
        this.excludes = excludes;
        this.cloneFd = cloneFd;
        this.rootFd = rootFd;
        Errno.check("statx " + directory, stat.of(rootFd));
        Errno.check("handle of " + directory, handle.of(rootFd));
        rootIno = stat.ino();
        root = new LowerFile(rootIno, handle.generation(), handle.bytes(), Stat.S_IFDIR);
        recent = new LowerFile(0, 0, new byte[0], 0);
        root.fd = rootFd;
        root.pins = 1;
        root.lookedUp();
        rootState = identifyRoot();
        if (rootState == RootState.FRESH && index.size() == 0) {
            index.complete(); // nothing in here carries an id yet
        }
        root.idHigh = rootId.high();
        root.idLow = rootId.low();
        root.identified = true;
        byIno.put(rootIno, root);
        byId.put(key(root.idHigh, root.idLow), root);
    }

    /// Opens the tree at a directory, after taking away a mount that an earlier daemon left on it.
    /// Raises this process's limit of open files: each file that a program has open needs one here.
    ///
    /// @param rootId id of the root, see [FileId#ofRoot]
    /// @param indexFile where the index from id to inode is kept, outside the directory
    /// @throws HaException HA-3101 no directory, HA-3102 the file system lacks what we need
    public static LowerTree open(Path directory, FileId rootId, Path indexFile, Excludes excludes)
            throws IOException {
        Limits.raiseOpenFiles(OPEN_FILES_WANTED);
        FuseConnection.detachStale(directory);
        if (!Files.isDirectory(directory)) {
            throw new HaException(
                    "HA-3101",
                    directory + " is not a directory",
                    null,
                    "create it on this node or correct the path in the module's configuration");
        }
        Path real = directory.toRealPath();
        int clone = Errno.check("open_tree " + real, Mounts.cloneTree(real.toString()));
        int rootFd = -1;
        IdIndex index = null;
        try (CString dot = CString.of(".")) {
            rootFd =
                    Errno.check(
                            "open " + real,
                            At.openat(
                                    clone,
                                    dot.address(),
                                    At.O_RDONLY | At.O_DIRECTORY | At.O_CLOEXEC,
                                    0));
            probe(real, rootFd);
            index = IdIndex.open(indexFile);
            return new LowerTree(real, rootId, index, excludes, clone, rootFd);
        } catch (IOException | RuntimeException e) {
            if (index != null) {
                index.close();
            }
            if (rootFd >= 0) {
                Fd.close(rootFd);
            }
            Fd.close(clone);
            throw e;
        }
    }

    private static void probe(Path directory, int fd) {
        int handles = Handle.probe(fd);
        if (handles < 0) {
            throw unfit(directory, "file handles", handles);
        }
        try (CString name = CString.of("trusted.understudy.probe");
                CString value = CString.of("x")) {
            int set = Xattr.fset(fd, name.address(), value.address(), 1, 0);
            if (set < 0) {
                throw unfit(directory, "trusted extended attributes", set);
            }
            Xattr.fremove(fd, name.address());
        }
    }

    private static HaException unfit(Path directory, String what, int errno) {
        return new HaException(
                "HA-3102",
                "the file system of " + directory + " has no " + what + ": " + Errno.words(errno),
                null,
                "replicate a directory on ext4 or XFS, mounted read-write");
    }

    private RootState identifyRoot() throws IOException {
        int known = readId(rootFd, false);
        RootState state =
                known == -Errno.ENODATA
                        ? RootState.FRESH
                        : matches(root) && idHigh() == rootId.high() && idLow() == rootId.low()
                                ? RootState.KNOWN
                                : RootState.FOREIGN;
        if (state == RootState.FRESH) {
            Errno.check(
                    "mark " + directory,
                    writeId(rootFd, false, rootId.high(), rootId.low(), rootIno, root.generation));
        }
        return state;
    }

    /// Takes the directory as ours although its root carried another id: after an operator said so.
    public synchronized void adoptRoot() throws IOException {
        Errno.check(
                "mark " + directory,
                writeId(rootFd, false, rootId.high(), rootId.low(), rootIno, root.generation));
    }

    /// Tells what the root's id attribute said when the tree was opened.
    public RootState rootState() {
        return rootState;
    }

    /// Gives the path that was opened; it leads into the mount while there is one.
    public Path directory() {
        return directory;
    }

    /// Gives the id of the root.
    public FileId rootId() {
        return rootId;
    }

    /// Gives the root, pinned for the life of the tree.
    public LowerFile root() {
        return root;
    }

    /// Gives the descriptor of the root, not O_PATH; keeps the clone alive where it is passed on.
    public int rootFd() {
        return rootFd;
    }

    /// Gives the index from id to inode.
    public IdIndex index() {
        return index;
    }

    /// Gives the patterns of names that live on this node only.
    public Excludes excludes() {
        return excludes;
    }

    /// Makes the file system and the index durable; blocks.
    ///
    /// @throws IOException with the error of the disk
    public void sync() throws IOException {
        Errno.check("syncfs " + directory, Fd.syncfs(rootFd));
        index.sync();
    }

    /// Gives the errno of the last look-up on this thread's tree that gave null, positive.
    public synchronized int lastErrno() {
        return lastErrno;
    }

    private @Nullable LowerFile fail(int result) {
        lastErrno = -result;
        return null;
    }

    /// Finds a name in a directory.
    ///
    /// @param name address of a NUL-terminated name
    /// @param into receives the attributes
    /// @return the file, or null and [#lastErrno]
    public synchronized @Nullable LowerFile find(LowerFile parent, long name, Stat into) {
        int fd = descriptor(parent);
        return fd < 0 ? fail(fd) : findAt(fd, name, into);
    }

    /// Finds a name in an open directory.
    synchronized @Nullable LowerFile findAt(int fd, long name, Stat into) {
        int result = into.of(fd, name);
        if (result < 0) {
            return fail(result);
        }
        LowerFile known = byIno.get(into.ino());
        if (known != null && known.type == into.type() && (into.links() > 0)) {
            result = handle.of(fd, name);
            if (result >= 0 && handle.generation() == known.generation) {
                return known;
            }
        } else {
            result = handle.of(fd, name);
        }
        if (result < 0) {
            return fail(result);
        }
        return remember(into.ino(), into.type());
    }

    private LowerFile remember(long ino, int type) {
        LowerFile stale = byIno.get(ino);
        if (stale != null) {
            drop(stale);
        }
        if (byIno.size() >= FILES_MAX) {
            sweep();
        }
        LowerFile file = new LowerFile(ino, handle.generation(), handle.bytes(), type);
        byIno.put(ino, file);
        return file;
    }

    /// Takes a file that was just created through `fd`, which stays open in it, and pins it.
    ///
    /// @param fd open descriptor, O_PATH for links and special files
    /// @param local whether it lives on this node only and gets no id
    /// @return the file with its id set, pinned once, or null and [#lastErrno]
    synchronized @Nullable LowerFile adopt(
            int fd, long idHigh, long idLow, Stat attributes, boolean local) {
        int result = handle.of(fd);
        if (result < 0) {
            return fail(result);
        }
        LowerFile file = remember(attributes.ino(), attributes.type());
        file.fd = fd;
        file.pins = 1;
        if (local) {
            file.exclude();
            return file;
        }
        result = assign(file, idHigh, idLow);
        if (result < 0) {
            unpin(file);
            drop(file);
            return fail(result);
        }
        return file;
    }

    /// Gives a file an id: attribute and index.
    ///
    /// @return 0 or a negated errno
    synchronized int assign(LowerFile file, long high, long low) {
        int fd = descriptor(file);
        if (fd < 0) {
            return fd;
        }
        int result = writeId(fd, isPathOnly(file.type), high, low, file.ino, file.generation);
        if (result < 0) {
            return result;
        }
        if (file.identified) {
            byId.remove(key(file.idHigh, file.idLow));
            index.remove(file.idHigh, file.idLow);
        }
        note(file, high, low);
        index.put(high, low, file.ino, file.generation, file.type);
        return 0;
    }

    private void note(LowerFile file, long high, long low) {
        file.idHigh = high;
        file.idLow = low;
        file.identified = true;
        byId.put(key(high, low), file);
    }

    /// Makes sure that a file's id is known, giving it a new one if it has none of its own.
    ///
    /// @return 1 if the id is new, 0 if it had one, or a negated errno
    public synchronized int identify(LowerFile file) {
        if (file.identified) {
            return 0;
        }
        int fd = descriptor(file);
        if (fd < 0) {
            return fd;
        }
        int length = readId(fd, isPathOnly(file.type));
        if (length < 0 && length != -Errno.ENODATA && length != -Errno.ERANGE) {
            return length;
        }
        if (length == ID_VALUE_BYTES && matches(file) && (idHigh() | idLow()) != 0) {
            note(file, idHigh(), idLow());
            index.put(file.idHigh, file.idLow, file.ino, file.generation, file.type);
            return 0;
        }
        int result = assign(file, random.nextLong(), random.nextLong());
        return result < 0 ? result : 1;
    }

    /// Makes a new random id.
    public FileId newId() {
        return new FileId(random.nextLong(), random.nextLong());
    }

    /// Learns the id that a file carries, if it carries one of its own.
    synchronized void readIdOf(LowerFile file) {
        if (!file.identified) {
            int fd = descriptor(file);
            if (fd >= 0 && readId(fd, isPathOnly(file.type)) == ID_VALUE_BYTES && matches(file)) {
                note(file, idHigh(), idLow());
                index.put(file.idHigh, file.idLow, file.ino, file.generation, file.type);
            }
        }
    }

    /// Finds a file by id.
    ///
    /// @return the file, or null and [#lastErrno] (ENOENT if no file has the id)
    public synchronized @Nullable LowerFile byId(long high, long low) {
        LowerFile file = byId.get(key(high, low));
        if (file != null && file.idHigh == high && file.idLow == low) {
            return file;
        }
        if (index.find(high, low)) {
            long ino = index.ino();
            file = reopen(ino, index.generation(), index.type());
            if (file != null && hasId(file, high, low)) {
                return file;
            }
        }
        if (index.suspect()) {
            rebuildIndex();
            return byId(high, low);
        }
        return fail(-Errno.ENOENT);
    }

    /// Finds a file by id.
    public @Nullable LowerFile byId(FileId id) {
        return byId(id.high(), id.low());
    }

    private boolean hasId(LowerFile file, long high, long low) {
        if (!file.identified) {
            int fd = descriptor(file);
            if (fd < 0 || readId(fd, isPathOnly(file.type)) != ID_VALUE_BYTES || !matches(file)) {
                return false;
            }
            note(file, idHigh(), idLow());
        }
        return file.idHigh == high && file.idLow == low;
    }

    private @Nullable LowerFile reopen(long ino, int generation, int type) {
        LowerFile known = byIno.get(ino);
        if (known != null && known.generation == generation) {
            return known;
        }
        handle.set(ino, generation);
        boolean pathOnly = isPathOnly(type);
        int fd = handle.open(rootFd, At.O_CLOEXEC | (pathOnly ? At.O_PATH : flags(type)));
        if (fd < 0) {
            return fail(fd);
        }
        int result = stat.of(fd);
        if (result < 0 || stat.type() != type || handle.of(fd) < 0) {
            Fd.close(fd);
            return fail(-Errno.ESTALE);
        }
        LowerFile file = remember(stat.ino(), type);
        file.fd = fd;
        rest(file);
        return file;
    }

    /// Finds a file by the node id that the kernel remembers, also after this process restarted.
    ///
    /// @return the file, or null and [#lastErrno] (ESTALE if the inode is gone)
    public @Nullable LowerFile byIno(long nodeId) {
        if (nodeId == 1) { // linux/fuse.h FUSE_ROOT_ID
            return root;
        }
        synchronized (this) {
            LowerFile file = byIno.get(nodeId);
            return file != null ? file : reopenAnyGeneration(nodeId);
        }
    }

    private @Nullable LowerFile reopenAnyGeneration(long ino) {
        handle.set(ino, 0);
        int path = handle.open(rootFd, At.O_CLOEXEC | At.O_PATH);
        if (path < 0) {
            return fail(path);
        }
        try {
            if (stat.of(path) < 0 || handle.of(path) < 0) {
                return fail(-Errno.ESTALE);
            }
            LowerFile file = remember(ino, stat.type());
            file.lookedUp();
            return file;
        } finally {
            Fd.close(path);
        }
    }

    private static int flags(int type) {
        return type == Stat.S_IFDIR ? At.O_RDONLY | At.O_DIRECTORY : At.O_RDWR | At.O_NONBLOCK;
    }

    static boolean isPathOnly(int type) {
        return type != Stat.S_IFREG && type != Stat.S_IFDIR;
    }

    /// Gives an open descriptor of a file: read-write for regular files where the file system lets
    /// us, read-only for directories, O_PATH for all others. Valid until the next call on the tree
    /// unless the file is pinned.
    ///
    /// @return descriptor or negated errno
    public synchronized int descriptor(LowerFile file) {
        if (file.fd >= 0) {
            if (file.pins == 0) {
                rest(file);
            }
            return file.fd;
        }
        handle.set(file.handle);
        boolean pathOnly = isPathOnly(file.type);
        int fd = handle.open(rootFd, At.O_CLOEXEC | (pathOnly ? At.O_PATH : flags(file.type)));
        if (fd == -Errno.EPERM || fd == -Errno.EROFS || fd == -Errno.ETXTBSY) {
            fd = handle.open(rootFd, At.O_CLOEXEC | At.O_RDONLY);
        }
        if (fd < 0) {
            return fd;
        }
        file.fd = fd;
        if (file.pins == 0) {
            rest(file);
        }
        return fd;
    }

    /// Opens a file's descriptor and keeps it open until [#unpin].
    ///
    /// @return descriptor or negated errno; a failure pins nothing
    public synchronized int pin(LowerFile file) {
        int fd = descriptor(file);
        if (fd >= 0) {
            unlink(file);
            file.pins++;
        }
        return fd;
    }

    /// Takes one pin back.
    public synchronized void unpin(LowerFile file) {
        file.pins--;
        if (file.pins > 0 || file.fd < 0) {
            return;
        }
        if (file.isNameless() || byIno.get(file.ino) != file) {
            closeDescriptor(file);
        } else {
            rest(file);
        }
    }

    /// Counts an open of a file through the mount. Its descriptor need not stay open meanwhile, so
    /// that a program may have more files open than this process; only a file without a name keeps
    /// it, since no handle could open it again.
    ///
    /// @return 0, or a negated errno and nothing is counted
    public synchronized int opened(LowerFile file) {
        int fd = descriptor(file);
        if (fd < 0) {
            return fd;
        }
        file.countOpen(1);
        keepNameless(file);
        return 0;
    }

    /// Takes one [#opened] back.
    public synchronized void closed(LowerFile file) {
        file.countOpen(-1);
        letNamelessGo(file);
    }

    /// Whether only an open descriptor can still lead to the file, and somebody may come for it:
    /// through an open handle, or a path that was looked up a moment before the name went.
    private static boolean isToKeep(LowerFile file) {
        return (file.isNameless() && (file.opens() > 0 || (file.lookups() > 0 && file.reachable)))
                || (file.isTemporary() && file.opens() > 0);
    }

    private void keepNameless(LowerFile file) {
        if (!file.keptOpen && isToKeep(file) && pin(file) >= 0) {
            file.keptOpen = true;
        }
    }

    private void letNamelessGo(LowerFile file) {
        if (file.keptOpen && file.opens() == 0 && !isToKeep(file)) {
            file.keptOpen = false;
            unpin(file);
        }
    }

    private void rest(LowerFile file) {
        unlink(file);
        LowerFile newest = recent.before;
        file.before = newest;
        file.after = recent;
        newest.after = file;
        recent.before = file;
        restCount++;
        // those in use do not count: a program with many files open would leave no room for others
        while (restCount > DESCRIPTORS_MAX && recent.after != recent && recent.after != file) {
            closeDescriptor(recent.after);
        }
    }

    private void unlink(LowerFile file) {
        if (file.after != file) {
            restCount--;
        }
        file.before.after = file.after;
        file.after.before = file.before;
        file.before = file;
        file.after = file;
    }

    private void closeDescriptor(LowerFile file) {
        unlink(file);
        if (file.fd >= 0) {
            int fd = file.fd;
            file.fd = -1;
            if (file.isNameless() && file.isRegular()) {
                // frees the blocks of a file, many when it is large: not on the loop's thread
                Thread.ofVirtual().name("close").start(() -> Fd.close(fd));
            } else {
                Fd.close(fd);
            }
        }
    }

    /// Notes that a file's last name is gone: its id leaves the index, its descriptor is closed as
    /// soon as nobody uses it.
    ///
    /// @param origin whether a program of this node took the name: then the kernel lets what it
    ///   looked up go at once, and until then a path may still lead there. Where the peer did, it
    ///   may remember for ever; nothing is kept for that, nor the space of a large file.
    public synchronized void vanished(LowerFile file, boolean origin) {
        file.nameless(true);
        file.reachable = origin && !isLarge(file);
        keepNameless(file);
        if (file.identified) {
            index.remove(file.idHigh, file.idLow);
        }
        if (file.pins == 0 && file.lookups() == 0) {
            drop(file);
        }
    }

    private boolean isLarge(LowerFile file) {
        return file.isRegular()
                && file.fd >= 0
                && stat.of(file.fd) >= 0
                && stat.size() > LOOKED_BYTES_MAX;
    }

    /// Lets the kernel's look-ups go; a file that nobody uses any more is forgotten.
    public synchronized void forget(long nodeId, long count) {
        LowerFile file = nodeId == 1 ? root : byIno.get(nodeId);
        if (file != null && file.forget(count) == 0 && file != root) {
            letNamelessGo(file);
            if (file.pins == 0 && (file.fd < 0 || file.isNameless())) {
                drop(file);
            }
        }
    }

    /// Forgets what the kernel remembers and has open, after its mount went away.
    public synchronized void kernelGone() {
        byIno.forEach(file -> {
            file.forget(Long.MAX_VALUE);
            while (file.opens() > 0) {
                closed(file);
            }
            letNamelessGo(file);
            file.cacheEpoch(-1);
        });
        root.lookedUp();
    }

    private void drop(LowerFile file) {
        if (file.pins == 0) {
            closeDescriptor(file);
        }
        if (byIno.get(file.ino) == file) {
            byIno.remove(file.ino);
        }
        if (file.identified && byId.get(key(file.idHigh, file.idLow)) == file) {
            byId.remove(key(file.idHigh, file.idLow));
        }
    }

    private void sweep() {
        List<LowerFile> idle = new ArrayList<>();
        byIno.forEach(file -> {
            if (file.pins == 0
                    && !file.isExcluded()
                    && !file.timesDue()
                    && file.opens() == 0
                    && idle.size() < FILES_MAX / 2) {
                idle.add(file);
            }
        });
        idle.forEach(this::drop);
    }

    private static long key(long high, long low) {
        return low ^ Long.rotateLeft(high, 32);
    }

    private int readId(int fd, boolean pathOnly) {
        return (int)
                (pathOnly
                        ? Xattr.get(procPath.of(fd), idName.address(), idValueAddress, 64)
                        : Xattr.fget(fd, idName.address(), idValueAddress, 64));
    }

    private int writeId(int fd, boolean pathOnly, long high, long low, long ino, int generation) {
        idValue.putLong(0, high);
        idValue.putLong(8, low);
        idValue.putLong(16, ino);
        idValue.putInt(24, generation);
        return pathOnly
                ? Xattr.set(procPath.of(fd), idName.address(), idValueAddress, ID_VALUE_BYTES, 0)
                : Xattr.fset(fd, idName.address(), idValueAddress, ID_VALUE_BYTES, 0);
    }

    private boolean matches(LowerFile file) {
        return idValue.getLong(16) == file.ino && idValue.getInt(24) == file.generation;
    }

    private long idHigh() {
        return idValue.getLong(0);
    }

    private long idLow() {
        return idValue.getLong(8);
    }

    /// Gives the address of the attribute's name.
    long idAttribute() {
        return idName.address();
    }

    /// Gives the path of a directory below the root, without slashes at its ends, one character for
    /// one byte; empty for the root.
    public synchronized String pathOf(LowerFile directory) {
        int fd = descriptor(directory);
        if (fd < 0) {
            return "";
        }
        long length = At.readlinkat(At.AT_FDCWD, procPath.of(fd), pathAddress, 4096);
        byte[] path = new byte[(int) Math.max(0, length)];
        pathBytes.get(0, path);
        String text = new String(path, java.nio.charset.StandardCharsets.ISO_8859_1);
        return text.startsWith("/") ? text.substring(1) : text;
    }

    /// Tells whether a name in a directory lives on this node only.
    public boolean excludes(LowerFile parent, byte[] name, boolean isDirectory) {
        return parent.isExcluded()
                || excludes.matches(name, isDirectory, parent == root, () -> pathOf(parent));
    }

    synchronized void countWalk() {
        walks++;
    }

    /// Gives how often the whole tree was walked since it was opened.
    public synchronized int walks() {
        return walks;
    }

    /// Walks the whole tree and makes the index anew; blocks for as long as the tree is large.
    public synchronized void rebuildIndex() {
        index.clear();
        try {
            new TreeWalk(this)
                    .everyId((id, ino, generation, type) ->
                            index.put(id.high(), id.low(), ino, generation, type));
            index.complete();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("walk " + directory, e);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        byIno.forEach(file -> {
            if (file != root && file.fd >= 0) {
                Fd.close(file.fd);
                file.fd = -1;
            }
        });
        Fd.close(rootFd);
        Fd.close(cloneFd);
        index.close();
        idName.close();
    }
}
