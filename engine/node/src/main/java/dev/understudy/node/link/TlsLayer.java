package dev.understudy.node.link;

import dev.understudy.posix.net.StreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

/// TLS 1.3 over a socket that never blocks.
final class TlsLayer {
    private static final int NET_BYTES = 256 * 1024;

    private final StreamSocket socket;
    private final SSLEngine engine;
    private final ByteBuffer netIn = ByteBuffer.allocateDirect(NET_BYTES).limit(0);
    private final ByteBuffer netOut = ByteBuffer.allocateDirect(NET_BYTES).limit(0);
    private final ByteBuffer spare;
    private final ByteBuffer nothing = ByteBuffer.allocateDirect(0);
    private boolean ended;

    TlsLayer(StreamSocket socket, SSLEngine engine) {
        this.socket = socket;
        this.engine = engine;
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        if (!engine.getUseClientMode()) {
            parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        spare = ByteBuffer.allocateDirect(engine.getSession().getApplicationBufferSize()).limit(0);
    }

    /// Does the handshake, waiting for the peer. Off the loop.
    void handshake(long timeoutNs) throws IOException {
        long deadlineNs = System.nanoTime() + timeoutNs;
        engine.beginHandshake();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> runTasks();
                case NEED_WRAP -> {
                    wrap(nothing);
                    awaitFlushed(deadlineNs);
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!unwrapInto(spareForWriting()) && !ended) {
                        spare.flip();
                        awaitData(deadlineNs);
                    } else {
                        spare.flip();
                    }
                    if (ended) {
                        throw new SSLException("the peer closed the connection in the handshake");
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    awaitFlushed(deadlineNs);
                    return;
                }
            }
        }
    }

    private ByteBuffer spareForWriting() {
        return spare.hasRemaining() ? spare.compact() : spare.clear();
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask();
                task != null;
                task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private void awaitFlushed(long deadlineNs) throws IOException {
        while (!flush()) {
            if (!socket.awaitWritable(Math.max(0, deadlineNs - System.nanoTime()))) {
                throw new SSLException("the peer takes nothing in the handshake");
            }
        }
    }

    private void awaitData(long deadlineNs) throws IOException {
        if (!socket.awaitReadable(Math.max(0, deadlineNs - System.nanoTime()))) {
            throw new SSLException("the peer says nothing in the handshake");
        }
    }

    Certificate[] peerCertificates() throws IOException {
        return engine.getSession().getPeerCertificates();
    }

    byte[] export(String label, int length) throws IOException {
        if (engine.getSession() instanceof ExtendedSSLSession session) {
            return session.exportKeyingMaterialData(label, null, length);
        }
        throw new SSLException("this TLS provider exports no keying material");
    }

    int read(ByteBuffer into) throws IOException {
        int start = into.position();
        takeSpare(into);
        while (into.hasRemaining()) {
            boolean room = into.remaining() >= spare.capacity();
            ByteBuffer target = room ? into : spareForWriting();
            boolean progress = unwrapInto(target);
            if (!room) {
                spare.flip();
                takeSpare(into);
            }
            if (!progress) {
                break;
            }
        }
        int count = into.position() - start;
        return count == 0 && ended ? -1 : count;
    }

    private void takeSpare(ByteBuffer into) {
        int count = Math.min(spare.remaining(), into.remaining());
        if (count > 0) {
            into.put(into.position(), spare, spare.position(), count);
            into.position(into.position() + count);
            spare.position(spare.position() + count);
        }
    }

    /// Decrypts one record, reading from the socket if needed.
    ///
    /// @return false when more bytes have to come first, or the peer has ended
    private boolean unwrapInto(ByteBuffer target) throws IOException {
        while (true) {
            SSLEngineResult result = engine.unwrap(netIn, target);
            switch (result.getStatus()) {
                case OK -> {
                    if (result.getHandshakeStatus() == SSLEngineResult.HandshakeStatus.NEED_TASK) {
                        runTasks();
                    }
                    return true;
                }
                case BUFFER_UNDERFLOW -> {
                    netIn.compact();
                    int count = socket.read(netIn);
                    netIn.flip();
                    if (count == StreamSocket.END) {
                        ended = true;
                    }
                    if (count <= 0) {
                        return false;
                    }
                }
                case BUFFER_OVERFLOW -> throw new SSLException("a record larger than allowed");
                case CLOSED -> {
                    ended = true;
                    return false;
                }
            }
        }
    }

    boolean write(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            if (!wrap(from) && !flush()) {
                return false;
            }
        }
        return flush();
    }

    /// Encrypts one record behind what waits.
    ///
    /// @return false when there is no room for a record
    private boolean wrap(ByteBuffer from) throws IOException {
        netOut.compact();
        SSLEngineResult result = engine.wrap(from, netOut);
        netOut.flip();
        return switch (result.getStatus()) {
            case OK -> true;
            case BUFFER_OVERFLOW -> false;
            case BUFFER_UNDERFLOW, CLOSED -> throw new SSLException("the TLS session is closed");
        };
    }

    boolean flush() throws IOException {
        while (netOut.hasRemaining()) {
            if (socket.write(netOut) <= 0) {
                return false;
            }
        }
        return true;
    }
}
