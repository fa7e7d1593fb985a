package dev.understudy.node.vip;

import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.net.EchoSocket;
import dev.understudy.posix.net.EventLoop;
import dev.understudy.posix.net.RouteNetlink;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Asks a host of the network for echoes without pause and remembers when it answered last.
///
/// An answer says that this node's network works as far as that host. It says nothing about the
/// peer. Times are those of the loop's clock.
public final class PingWitness implements AutoCloseable {
    private final String name;
    private final @Nullable InetAddress fixed;
    private final long intervalNs;
    private final EventLoop loop;
    private final EventLoop.Timer timer;
    private @Nullable EchoSocket socket;
    private volatile long lastAnswerNs;
    private volatile boolean hasAnswered;
    private volatile String trouble = "";
    private boolean isClosed;

    private PingWitness(String name, @Nullable InetAddress fixed, long intervalNs, EventLoop loop) {
        this.name = name;
        this.fixed = fixed;
        this.intervalNs = intervalNs;
        this.loop = loop;
        this.timer = loop.timer(this::askNext);
    }

    /// Asks one host.
    ///
    /// @param intervalNs between two requests; 500 ms is a good choice
    public static PingWitness of(InetAddress host, long intervalNs, EventLoop loop) {
        return new PingWitness(host.getHostAddress(), host, intervalNs, loop);
    }

    /// Asks the default gateway, whichever it is at the time.
    public static PingWitness gateway(long intervalNs, EventLoop loop) {
        return new PingWitness("gateway", null, intervalNs, loop);
    }

    /// Begins to ask; any thread.
    public PingWitness start() {
        loop.execute(this::askNext);
        return this;
    }

    /// Gives the host's name for messages: its address, or `gateway`.
    public String name() {
        return name;
    }

    /// Tells whether an answer came within the time before now.
    ///
    /// @param nowNs on the loop's clock, [EventLoop#nowNs]
    public boolean isAnswering(long nowNs, long withinNs) {
        return hasAnswered && nowNs - lastAnswerNs <= withinNs;
    }

    /// Gives the time of the last answer on the loop's clock; meaningless before [#hasAnswered].
    public long lastAnswerNs() {
        return lastAnswerNs;
    }

    /// Tells whether there ever was an answer.
    public boolean hasAnswered() {
        return hasAnswered;
    }

    /// Says why no request could be sent last time, empty when it could.
    public String trouble() {
        return trouble;
    }

    private void askNext() {
        if (isClosed) {
            return;
        }
        timer.armNs(intervalNs);
        try {
            EchoSocket open = socket == null ? open() : socket;
            if (open != null && open.ask()) {
                trouble = "";
                return;
            }
            trouble = open == null ? "no default gateway" : "no route to " + name;
            closeSocket();
        } catch (ErrnoException e) {
            trouble = String.valueOf(e.getMessage());
            closeSocket();
        }
    }

    private @Nullable EchoSocket open() throws ErrnoException {
        InetAddress host = fixed == null ? findGateway() : fixed;
        if (host == null) {
            return null;
        }
        EchoSocket opened = new EchoSocket(host);
        socket = opened;
        loop.register(opened.fd(), EventLoop.READ, (_, _) -> answered(opened));
        return opened;
    }

    private static @Nullable InetAddress findGateway() throws ErrnoException {
        try (RouteNetlink route = new RouteNetlink()) {
            List<RouteNetlink.Gateway> gateways = route.gateways();
            return gateways.isEmpty() ? null : gateways.getFirst().address();
        }
    }

    private void answered(EchoSocket from) {
        try {
            if (from.takeAnswers()) {
                lastAnswerNs = loop.nowNs();
                hasAnswered = true;
            }
        } catch (ErrnoException e) {
            trouble = String.valueOf(e.getMessage());
            closeSocket();
        }
    }

    private void closeSocket() {
        EchoSocket before = socket;
        socket = null;
        if (before == null) {
            return;
        }
        try {
            loop.unregister(before.fd());
        } catch (ErrnoException e) {
            trouble = String.valueOf(e.getMessage());
        }
        before.close();
    }

    /// Ends the asking; any thread.
    @Override
    public void close() {
        loop.execute(() -> {
            isClosed = true;
            timer.disarm();
            closeSocket();
        });
    }
}
