package dev.understudy.node.rfs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// A network between two nodes that can be cut: every connection through it breaks at once.
final class CutProxy implements AutoCloseable {
    private final ServerSocket server;
    private final InetSocketAddress target;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean refusing;

    CutProxy(InetSocketAddress target) throws IOException {
        this.target = target;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
    }

    /// Breaks every connection; new ones are taken.
    void cut() {
        List<Socket> there = List.copyOf(open);
        there.forEach(CutProxy::close);
        open.removeAll(there); // not all: one may just have come
    }

    /// Breaks every connection and takes no new ones, or takes them again.
    void refuse(boolean refuse) {
        refusing = refuse;
        if (refuse) {
            cut();
        }
    }

    /// Tells how many bytes have gone through.
    long bytes() {
        return bytes.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket from = server.accept();
                if (refusing) {
                    close(from);
                } else {
                    through(from);
                }
            } catch (IOException e) {
                // the server is closed, or the node behind it does not listen: the dialer sees it
                bytes.addAndGet(0);
            }
        }
    }

    private void through(Socket from) throws IOException {
        Socket to = new Socket(target.getAddress(), target.getPort());
        open.add(from);
        open.add(to);
        Thread.ofPlatform().daemon().start(() -> carry(from, to));
        Thread.ofPlatform().daemon().start(() -> carry(to, from));
    }

    private void carry(Socket from, Socket to) {
        byte[] data = new byte[16384];
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            for (int got = in.read(data); got >= 0; got = in.read(data)) {
                out.write(data, 0, got);
                bytes.addAndGet(got);
            }
        } catch (IOException e) {
            // cut: both ends are closed below
            bytes.addAndGet(0);
        } finally {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            synchronized (socket) {
                if (!socket.isClosed()) {
                    socket.setSoLinger(true, 0); // a reset, as when a machine in between dies
                    socket.close();
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        cut();
    }
}
