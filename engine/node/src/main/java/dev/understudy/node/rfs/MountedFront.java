package dev.understudy.node.rfs;

import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.OpView;
import dev.understudy.node.rfs.front.FrontListener;
import dev.understudy.node.rfs.front.FuseFront;
import dev.understudy.node.rfs.front.Gate;
import dev.understudy.node.rfs.front.MutationSink;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.posix.fs.Cover;
import dev.understudy.posix.net.EventLoop;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A [Front] that is a FUSE mount over the directory itself.
public final class MountedFront implements Front {
    private static final Logger LOG = LoggerFactory.getLogger(MountedFront.class);

    private final LowerTree tree;
    private final EventLoop loop;
    private final MutationSink sink;
    private final FuseFront.Options options;
    private final FrontListener listener;
    private volatile @Nullable FuseFront front;
    private int announced;
    private final Object coverLock = new Object();
    private boolean covered;

    /// Makes a front; nothing is mounted.
    ///
    /// @param listener told when the mount goes away without our doing
    public MountedFront(
            LowerTree tree,
            EventLoop loop,
            MutationSink sink,
            FuseFront.Options options,
            FrontListener listener) {
        this.tree = tree;
        this.loop = loop;
        this.sink = sink;
        this.options = options;
        this.listener = listener;
    }

    @Override
    public synchronized void mount() throws IOException {
        cover();
        front = FuseFront.mount(tree, loop, sink, options, announced, listener);
    }

    @Override
    public synchronized void announce(boolean opens) {
        announced += opens ? 1 : -1;
        FuseFront mounted = front;
        if (mounted != null) {
            mounted.announced(announced);
        }
    }

    /// Gives the descriptor of the mount for the guard to hold, -1 while there is none.
    public int deviceFd() {
        FuseFront mounted = front;
        return mounted == null ? -1 : mounted.deviceFd();
    }

    @Override
    public void gate(Gate gate) {
        FuseFront mounted = front;
        if (mounted != null) {
            switch (gate) {
                case READ_ONLY -> mounted.readOnly();
                case OPEN -> mounted.serve();
                case CLOSED -> mounted.closeGate();
            }
        }
    }

    @Override
    public void abort() {
        FuseFront mounted = front;
        front = null;
        if (mounted != null) {
            mounted.abort();
        }
    }

    @Override
    public void unmount() {
        FuseFront mounted = front;
        front = null;
        loop.execute(() -> {
            if (mounted != null && !mounted.unmount()) {
                mounted.abort();
            }
            uncover();
        });
    }

    private void cover() throws IOException {
        synchronized (coverLock) {
            if (!covered) {
                Cover.put(tree.directory());
                covered = true;
            }
        }
    }

    private void uncover() {
        synchronized (coverLock) {
            if (covered) {
                covered = false;
                try {
                    Cover.take(tree.directory());
                } catch (IOException e) {
                    LOG.error("{} stays covered", tree.directory(), e);
                }
            }
        }
    }

    @Override
    public void changed(OpView op) {
        // Names and attributes of a read-only mount are not kept; pages of open files are.
        LowerFile file = tree.byId(op.idHigh(), op.idLow());
        FuseFront mounted = front;
        if (mounted != null && file != null && file.opens() > 0) {
            mounted.invalidate(op.id());
        }
    }

    @Override
    public void changed(FileId id) {
        FuseFront mounted = front;
        if (mounted != null) {
            mounted.invalidate(id);
        }
    }

    @Override
    public void changedAll() {
        // A read-only mount keeps nothing longer than a moment; serving begins with fresh caches.
    }
}
