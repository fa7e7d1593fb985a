package dev.understudy.node.rfs.front;

import dev.understudy.core.rfs.FileId;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.posix.fuse.Fuse;
import dev.understudy.posix.fuse.FuseConnection;
import java.util.concurrent.Executor;

/// What the kernel keeps of a mount, and when it has to forget it.
///
/// While this node serves, every change comes through the mount and the kernel may keep everything;
/// while it does not, the tree below changes without it and the kernel keeps nothing.
final class Caches {
    private final LowerTree tree;
    private final FuseConnection connection;
    private final Replies replies;
    private final OpenFiles open;
    private final Executor pool;
    private int epoch;
    private boolean keeps;

    Caches(
            LowerTree tree,
            FuseConnection connection,
            Replies replies,
            OpenFiles open,
            Executor pool) {
        this.tree = tree;
        this.connection = connection;
        this.replies = replies;
        this.open = open;
        this.pool = pool;
        replies.trust(false);
    }

    /// Begins to keep or ends it; what was cached before is forgotten either way. Does nothing when
    /// that is so already.
    void keep(boolean keep) {
        if (keeps == keep) {
            return;
        }
        keeps = keep;
        epoch++;
        replies.trust(keep);
        connection.invalidateNames(); // before Linux 6.16: names are valid for 1 s only
        for (int i = 0; i < open.used(); i++) {
            LowerFile file = open.file(i);
            if (file != null) {
                forgetData(file);
            }
        }
    }

    /// Gives the flags of an OPEN reply: pages stay cached while every change comes through us.
    int openFlags(LowerFile file) {
        if (!keeps) {
            return Fuse.FOPEN_DIRECT_IO | Fuse.FOPEN_NOFLUSH;
        }
        boolean same = file.cacheEpoch() == epoch;
        file.cacheEpoch(epoch);
        return Fuse.FOPEN_NOFLUSH | (same ? Fuse.FOPEN_KEEP_CACHE : 0);
    }

    /// Lets the kernel forget what it cached of a file. Any thread; does not wait.
    void forget(FileId id) {
        LowerFile file = tree.byId(id);
        if (file != null) {
            forgetData(file);
        }
    }

    /// Lets the kernel forget a name. Any thread; does not wait.
    void forget(FileId directory, byte[] name) {
        LowerFile file = tree.byId(directory);
        if (file != null) {
            long node = nodeId(file);
            pool.execute(() -> connection.invalidateEntry(node, name));
        }
    }

    private void forgetData(LowerFile file) {
        long node = nodeId(file);
        pool.execute(() -> connection.invalidateInode(node));
    }

    /// Lets the kernel forget the attributes of a file at once. Never waits.
    void forgetAttributes(LowerFile file) {
        connection.invalidateAttributes(nodeId(file));
    }

    private long nodeId(LowerFile file) {
        return file == tree.root() ? Fuse.ROOT_ID : file.ino();
    }
}
