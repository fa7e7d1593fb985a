package dev.understudy.node.failover;

import dev.understudy.core.failover.Effect;
import dev.understudy.node.rfs.Replica;
import dev.understudy.node.rfs.ReplicaStatus;
import dev.understudy.posix.net.EventLoop;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The data path of a module with replicated directories.
final class ReplicaPath implements DataPath {
    private static final long STATUS_MS = 500;

    private final Replica replica;
    private final EventLoop loop;
    private volatile Numbers last = Numbers.NONE;

    /// @param loop serves the replica alone and ends with it
    ReplicaPath(Replica replica, EventLoop loop) {
        this.replica = replica;
        this.loop = loop;
    }

    @Override
    public void command(Effect.Data command) {
        replica.carryOut(command);
    }

    @Override
    public void leaseUntil(long untilNs) {
        replica.lease(untilNs);
    }

    @Override
    public Numbers numbers() {
        try {
            last = numbers(replica.status().get(STATUS_MS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException busy) {
            // A loop that is busy has its numbers a little later: the last ones are shown.
            return last;
        }
        return last;
    }

    private Numbers numbers(ReplicaStatus status) {
        var resync = status.resync();
        long done = resync.bytesCopied() + resync.bytesCompared();
        // With a secondary nothing is missing there; what may not be durable on both is in the
        // sets.
        boolean isPaired = status.mode().equals("primary") || status.mode().equals("secondary");
        return new Numbers(
                status.isStreamUp(),
                Math.max(0, status.announced() - status.received()),
                isPaired ? status.dirtyBytes() : 0,
                isPaired ? 0 : status.dirtyBytes(),
                isPaired ? 0 : status.dirtyFiles(),
                0,
                new Latency(
                        status.writeP50Us(),
                        status.writeP99Us(),
                        status.syncP50Us(),
                        status.operations(),
                        status.bytes()),
                new Resync(
                        resync.phase(),
                        resync.filesDone(),
                        resync.filesDone() + resync.filesLeft(),
                        done,
                        done + resync.bytesLeft(),
                        resync.bytesPerSecond()));
    }

    @Override
    public void close() {
        replica.close();
        loop.close();
    }
}
