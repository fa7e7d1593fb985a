package dev.understudy.node.link;

import dev.understudy.core.rfs.BadFrame;
import dev.understudy.core.rfs.FrameType;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Hello;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reliable messages to one peer, for all modules, over whichever network works.
///
/// Delivered in order over one connection; when it breaks, the message under way is sent again over
/// the next one, so a message may arrive twice. What does not fit into the queue is refused.
public final class PeerLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);
    private static final int QUEUE_MAX = 1024;
    private static final long TIMEOUT_NS = 3_000_000_000L;
    private static final long RETRY_MS = 200;

    /// Takes a message of a peer.
    @FunctionalInterface
    public interface Receiver {
        /// Called on the connection's thread.
        ///
        /// @param node name of the sender, as its certificate says
        void received(String node, String module, byte[] payload);
    }

    private record Message(String module, byte[] payload) {}

    private final Links links;
    private final String peer;
    private final List<InetSocketAddress> addresses;
    private final BlockingQueue<Message> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Thread thread;
    private volatile boolean stopping;

    /// Makes a link; it connects when there is something to send.
    ///
    /// @param addresses of the peer, one for each network, best first
    public PeerLink(Links links, String peer, List<InetSocketAddress> addresses) {
        this.links = links;
        this.peer = peer;
        this.addresses = List.copyOf(addresses);
        thread = Thread.ofPlatform().name("link-" + peer).daemon().unstarted(this::run);
    }

    /// Begins to send.
    public void start() {
        thread.start();
    }

    /// Queues a message.
    ///
    /// @param payload at most [Frames#CONTROL_BYTES_MAX] bytes
    /// @return false when the queue is full
    public boolean send(String module, byte[] payload) {
        if (payload.length > Frames.CONTROL_BYTES_MAX) {
            throw new IllegalArgumentException("control message of " + payload.length + " bytes");
        }
        return queue.offer(new Message(module, payload.clone()));
    }

    private void run() {
        Message message = null;
        Connection connection = null;
        int network = 0;
        while (!stopping) {
            try {
                if (message == null) {
                    message = queue.poll(1, TimeUnit.SECONDS);
                    continue;
                }
                if (connection == null) {
                    connection = dial(addresses.get(network));
                }
                connection.sendAll(frame(message), TIMEOUT_NS);
                message = null;
            } catch (IOException | BadFrame e) {
                LOG.debug("control link to {}: {}", peer, e.getMessage());
                if (connection != null) {
                    connection.close();
                    connection = null;
                }
                network = (network + 1) % addresses.size();
                pause();
            } catch (InterruptedException e) {
                break; // closed
            }
        }
        if (connection != null) {
            connection.close();
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }

    private static ByteBuffer frame(Message message) {
        ByteBuffer frame =
                ByteBuffer.allocateDirect(Frames.BASE_BYTES + 256 + message.payload.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
        Frames.control(frame, message.module, message.payload);
        return frame.flip();
    }

    private Connection dial(InetSocketAddress address) throws IOException {
        return links.dial(address, null, peer, hello(links)).connection();
    }

    private static Hello hello(Links links) {
        return new Hello(
                Hello.VERSION,
                Hello.VERSION,
                Hello.Purpose.CONTROL,
                links.cluster(),
                "",
                links.node(),
                0,
                0,
                0,
                0,
                0,
                0);
    }

    /// Says who gets the messages of all peers of this node.
    public static void receive(Links links, Receiver receiver) {
        links.onControl((connection, theirs) -> {
            connection.sendHello(hello(links), TIMEOUT_NS);
            Thread.ofPlatform()
                    .name("link-from-" + theirs.node())
                    .daemon()
                    .start(() -> readAll(connection, theirs.node(), receiver));
        });
    }

    private static void readAll(Connection connection, String node, Receiver receiver) {
        ByteBuffer in =
                ByteBuffer.allocateDirect(4 * Frames.CONTROL_BYTES_MAX)
                        .order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (connection.readBlocking(in)) {
                int at = 0;
                while (in.position() - at >= 4 && in.position() - at >= Frames.bytes(in, at)) {
                    if (Frames.type(in, at) == FrameType.CONTROL) {
                        receiver.received(
                                node, Frames.controlModule(in, at), Frames.controlPayload(in, at));
                    }
                    at += Frames.bytes(in, at);
                }
                in.flip().position(at);
                in.compact();
                if (!in.hasRemaining()) {
                    throw new BadFrame("a control message that does not fit");
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.info("control link from {} ended: {}", node, e.getMessage());
        } finally {
            connection.close();
        }
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
    }
}
