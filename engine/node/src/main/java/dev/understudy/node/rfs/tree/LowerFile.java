package dev.understudy.node.rfs.tree;

import dev.understudy.core.rfs.FileId;
import dev.understudy.posix.fs.Stat;

/// One file or directory of a [LowerTree] that is in use: its inode, its id, its descriptor.
///
/// Owned by the tree. The mutable marks for the mount (`opens`, `lookups`, ...) belong to the
/// module's loop thread; descriptor and pins are changed under the tree's lock.
public final class LowerFile {
    /// What is known of the attribute `security.capability`.
    public enum Capability {
        /// Nobody asked yet.
        UNKNOWN,
        /// The file has none.
        NONE,
        /// The file has one.
        PRESENT
    }

    final long ino;
    final int generation;
    final byte[] handle;
    final int type;
    long idHigh;
    long idLow;
    boolean identified;
    int fd = -1;
    int pins;
    boolean reachable; // by a path that was looked up before its last name went
    boolean keptOpen; // pinned because it has no name and is open through the mount
    boolean held; // pinned by the TMPFILE of another node until it gets a name or is released
    LowerFile before = this;
    LowerFile after = this;

    private long lookups;
    private boolean excluded;
    private boolean nameless;
    private boolean temporary;
    private boolean timesDue;
    private int cacheEpoch = -1;
    private int opens;
    private int mode = -1;
    private Capability capability = Capability.UNKNOWN;

    LowerFile(long ino, int generation, byte[] handle, int type) {
        this.ino = ino;
        this.generation = generation;
        this.handle = handle;
        this.type = type;
    }

    /// Gives the inode number, which is also the node id towards the kernel.
    public long ino() {
        return ino;
    }

    /// Gives the generation of the inode.
    public int generation() {
        return generation;
    }

    /// Gives the type as `S_IF...` bits.
    public int type() {
        return type;
    }

    /// Tells whether it is a directory.
    public boolean isDirectory() {
        return type == Stat.S_IFDIR;
    }

    /// Tells whether it is a regular file.
    public boolean isRegular() {
        return type == Stat.S_IFREG;
    }

    /// Tells whether the id is known.
    public boolean isIdentified() {
        return identified;
    }

    /// Gives the first half of the id; valid after [LowerTree#identify].
    public long idHigh() {
        return idHigh;
    }

    /// Gives the second half of the id; valid after [LowerTree#identify].
    public long idLow() {
        return idLow;
    }

    /// Gives the id; valid after [LowerTree#identify].
    public FileId id() {
        return new FileId(idHigh, idLow);
    }

    /// Gives the open descriptor; only while pinned.
    public int fd() {
        return fd;
    }

    /// Tells whether it lives on this node only and never becomes an operation.
    public boolean isExcluded() {
        return excluded;
    }

    /// Marks it as living on this node only.
    public void exclude() {
        excluded = true;
    }

    /// Tells whether its last name is gone while it is still open.
    public boolean isNameless() {
        return nameless;
    }

    /// Notes that its last name is gone, or that it got one again.
    public void nameless(boolean value) {
        nameless = value;
    }

    /// Tells whether it was made by O_TMPFILE and never had a name.
    public boolean isTemporary() {
        return temporary;
    }

    /// Notes that it was made by O_TMPFILE, or that it got its first name.
    public void temporary(boolean value) {
        temporary = value;
    }

    /// Tells whether its modification time has still to be told to the other node.
    public boolean timesDue() {
        return timesDue;
    }

    /// Notes that its modification time has to be told, or was.
    public void timesDue(boolean value) {
        timesDue = value;
    }

    /// Counts a look-up that the kernel remembers.
    public void lookedUp() {
        lookups++;
    }

    /// Gives the number of look-ups that the kernel remembers.
    public long lookups() {
        return lookups;
    }

    /// Takes back look-ups.
    ///
    /// @return the rest
    public long forget(long count) {
        lookups = Math.max(0, lookups - count);
        return lookups;
    }

    /// Gives the number of opens through the mount.
    public int opens() {
        return opens;
    }

    /// Counts one open (+1) or close (-1) through the mount.
    public void countOpen(int by) {
        opens += by;
    }

    /// Gives the epoch of the kernel's page cache in which it was last opened, -1 for never.
    public int cacheEpoch() {
        return cacheEpoch;
    }

    /// Sets the epoch of the kernel's page cache in which it was last opened.
    public void cacheEpoch(int epoch) {
        cacheEpoch = epoch;
    }

    /// Gives the mode as last seen, -1 if not known.
    public int mode() {
        return mode;
    }

    /// Notes the mode, -1 for "not known any more".
    public void mode(int value) {
        mode = value;
    }

    /// Gives what is known of `security.capability`.
    public Capability capability() {
        return capability;
    }

    /// Notes what is known of `security.capability`.
    public void capability(Capability value) {
        capability = value;
    }

    @Override
    public String toString() {
        return "inode " + ino + "." + generation + (identified ? " id " + id() : "");
    }
}
