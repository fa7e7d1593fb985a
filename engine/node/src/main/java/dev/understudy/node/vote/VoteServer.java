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
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers data nodes that ask for this node's vote: TLS 1.3 with both certificates.
public final class VoteServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VoteServer.class);
    private static final int CONNECTIONS_MAX = 32;
    private static final long ACCEPT_PAUSE_NS = 200_000_000L;
    private static final int HANDSHAKE_MS = 2_000;

    /// A client asks twice a second; one that is silent for longer is gone.
    private static final int SILENCE_MS = 30_000;

    private final Voter voter;
    private final Predicate<SSLSession> mayAsk;
    private final List<SSLServerSocket> listeners = new ArrayList<>();
    private final Set<SSLSocket> open = ConcurrentHashMap.newKeySet();
    private final Semaphore room = new Semaphore(CONNECTIONS_MAX);
    private volatile boolean isClosed;

    /// Answers a request; an [IOException] = no answer.
    public interface Voter {
        /// Votes.
        Reply answer(Ask ask) throws IOException;
    }

    /// @param mayAsk tells of a connection that stands whether its other end is a data node
    public VoteServer(Voter voter, Predicate<SSLSession> mayAsk) {
        this.voter = voter;
        this.mayAsk = mayAsk;
    }

    /// Listens.
    ///
    /// @throws IOException if an address or port cannot be had
    public void listen(SSLContext tls, List<InetSocketAddress> addresses) throws IOException {
        for (InetSocketAddress address : addresses) {
            SSLServerSocket listener =
                    (SSLServerSocket) tls.getServerSocketFactory().createServerSocket();
            listeners.add(listener);
            listener.setReuseAddress(true);
            listener.setNeedClientAuth(true);
            listener.bind(address, CONNECTIONS_MAX);
            Thread.ofPlatform().name("vote-accept").daemon().start(() -> accept(listener));
        }
    }

    private void accept(SSLServerSocket listener) {
        while (!isClosed) {
            try {
                SSLSocket socket = (SSLSocket) listener.accept();
                if (room.tryAcquire()) {
                    open.add(socket);
                    Thread.ofVirtual().name("vote-serve").start(() -> serve(socket));
                } else {
                    socket.close();
                }
            } catch (IOException e) {
                if (isClosed) return;
                LOG.warn("vote port: {}", e.getMessage());
                LockSupport.parkNanos(ACCEPT_PAUSE_NS); // no descriptors, say: that lasts
            }
        }
    }

    private void serve(SSLSocket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(HANDSHAKE_MS);
            socket.startHandshake();
            if (!mayAsk.test(socket.getSession())) {
                LOG.warn("vote refused: {} is no data node", socket.getRemoteSocketAddress());
                return;
            }
            socket.setSoTimeout(SILENCE_MS);
            answer(
                    new VoteFrames(
                            new DataInputStream(new BufferedInputStream(socket.getInputStream())),
                            new DataOutputStream(
                                    new BufferedOutputStream(socket.getOutputStream()))));
        } catch (IOException e) {
            LOG.debug("vote connection ends: {}", e.toString());
        } finally {
            open.remove(socket);
            room.release();
        }
    }

    private void answer(VoteFrames frames) throws IOException {
        while (!isClosed) {
            VoteFrames.Frame frame = frames.read();
            Ask ask = VoteCodec.ask(frame.message());
            if (ask == null) throw new IOException("a request that cannot be read");
            byte[] reply = VoteCodec.encode(voter.answer(ask));
            frames.write(new VoteFrames.Frame(frame.number(), reply));
        }
    }

    @Override
    public void close() throws IOException {
        isClosed = true;
        for (SSLServerSocket listener : listeners) listener.close();
        for (SSLSocket socket : open) socket.close();
    }
}
