package dev.understudy.node.rfs.front;

import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.posix.Native;
import dev.understudy.posix.fs.Mounts.Statfs;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.fuse.Fuse;
import dev.understudy.posix.fuse.FuseConnection;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// Writes answers to the kernel from one buffer; for the loop's thread.
final class Replies {
    private static final int ROOM = 64 << 10;

    /// How long the kernel may trust names and attributes while this node serves: every change
    /// comes through it, so only a bound for surprises.
    private static final long VALID_SECONDS = 3600;

    private static final byte[] NOTHING = {};

    private final FuseConnection connection;
    final ByteBuffer out = Native.allocate(ROOM + 4096, 4096);
    final long address = Native.address(out);
    private final ArrayDeque<byte[]> kept = new ArrayDeque<>();
    private boolean keeps;
    private int keptBefore;
    private long validSeconds;

    private final long rootIno;

    Replies(FuseConnection connection, long rootIno) {
        this.connection = connection;
        this.rootIno = rootIno;
    }

    /// Sets whether the kernel may keep names and attributes.
    void trust(boolean keep) {
        validSeconds = !keep ? 0 : connection.canInvalidateNames() ? VALID_SECONDS : 1;
    }

    /// Begins one answer.
    ///
    /// @param later whether it is kept until [#sendKept]
    void keep(boolean later) {
        keeps = later;
        keptBefore = kept.size();
    }

    /// Ends what [#keep] began; an operation that nobody waits for counts as an empty answer.
    void keepEnds() {
        if (keeps && kept.size() == keptBefore) {
            kept.add(NOTHING);
        }
        keeps = false;
    }

    /// Sends the oldest answer that was kept.
    ///
    /// @param errno positive: answers with this error instead
    void sendKept(int errno) {
        byte[] answer = kept.remove();
        if (answer.length == 0) {
            return;
        }
        if (errno != 0) {
            // struct fuse_out_header: length 4, error 4, unique 8. linux/fuse.h
            error(ByteBuffer.wrap(answer).order(out.order()).getLong(8), errno);
            return;
        }
        out.put(0, answer);
        connection.write(address, answer.length);
    }

    private void send(int length, int error, long unique) {
        FuseConnection.header(out, length, error, unique);
        if (keeps) {
            byte[] answer = new byte[length];
            out.get(0, answer);
            kept.add(answer);
            return;
        }
        connection.write(address, length); // ENOENT: nobody waits any more
    }

    void error(long unique, int error) {
        send(Fuse.OUT_HEADER, error > 0 ? -error : error, unique);
    }

    void ok(long unique) {
        send(Fuse.OUT_HEADER, 0, unique);
    }

    void written(long unique, int bytes) {
        out.putInt(16, bytes);
        out.putInt(20, 0);
        send(Fuse.OUT_HEADER + 8, 0, unique);
    }

    void number(long unique, long value) {
        out.putLong(16, value);
        send(Fuse.OUT_HEADER + 8, 0, unique);
    }

    /// Sends what was put behind the header.
    void filled(long unique, int bytes) {
        send(Fuse.OUT_HEADER + bytes, 0, unique);
    }

    void entry(long unique, LowerFile file, Stat stat) {
        putEntry(out, Fuse.OUT_HEADER, file, stat);
        send(Fuse.OUT_HEADER + Fuse.ENTRY_OUT, 0, unique);
    }

    void created(long unique, LowerFile file, Stat stat, int handle, int openFlags) {
        putEntry(out, Fuse.OUT_HEADER, file, stat);
        putOpen(Fuse.OUT_HEADER + Fuse.ENTRY_OUT, handle, openFlags);
        send(Fuse.OUT_HEADER + Fuse.ENTRY_OUT + Fuse.OPEN_OUT, 0, unique);
    }

    void opened(long unique, int handle, int openFlags) {
        putOpen(Fuse.OUT_HEADER, handle, openFlags);
        send(Fuse.OUT_HEADER + Fuse.OPEN_OUT, 0, unique);
    }

    private void putOpen(int at, int handle, int openFlags) {
        out.putLong(at, handle);
        out.putInt(at + 8, openFlags);
        out.putInt(at + 12, 0);
    }

    void attributes(long unique, Stat stat) {
        int at = Fuse.OUT_HEADER;
        out.putLong(at, validSeconds);
        out.putLong(at + 8, 0);
        putAttributes(out, at + 16, stat);
        send(at + Fuse.ATTR_OUT, 0, unique);
    }

    void statfs(long unique, Statfs fs) {
        int at = Fuse.OUT_HEADER;
        out.putLong(at, fs.blocks());
        out.putLong(at + 8, fs.blocksFree());
        out.putLong(at + 16, fs.blocksAvailable());
        out.putLong(at + 24, fs.files());
        out.putLong(at + 32, fs.filesFree());
        out.putInt(at + 40, (int) fs.blockSize());
        out.putInt(at + 44, (int) fs.nameLengthMax());
        out.putInt(at + 48, (int) fs.fragmentSize());
        for (int i = 52; i < Fuse.STATFS_OUT; i += 4) {
            out.putInt(at + i, 0);
        }
        send(at + Fuse.STATFS_OUT, 0, unique);
    }

    /// Puts a `fuse_entry_out`; the node id is the inode number, so that it outlives this process.
    void putEntry(ByteBuffer to, int at, LowerFile file, Stat stat) {
        to.putLong(at, file.ino() == rootIno ? Fuse.ROOT_ID : file.ino());
        to.putLong(at + 8, file.generation() & 0xffffffffL);
        to.putLong(at + 16, validSeconds);
        to.putLong(at + 24, validSeconds);
        to.putLong(at + 32, 0);
        putAttributes(to, at + 40, stat);
    }

    static void putAttributes(ByteBuffer to, int at, Stat stat) {
        to.putLong(at, stat.ino());
        to.putLong(at + 8, stat.size());
        to.putLong(at + 16, stat.blocks());
        to.putLong(at + 24, stat.atimeSeconds());
        to.putLong(at + 32, stat.mtimeSeconds());
        to.putLong(at + 40, stat.ctimeSeconds());
        to.putInt(at + 48, stat.atimeNanos());
        to.putInt(at + 52, stat.mtimeNanos());
        to.putInt(at + 56, stat.ctimeNanos());
        to.putInt(at + 60, stat.mode());
        to.putInt(at + 64, stat.links());
        to.putInt(at + 68, stat.uid());
        to.putInt(at + 72, stat.gid());
        to.putInt(at + 76, stat.device());
        to.putInt(at + 80, stat.blockSize());
        to.putInt(at + 84, 0);
    }
}
