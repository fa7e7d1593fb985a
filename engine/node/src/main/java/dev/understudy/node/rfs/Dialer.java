package dev.understudy.node.rfs;

import dev.understudy.core.rfs.BadFrame;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Hello;
import dev.understudy.node.link.LinkException;
import dev.understudy.node.link.Links;
import dev.understudy.posix.net.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the stream to the peer and opens it again when it breaks, over each network in turn.
final class Dialer {
    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);
    private static final long PAUSE_MS = 100;

    /// Hears what became of it; on the loop.
    interface Listener {
        void connected(int attempt, Links.Dialed dialed);

        /// The peer refused for good: another dial makes no sense.
        void refused(int attempt, LinkException reason);
    }

    private final String name;
    private final EventLoop loop;
    private final Links links;
    private final String peer;
    private final List<ReplicaSetup.Way> ways;
    private final Listener listener;
    private final AtomicInteger attempt = new AtomicInteger();
    private volatile int network;

    Dialer(
            String name,
            EventLoop loop,
            Links links,
            String peer,
            List<ReplicaSetup.Way> ways,
            Listener listener) {
        this.name = name;
        this.loop = loop;
        this.links = links;
        this.peer = peer;
        this.ways = List.copyOf(ways);
        this.listener = listener;
    }

    /// Begins to dial until it is connected, refused or [#stop]ped; replaces an earlier dial.
    ///
    /// @return number of the attempt, for the listener
    int dial(Hello hello) {
        int mine = attempt.incrementAndGet();
        Thread.ofPlatform().name("dial-" + name).daemon().start(() -> run(mine, hello));
        return mine;
    }

    void stop() {
        attempt.incrementAndGet();
    }

    int attempt() {
        return attempt.get();
    }

    /// The way in use died: try another one first.
    void nextWay() {
        network = (network + 1) % ways.size();
    }

    private void run(int mine, Hello hello) {
        while (mine == attempt.get()) {
            ReplicaSetup.Way way = ways.get(network);
            try {
                Links.Dialed dialed = links.dial(way.remote(), way.local(), peer, hello);
                if (!loop.execute(() -> connected(mine, dialed))) {
                    dialed.connection().close();
                }
                return;
            } catch (LinkException e) {
                LOG.debug("stream of {} refused by {}: {}", name, way.remote(), e.getMessage());
                if (e.reason() == Frames.Reason.HIGHER_EPOCH
                        || e.reason() == Frames.Reason.UNKNOWN_STREAM) {
                    loop.execute(() -> refused(mine, e));
                    return;
                }
            } catch (IOException | BadFrame e) {
                LOG.debug("stream of {} over {}: {}", name, way.remote(), e.getMessage());
                nextWay();
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void connected(int mine, Links.Dialed dialed) {
        if (mine == attempt.get()) {
            listener.connected(mine, dialed);
        } else {
            dialed.connection().close();
        }
    }

    private void refused(int mine, LinkException e) {
        if (mine == attempt.get()) {
            listener.refused(mine, e);
        }
    }
}
