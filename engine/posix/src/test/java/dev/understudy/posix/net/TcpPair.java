package dev.understudy.posix.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// Two connected sockets on loopback.
record TcpPair(StreamSocket client, StreamSocket server) implements AutoCloseable {
    static final long DEADLINE_NS = 5_000_000_000L;

    static TcpPair open() throws Exception {
        return open("127.0.0.1");
    }

    static TcpPair open(String address) throws Exception {
        InetAddress host = InetAddress.getByName(address);
        try (StreamSocket listener = StreamSocket.listen(new InetSocketAddress(host, 0), 8)) {
            StreamSocket client =
                    StreamSocket.connect(listener.localAddress(), new InetSocketAddress(host, 0));
            if (!listener.awaitReadable(DEADLINE_NS) || !client.awaitWritable(DEADLINE_NS)) {
                throw new AssertionError("no connection");
            }
            StreamSocket server = Objects.requireNonNull(listener.accept());
            int errno = client.finishConnect();
            if (errno != 0) {
                throw new AssertionError("connect errno " + errno);
            }
            return new TcpPair(client.noDelay(), server.noDelay());
        }
    }

    static ByteBuffer direct(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    static void send(StreamSocket socket, String text) {
        try {
            socket.write(direct(text));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
