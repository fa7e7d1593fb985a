package dev.understudy.node.rfs;

import dev.understudy.core.failover.Event;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.posix.net.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;

/// What the sides of one module's data path have in common.
///
/// @param pool runs what waits for disks
record Shared(
        ReplicaSetup setup,
        EventLoop loop,
        Executor pool,
        List<Directory> directories,
        Marks marks,
        Outbox out,
        Metrics metrics) {
    List<LowerTree> trees() {
        return directories.stream().map(Directory::tree).toList();
    }

    /// Makes everything durable here, then runs `done` on the loop; a failing disk is told instead.
    void sync(Runnable done) {
        pool.execute(() -> {
            IOException failure = DurablePoint.sync(directories);
            loop.execute(() -> {
                if (failure == null) {
                    done.run();
                } else {
                    diskFailed(failure);
                }
            });
        });
    }

    void diskFailed(IOException failure) {
        out.send(new Event.LocalDiskError(out.nowNs(), String.valueOf(failure.getMessage())));
    }
}
