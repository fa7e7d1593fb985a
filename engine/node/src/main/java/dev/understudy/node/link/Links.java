package dev.understudy.node.link;

import dev.understudy.core.member.HaException;
import dev.understudy.core.rfs.BadFrame;
import dev.understudy.core.rfs.Frames;
import dev.understudy.core.rfs.Hello;
import dev.understudy.posix.net.StreamSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's end of all connections with its peers: one listener for all modules, and dialing.
///
/// Set-up (TCP, TLS, hello) happens on short-lived threads; a connection is then handed to its
/// taker, which moves it to a loop.
public final class Links implements AutoCloseable {
    /// TCP port of replication streams and control messages unless configured otherwise.
    public static final int PORT = 9454;

    private static final Logger LOG = LoggerFactory.getLogger(Links.class);
    private static final long SETUP_NS = 3_000_000_000L;
    private static final long ACCEPT_POLL_NS = 500_000_000L;
    private static final int SETUPS_MAX = 64;

    /// Takes a connection that a peer opened.
    @FunctionalInterface
    public interface Taker {
        /// Called on a set-up thread. The taker owns the connection and answers with a hello of its
        /// own, or refuses by [LinkException].
        void take(Connection connection, Hello hello) throws IOException;
    }

    private final String cluster;
    private final String node;
    private final @Nullable TlsIdentity identity;
    private final Map<String, Taker> takers = new ConcurrentHashMap<>();
    private final List<StreamSocket> listeners = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final java.util.concurrent.Semaphore setups =
            new java.util.concurrent.Semaphore(SETUPS_MAX);
    private volatile boolean stopping;

    /// Makes the end; nothing listens yet.
    ///
    /// @param cluster name both ends must have
    /// @param node name of this node
    /// @param identity null = `tls: off`, everything in clear
    public Links(String cluster, String node, @Nullable TlsIdentity identity) {
        this.cluster = cluster;
        this.node = node;
        this.identity = identity;
    }

    /// Begins to listen.
    ///
    /// @throws HaException HA-3201 when an address or the port cannot be had
    public void listen(List<InetSocketAddress> addresses) {
        for (InetSocketAddress address : addresses) {
            try {
                StreamSocket listener = StreamSocket.listen(address, 64);
                listeners.add(listener);
                Thread thread =
                        Thread.ofPlatform()
                                .name("link-accept-" + address.getPort())
                                .daemon()
                                .unstarted(() -> acceptAll(listener));
                threads.add(thread);
                thread.start();
            } catch (IOException e) {
                throw new HaException(
                        "HA-3201",
                        "cannot listen on " + address + " for replication: " + e.getMessage(),
                        e,
                        "free the port, or set another one in node.yaml");
            }
        }
    }

    /// Returns the address the n-th listener has, for port 0.
    public InetSocketAddress listening(int index) throws IOException {
        return listeners.get(index).localAddress();
    }

    /// Says who takes the streams of a module; null takes the entry out.
    public void onStream(String module, @Nullable Taker taker) {
        if (taker == null) {
            takers.remove(module);
        } else {
            takers.put(module, taker);
        }
    }

    /// Says who takes control connections; [PeerLink] does that itself.
    void onControl(Taker taker) {
        takers.put("", taker);
    }

    String cluster() {
        return cluster;
    }

    String node() {
        return node;
    }

    private void acceptAll(StreamSocket listener) {
        while (!stopping) {
            try {
                if (!listener.awaitReadable(ACCEPT_POLL_NS)) {
                    continue;
                }
                StreamSocket socket = listener.accept();
                if (socket != null) {
                    if (setups.tryAcquire()) {
                        Thread.ofPlatform().name("link-setup").daemon().start(() -> setUp(socket));
                    } else {
                        socket.close();
                    }
                }
            } catch (IOException e) {
                if (!stopping) {
                    LOG.warn("accept failed on the replication port: {}", e.getMessage());
                    pause();
                }
            }
        }
        listener.close();
    }

    private static void pause() {
        try {
            Thread.sleep(100); // out of descriptors: let others close some
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void setUp(StreamSocket socket) {
        Connection connection = null;
        try {
            connection = wrap(socket, false);
            Hello hello = connection.awaitHello(SETUP_NS);
            check(connection, hello, null);
            Taker taker =
                    takers.get(hello.purpose() == Hello.Purpose.CONTROL ? "" : hello.module());
            if (taker == null) {
                throw new LinkException(
                        Frames.Reason.NOT_READY, 0, "module " + hello.module() + " is not here");
            }
            taker.take(connection, hello);
        } catch (LinkException e) {
            if (connection != null) {
                connection.refuse(e.reason(), e.epoch(), text(e));
            }
        } catch (BadFrame e) {
            LOG.warn("connection refused: {}", e.getMessage());
            if (connection != null) {
                connection.refuse(Frames.Reason.PROTOCOL, 0, text(e));
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("connection refused: {}", e.toString());
            socket.close();
        } finally {
            setups.release();
        }
    }

    private static String text(Throwable e) {
        String message = e.getMessage();
        return message == null ? e.toString() : message;
    }

    private void check(Connection connection, Hello hello, @Nullable String expectedNode)
            throws LinkException {
        String certified = connection.certified();
        if (certified != null && !certified.equals(hello.node())) {
            throw new LinkException(
                    Frames.Reason.WRONG_PEER,
                    0,
                    hello.node() + " comes with the certificate of " + certified);
        }
        hello.commonVersion();
        if (!hello.cluster().equals(cluster)) {
            throw new LinkException(
                    Frames.Reason.WRONG_PEER,
                    0,
                    hello.node() + " is of cluster " + hello.cluster() + ", not " + cluster);
        }
        if (expectedNode != null && !hello.node().equals(expectedNode)) {
            throw new LinkException(
                    Frames.Reason.WRONG_PEER,
                    0,
                    hello.node() + " answers where " + expectedNode + " should");
        }
        if (hello.node().equals(node)) {
            throw new LinkException(Frames.Reason.WRONG_PEER, 0, node + " speaks with itself");
        }
    }

    private Connection wrap(StreamSocket socket, boolean client) throws IOException {
        socket.noDelay().keepAlive(5, 2, 3);
        String remote = socket.remoteAddress().toString();
        if (identity == null) {
            return new Connection(socket, null, remote);
        }
        SSLEngine engine = identity.context().createSSLEngine();
        engine.setUseClientMode(client);
        TlsLayer tls = new TlsLayer(socket, engine);
        tls.handshake(SETUP_NS);
        Connection connection = new Connection(socket, tls, remote);
        try {
            connection.certified(identity.nodeOf(tls.peerCertificates()));
            return connection;
        } catch (CertificateException e) {
            throw new LinkException(Frames.Reason.WRONG_PEER, 0, text(e));
        }
    }

    /// Opens a connection to a peer, waiting until it stands. Off the loop.
    ///
    /// @param local address to come from, which chooses the network; null = any
    /// @param peer name the other side must have
    /// @param hello first frame
    /// @return the connection and what the peer answered
    /// @throws LinkException if the peer refuses
    /// @throws IOException if it cannot be reached within the set-up time
    public Dialed dial(
            InetSocketAddress remote, @Nullable InetSocketAddress local, String peer, Hello hello)
            throws IOException {
        StreamSocket socket = StreamSocket.connect(remote, local);
        try {
            if (!socket.awaitWritable(SETUP_NS)) {
                throw new IOException(remote + " does not answer");
            }
            int errno = socket.finishConnect();
            if (errno != 0) {
                throw new IOException(
                        remote + " is not reached: " + dev.understudy.posix.Errno.words(errno));
            }
            Connection connection = wrap(socket, true);
            connection.sendHello(hello, SETUP_NS);
            Hello answer = connection.awaitHello(SETUP_NS);
            check(connection, answer, peer);
            return new Dialed(connection, answer);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /// A connection that stands.
    ///
    /// @param hello the peer's answer
    public record Dialed(Connection connection, Hello hello) {}

    @Override
    public void close() {
        stopping = true;
        for (Thread thread : threads) {
            try {
                thread.join(2000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
