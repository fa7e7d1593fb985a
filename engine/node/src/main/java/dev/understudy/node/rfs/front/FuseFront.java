package dev.understudy.node.rfs.front;

import dev.understudy.core.rfs.FileId;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Mounts;
import dev.understudy.posix.fs.Stat;
import dev.understudy.posix.fs.ThreadMask;
import dev.understudy.posix.fuse.Fuse;
import dev.understudy.posix.fuse.FuseConnection;
import dev.understudy.posix.fuse.FuseRequest;
import dev.understudy.posix.net.EventLoop;
import dev.understudy.posix.process.Prctl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// One mount: requests of the kernel are answered from the tree below or become operations.
///
/// Everything runs on the module's loop thread but for what may wait for a disk (sync, cold reads),
/// which a few pool threads do. All public methods are for the loop's thread unless they say
/// otherwise. The mount starts read-only; see [Gate].
public final class FuseFront implements MutationSource, AutoCloseable {
    private static final int BATCH = 16;
    private static final int POOL_THREADS = 4;
    // a request may need further slots for operations that go before or after its own
    private static final int SLOTS_RESERVED = 4;
    private static final long TIMES_DELAY_NS = 1_000_000_000L;

    /// How a mount is made.
    ///
    /// @param ordinal of the replicated directory, 0 to 255
    /// @param source what mount(8) shows as the device, for instance the module's name
    /// @param slots requests in work at most; beyond it the kernel queues
    public record Options(int ordinal, String source, int slots) {
        /// Takes 64 slots.
        public static Options of(int ordinal, String source) {
            return new Options(ordinal, source, 64);
        }
    }

    /// Numbers of a mount since it was made.
    ///
    /// @param requests all of the kernel
    /// @param writes WRITE requests
    /// @param bytesWritten bytes of data in them
    /// @param mutations operations given to the sink, WRITE included
    /// @param poolJobs syncs and reads that went to the pool
    public record Counters(
            long requests, long writes, long bytesWritten, long mutations, long poolJobs) {}

    final LowerTree tree;
    final EventLoop loop;
    final MutationSink sink;
    final FuseConnection connection;
    final Slots slots;
    final Replies replies;
    final OpenFiles open = new OpenFiles();
    final ThreadPoolExecutor pool;
    final Caches caches;
    private final ThreadPoolExecutor notices;
    private final Options options;
    private final FrontListener listener;
    private final Reads reads;
    private final Writes writes;
    private final int[] held;
    private final EventLoop.Timer timesTimer;
    private int heldFirst;
    private int heldCount;
    private Gate gate = Gate.READ_ONLY;
    private volatile int announced;
    private boolean isLettingIn;
    private boolean isPaused;
    private boolean isClosed;
    private long requests;
    long writeCount;
    long bytesWritten;
    long mutations;
    long poolJobs;

    private FuseFront(
            LowerTree tree,
            EventLoop loop,
            MutationSink sink,
            Options options,
            FuseConnection connection,
            FrontListener listener) {
        this.tree = tree;
        this.loop = loop;
        this.sink = sink;
        this.options = options;
        this.connection = connection;
        this.listener = listener;
        slots = new Slots(options.slots());
        replies = new Replies(connection, tree.root().ino());
        held = new int[options.slots()];
        reads = new Reads(this);
        writes = new Writes(this);
        timesTimer = loop.timer(this::shipTimes);
        pool = threads("files-" + options.source(), POOL_THREADS);
        // Of their own: a notice may wait for a page that a job of the pool has yet to read.
        notices = threads("notices-" + options.source(), 1);
        caches = new Caches(tree, connection, replies, open, notices);
    }

    /// Keeps the kernel from making this thread wait for write-back when it needs memory: the
    /// write-back may wait for this thread.
    private static void flushesForOthers() {
        try {
            Prctl.becomeIoFlusher();
        } catch (ErrnoException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ThreadPoolExecutor threads(String name, int count) {
        ThreadPoolExecutor made =
                new ThreadPoolExecutor(
                        count,
                        count,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        task ->
                                Thread.ofPlatform()
                                        .daemon()
                                        .name(name)
                                        .unstarted(() -> {
                                            flushesForOthers();
                                            task.run();
                                        }),
                        // closed: nobody waits for the job any more
                        new ThreadPoolExecutor.DiscardPolicy());
        made.allowCoreThreadTimeOut(true);
        return made;
    }

    /// Mounts over the tree's own directory, read-only for now, and starts to answer. Any thread.
    ///
    /// @param announced see [#announced]
    /// @throws IOException if the mount fails
    public static FuseFront mount(
            LowerTree tree,
            EventLoop loop,
            MutationSink sink,
            Options options,
            int announced,
            FrontListener listener)
            throws IOException {
        Mounts.Statfs fs = new Mounts.Statfs();
        Errno.check("statfs " + tree.directory(), Mounts.fstatfs(tree.rootFd(), fs));
        long flags = fs.flags() & (Mounts.MS_NOSUID | Mounts.MS_NODEV | Mounts.MS_NOEXEC);
        FuseConnection connection = FuseConnection.mount(tree.directory(), options.source(), flags);
        FuseFront front = new FuseFront(tree, loop, sink, options, connection, listener);
        front.announced = announced;
        loop.execute(front::start);
        connection.raiseReadAhead();
        return front;
    }

    private void start() {
        ThreadMask.clear();
        flushesForOthers();
        try {
            loop.register(connection.fd(), EventLoop.READ, this::ready);
        } catch (IOException e) {
            gone(e);
        }
    }

    // ---- gate and life

    /// Opens the gate: mutations go to the sink from now on, waiting ones first.
    public void serve() {
        caches.keep(true);
        gate = Gate.OPEN;
        letIn();
        timesTimer.armNs(TIMES_DELAY_NS);
    }

    /// Starts what waits at the open gate, as far as there are slots for operations that go before
    /// theirs; the rest follows when slots are given back.
    private void letIn() {
        if (isLettingIn) {
            return;
        }
        isLettingIn = true;
        try {
            while (heldCount > 0 && gate == Gate.OPEN && slots.freeCount() >= SLOTS_RESERVED) {
                int slot = nextHeld();
                try {
                    writes.handle(slot);
                } catch (RuntimeException e) {
                    failed(slot, e);
                }
            }
        } finally {
            isLettingIn = false;
        }
    }

    private int nextHeld() {
        int slot = held[heldFirst];
        heldFirst = (heldFirst + 1) % held.length;
        heldCount--;
        return slot;
    }

    /// Tells that [#serve] will be called soon, or that it was: meanwhile a read-only mount lets
    /// mutations wait instead of refusing them. Any thread; whoever starts a program after this
    /// returned need not wait for the loop.
    ///
    /// @param count calls of [#serve] that are on their way
    public void announced(int count) {
        announced = count;
        if (count == 0) {
            loop.execute(() -> {
                if (announced == 0 && gate == Gate.READ_ONLY) {
                    refuseHeld();
                }
            });
        }
    }

    /// Closes the gate: mutations wait.
    public void closeGate() {
        gate = Gate.CLOSED;
    }

    /// Makes the mount read-only; mutations that wait at the gate are refused.
    public void readOnly() {
        gate = Gate.READ_ONLY;
        refuseHeld();
        caches.keep(false);
    }

    private void refuseHeld() {
        while (heldCount > 0) {
            int slot = nextHeld();
            replies.error(slots.unique[slot], Errno.EROFS);
            give(slot);
        }
    }

    /// Gives the number of mutations that wait at the gate.
    int waiting() {
        return heldCount;
    }

    /// Gives the gate's state.
    public Gate gate() {
        return gate;
    }

    /// Lets the kernel forget what it cached of a file, after the tree below was changed without
    /// it. Any thread; does not wait.
    public void invalidate(FileId id) {
        caches.forget(id);
    }

    /// Lets the kernel forget a name, after the tree below was changed without it. Any thread; does
    /// not wait.
    public void invalidate(FileId directory, byte[] name) {
        caches.forget(directory, name);
    }

    /// Gives the descriptor of /dev/fuse, for the guard to hold. Any thread.
    public int deviceFd() {
        return connection.fd();
    }

    @Override
    public int ordinal() {
        return options.ordinal();
    }

    /// Gives the numbers so far.
    public Counters counters() {
        return new Counters(requests, writeCount, bytesWritten, mutations, poolJobs);
    }

    /// Takes the mount away if nobody uses it, and closes.
    ///
    /// @return false if files or working directories are open in it; then nothing was changed
    public boolean unmount() {
        if (connection.unmount() < 0) {
            return false;
        }
        close();
        return true;
    }

    /// Aborts: every process that waits in the mount gets an error, the mount is out of sight, this
    /// object is closed. Mutations that are with the sink must not be applied any more.
    public void abort() {
        connection.abort();
        close();
    }

    /// Stops answering and closes our descriptor of /dev/fuse. Without [#unmount] or [#abort] the
    /// mount stays behind, dead unless the guard holds the descriptor.
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        timesTimer.disarm();
        try {
            if (loop.isRegistered(connection.fd())) {
                loop.unregister(connection.fd());
            }
        } catch (IOException e) {
            listener.fault(e);
        }
        connection.close();
        for (int i = 0; i < open.used(); i++) {
            LowerFile file = open.file(i);
            if (file != null) {
                release(i);
            }
        }
        tree.kernelGone();
        notices.shutdown();
        pool.shutdown();
        // jobs in the pool still use the memory of their requests
        Thread.ofVirtual()
                .name("discard-" + options.source())
                .start(() -> {
                    try {
                        if (pool.awaitTermination(1, TimeUnit.HOURS)) {
                            slots.discard();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }

    boolean isClosed() {
        return isClosed;
    }

    private void gone(Throwable why) {
        if (!isClosed) {
            close();
            listener.gone(why);
        }
    }

    // ---- requests

    private void ready(int fd, int bits) {
        sink.beginBatch();
        try {
            readAll();
        } finally {
            sink.endBatch();
        }
    }

    private void readAll() {
        for (int i = 0; i < BATCH && !isClosed; i++) {
            if (slots.freeCount() <= SLOTS_RESERVED) {
                pause(true);
                return;
            }
            int slot = slots.take();
            int at = slots.requestAt(slot);
            int length = connection.read(slots.address(at), Slots.READ_BYTES);
            if (length < 0) {
                slots.give(slot);
                if (length == -Errno.EAGAIN) {
                    return;
                }
                if (length != -Errno.EINTR && length != -Errno.ENOENT) {
                    // ENODEV: unmounted; ECONNABORTED: aborted
                    gone(Errno.failed("read a request of " + tree.directory(), length));
                    return;
                }
                continue;
            }
            requests++;
            slots.unique[slot] = FuseRequest.unique(slots.buffer, at);
            int opcode = FuseRequest.opcode(slots.buffer, at);
            slots.opcode[slot] = opcode;
            try {
                dispatch(slot, opcode, at);
            } catch (RuntimeException e) {
                failed(slot, e);
            }
        }
    }

    private void pause(boolean pause) {
        if (pause != isPaused && !isClosed) {
            isPaused = pause;
            try {
                loop.modify(connection.fd(), pause ? 0 : EventLoop.READ);
            } catch (IOException e) {
                gone(e);
            }
        }
    }

    /// One bad request must not stop the mount, nor leave its caller waiting. Its slot is not used
    /// again: nobody knows who still works on it.
    private void failed(int slot, RuntimeException fault) {
        replies.error(slots.unique[slot], Errno.EIO);
        listener.fault(fault);
    }

    private void dispatch(int slot, int opcode, int at) {
        switch (opcode) {
            case Fuse.WRITE,
                    Fuse.SETATTR,
                    Fuse.SYMLINK,
                    Fuse.MKNOD,
                    Fuse.MKDIR,
                    Fuse.UNLINK,
                    Fuse.RMDIR,
                    Fuse.RENAME,
                    Fuse.RENAME2,
                    Fuse.LINK,
                    Fuse.SETXATTR,
                    Fuse.REMOVEXATTR,
                    Fuse.CREATE,
                    Fuse.TMPFILE,
                    Fuse.FALLOCATE ->
                    mutation(slot);
            case Fuse.FSYNC, Fuse.FSYNCDIR -> {
                if (gate == Gate.READ_ONLY) {
                    replies.ok(slots.unique[slot]); // nothing of this mount can be unsynced
                    give(slot);
                } else {
                    mutation(slot);
                }
            }
            case Fuse.OPEN -> {
                if (reads.opensForChange(at)) {
                    mutation(slot);
                } else {
                    reads.open(slot);
                }
            }
            case Fuse.RELEASE -> {
                writes.release(slot);
                give(slot);
            }
            default -> reads.handle(slot, opcode);
        }
    }

    private void mutation(int slot) {
        switch (gate) {
            case READ_ONLY -> {
                if (announced > 0) {
                    hold(slot);
                } else {
                    replies.error(slots.unique[slot], Errno.EROFS);
                    give(slot);
                }
            }
            case OPEN -> {
                if (heldCount > 0) {
                    hold(slot); // behind those that came before
                } else {
                    writes.handle(slot);
                }
            }
            case CLOSED -> hold(slot);
        }
    }

    private void hold(int slot) {
        held[(heldFirst + heldCount) % held.length] = slot;
        heldCount++;
    }

    /// Gives a slot back and goes on reading if that had stopped.
    void give(int slot) {
        slots.give(slot);
        if (heldCount > 0 && gate == Gate.OPEN) {
            letIn();
        }
        if (isPaused && slots.freeCount() > SLOTS_RESERVED) {
            pause(false);
        }
    }

    // ---- called back by the sink

    @Override
    public void mayApply(int token) {
        if (!isClosed) {
            writes.mayApply(token);
        }
    }

    @Override
    public void refuse(int token, int errno) {
        if (!isClosed) {
            writes.refuse(token, errno);
        }
    }

    @Override
    public void answer(int errno) {
        if (!isClosed) {
            replies.sendKept(errno);
        }
    }

    // ---- files

    /// Opens a file for the kernel.
    ///
    /// @return the handle or a negated errno
    int openFile(LowerFile file) {
        int result = tree.opened(file);
        return result < 0 ? result : open.open(file, -1);
    }

    /// Closes a handle of the kernel.
    void release(long handle) {
        LowerFile file = open.file(handle);
        if (file == null) {
            return;
        }
        int fd = open.directoryFd(handle);
        open.close(handle);
        if (fd >= 0) {
            Fd.close(fd);
            return;
        }
        tree.closed(file);
    }

    /// Reads attributes, from the open descriptor if there is one.
    int stat(LowerFile file, Stat into) {
        int fd = tree.descriptor(file);
        return fd < 0 ? fd : into.of(fd);
    }

    ByteBuffer memory() {
        return slots.buffer;
    }

    private void shipTimes() {
        if (isClosed) {
            return;
        }
        if (gate == Gate.OPEN) {
            writes.shipTimes();
        }
        timesTimer.armNs(TIMES_DELAY_NS);
    }
}
