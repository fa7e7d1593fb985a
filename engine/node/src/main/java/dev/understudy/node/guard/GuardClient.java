package dev.understudy.node.guard;

import dev.understudy.guard.fence.FencePlan;
import dev.understudy.guard.fence.GuardMessage;
import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.net.EventLoop;
import dev.understudy.posix.process.UnixSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the guard what to do if this daemon dies. Works without a guard too, and says so.
///
/// Commands come from any thread and never wait: what the kernel has taken, the guard reads, also
/// after this process is dead. Plans are kept, in the memory and in the run folder, so that a guard
/// that comes later, or the next start of the daemon ([Leftovers]), has them too.
public final class GuardClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GuardClient.class);
    private static final long RETRY_NS = 500_000_000L;

    private record Armed(FencePlan plan, List<Integer> descriptors) {}

    private final Path socketPath;
    private final PlanFiles files;
    private final EventLoop loop;
    private final EventLoop.Timer retry;
    private final Map<String, Armed> armed = new LinkedHashMap<>();
    private @Nullable UnixSocket socket;
    private boolean isClosed;

    /// @param run folder of run-time files, with `guard.sock`
    /// @param loop where the end of the guard is heard
    public GuardClient(Path run, EventLoop loop) {
        this.socketPath = run.resolve("guard.sock");
        this.files = new PlanFiles(run);
        this.loop = loop;
        this.retry = loop.timer(this::connectAgain);
    }

    /// Connects, and goes on trying when there is no guard.
    ///
    /// @return whether a guard is there now
    public boolean start() {
        boolean isThere = connect();
        if (!isThere) {
            LOG.warn("no guard: if safed dies, its lease has to run out socket={}", socketPath);
            loop.execute(() -> retry.armNs(RETRY_NS));
        }
        return isThere;
    }

    /// Gives or replaces the plan of a module.
    ///
    /// @param descriptors those the guard shall hold (the FUSE connection's); they stay ours, and
    ///   stay open until [#disarm]
    public synchronized void arm(FencePlan plan, List<Integer> descriptors) {
        files.write(plan);
        armed.put(plan.module(), new Armed(plan, List.copyOf(descriptors)));
        send(new GuardMessage.Arm(plan), descriptors);
    }

    /// Forgets the plan of a module: it serves no more and has nothing to be fenced.
    public synchronized void disarm(String module) {
        files.delete(module);
        if (armed.remove(module) != null) {
            send(new GuardMessage.Disarm(module), List.of());
        }
    }

    /// Says that this daemon is about to end with everything stopped in order.
    ///
    /// @param isRestart the guard shall start it again
    public synchronized void orderlyEnd(boolean isRestart) {
        List.copyOf(armed.keySet()).forEach(this::disarm);
        send(new GuardMessage.Orderly(isRestart), List.of());
    }

    /// Tells whether a guard holds our plans.
    public synchronized boolean isGuarded() {
        return socket != null;
    }

    private synchronized boolean connect() {
        if (socket != null || isClosed) {
            return socket != null;
        }
        try {
            UnixSocket opened = UnixSocket.connect(socketPath);
            socket = opened;
            send(new GuardMessage.Hello(), List.of());
            for (Armed each : armed.values()) {
                send(new GuardMessage.Arm(each.plan()), each.descriptors());
            }
            loop.execute(() -> watch(opened));
            return socket != null;
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ECONNREFUSED) {
                LOG.warn("guard cannot be reached socket={}", socketPath, e);
            }
            return false;
        }
    }

    private void connectAgain() {
        if (connect()) {
            LOG.info("guard is there socket={}", socketPath);
        } else {
            retry.armNs(RETRY_NS);
        }
    }

    private synchronized void watch(UnixSocket opened) {
        if (!opened.equals(socket)) {
            return;
        }
        try {
            loop.register(opened.fd(), EventLoop.READ, (_, _) -> heard(opened));
        } catch (ErrnoException e) {
            LOG.warn("guard cannot be watched", e);
        }
    }

    /// The guard never writes: what can be read is its end.
    private synchronized void heard(UnixSocket from) {
        try {
            UnixSocket.Message message = from.receive();
            if (message == null || !message.isEnd()) {
                return;
            }
            loop.unregister(from.fd());
        } catch (ErrnoException e) {
            LOG.warn("guard's socket", e);
        }
        from.close();
        if (from.equals(socket)) {
            socket = null;
        }
        if (!isClosed) {
            LOG.warn("the guard has ended: if safed dies too, its lease has to run out");
            retry.armNs(RETRY_NS);
        }
    }

    private void send(GuardMessage message, List<Integer> descriptors) {
        UnixSocket to = socket;
        if (to == null) {
            return;
        }
        try {
            if (!to.send(GuardMessage.write(message), descriptors)) {
                // Hundreds of plans wait unread: that guard is stuck and protects nothing.
                LOG.error("the guard does not read; remedy: restart safe-guard");
            }
        } catch (IOException e) {
            LOG.warn(
                    "the guard did not get {}: {}",
                    message.getClass().getSimpleName(),
                    e.toString());
        }
    }

    /// Lets go of the guard; plans stay armed with it and are carried out when this process ends.
    @Override
    public void close() {
        UnixSocket before;
        synchronized (this) {
            isClosed = true;
            before = socket;
            socket = null;
        }
        loop.execute(() -> {
            retry.disarm();
            if (before != null) {
                closeOnLoop(before);
            }
        });
    }

    private void closeOnLoop(UnixSocket before) {
        try {
            if (loop.isRegistered(before.fd())) {
                loop.unregister(before.fd());
            }
        } catch (ErrnoException e) {
            LOG.warn("guard's socket", e);
        }
        before.close();
    }
}
