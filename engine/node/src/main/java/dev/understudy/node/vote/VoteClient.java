package dev.understudy.node.vote;

import dev.understudy.core.register.Ask;
import dev.understudy.core.register.Reply;
import dev.understudy.core.register.VoteCodec;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks one voter on another host, over a connection that is made anew whenever it breaks or is
/// silent for a second; what is lost meanwhile is lost, the caller asks again.
final class VoteClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VoteClient.class);
    private static final int CONNECT_MS = 400;
    private static final int SILENT_MS = 1_200;
    private static final int GREET_MS = 400;
    private static final int AGAIN_MS = 200;
    private static final int WAITING_MAX = 256;

    private final String name;
    private final List<InetSocketAddress> addresses;
    private final Supplier<SSLContext> tls;
    private final BlockingQueue<VoteFrames.Frame> outbox = new ArrayBlockingQueue<>(WAITING_MAX);
    private final Map<Long, Consumer<Reply>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Thread thread;
    private volatile boolean isClosed;
    private volatile @Nullable SSLSocket socket;
    private volatile Reply.@Nullable Self self;

    /// @param name of the voter's node, for messages
    /// @param tls trusts that node alone; asked for each connection
    VoteClient(String name, List<InetSocketAddress> addresses, Supplier<SSLContext> tls) {
        this.name = name;
        this.addresses = List.copyOf(addresses);
        this.tls = tls;
        thread = Thread.ofVirtual().name("vote-" + name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /// What the voter last said of itself; null while it does not answer.
    Reply.@Nullable Self self() {
        return self;
    }

    /// Asks; the answer comes on another thread, or never.
    void ask(Ask ask, Consumer<Reply> answer) {
        if (self == null || waiting.size() >= WAITING_MAX) return;
        long number = numbers.incrementAndGet();
        waiting.put(number, answer);
        if (!outbox.offer(new VoteFrames.Frame(number, VoteCodec.encode(ask)))) {
            waiting.remove(number);
        }
    }

    private void run() {
        int turn = 0;
        while (!isClosed) {
            InetSocketAddress address = addresses.get(turn++ % addresses.size());
            try {
                talk(address);
            } catch (IOException e) {
                LOG.debug("vote of {} at {}: {}", name, address, e.toString());
            } finally {
                self = null;
                waiting.clear();
                outbox.clear();
            }
            try {
                TimeUnit.MILLISECONDS.sleep(AGAIN_MS);
            } catch (InterruptedException closed) {
                return;
            }
        }
    }

    private void talk(InetSocketAddress address) throws IOException {
        try (SSLSocket made = (SSLSocket) tls.get().getSocketFactory().createSocket()) {
            socket = made;
            made.setTcpNoDelay(true);
            made.connect(address, CONNECT_MS);
            made.setSoTimeout(SILENT_MS);
            made.startHandshake();
            VoteFrames frames =
                    new VoteFrames(
                            new DataInputStream(new BufferedInputStream(made.getInputStream())),
                            new DataOutputStream(new BufferedOutputStream(made.getOutputStream())));
            Thread writer =
                    Thread.ofVirtual().name("vote-write-" + name).start(() -> write(made, frames));
            try {
                while (!isClosed) hear(frames.read());
            } finally {
                writer.interrupt();
            }
        }
    }

    private void hear(VoteFrames.Frame frame) throws IOException {
        Reply reply = VoteCodec.reply(frame.message());
        if (reply == null) throw new IOException("an answer that cannot be read");
        if (reply instanceof Reply.Self said) self = said;
        Consumer<Reply> answer = waiting.remove(frame.number());
        if (answer != null) answer.accept(reply);
    }

    /// Sends what is asked, and a greeting when nothing is, so that silence shows.
    private void write(SSLSocket to, VoteFrames frames) {
        byte[] greeting = VoteCodec.encode(new Ask.Greet());
        try {
            frames.write(new VoteFrames.Frame(0, greeting));
            while (!isClosed) {
                VoteFrames.Frame next = outbox.poll(GREET_MS, TimeUnit.MILLISECONDS);
                frames.write(next == null ? new VoteFrames.Frame(0, greeting) : next);
            }
        } catch (InterruptedException ended) {
            // the connection is over; its reader says why
        } catch (IOException e) {
            LOG.debug("vote of {}: {}", name, e.toString());
            closeQuietly(to);
        }
    }

    private static void closeQuietly(SSLSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing a broken connection: {}", e.toString());
        }
    }

    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
        SSLSocket now = socket;
        if (now != null) closeQuietly(now);
    }
}
