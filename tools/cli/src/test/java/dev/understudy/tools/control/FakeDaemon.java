package dev.understudy.tools.control;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// Answers each call with what a test has laid out for its method and path.
public final class FakeDaemon implements AutoCloseable {
    /// To be given as `--home`.
    public final Path home;

    /// Method, path and body of each call.
    public final List<String> calls = new CopyOnWriteArrayList<>();

    private final Map<String, Deque<Laid>> answers = new ConcurrentHashMap<>();
    private final ServerSocketChannel server;

    private record Laid(int status, String body, String etag) {}

    /// Listens below a folder.
    public FakeDaemon(Path home) throws IOException {
        this.home = home;
        Files.createDirectories(home.resolve("run"));
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(home.resolve("run").resolve("api.sock")));
        Thread.ofVirtual().start(this::serve);
    }

    /// Lays out an answer; the last one of a path is given again and again. A path may end in `*`.
    public FakeDaemon on(String call, int status, String body) {
        return on(call, status, body, "");
    }

    FakeDaemon on(String call, int status, String body, String etag) {
        answers.computeIfAbsent(call, _ -> new ArrayDeque<>()).add(new Laid(status, body, etag));
        return this;
    }

    private void serve() {
        while (server.isOpen()) {
            try (SocketChannel channel = server.accept()) {
                answer(channel);
            } catch (IOException closed) {
                calls.add("closed"); // the test ended, or the client went away
            }
        }
    }

    private void answer(SocketChannel channel) throws IOException {
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int b = in.read();
            if (b < 0) return;
            head.append((char) b);
        }
        int length = 0;
        String node = "";
        for (String line : head.toString().split("\r\n", -1)) {
            if (line.startsWith("Content-Length: ")) length = Integer.parseInt(line.substring(16));
            if (line.startsWith("Understudy-Node: ")) node = " @" + line.substring(17);
        }
        byte[] body = in.readNBytes(length);
        String[] first = head.substring(0, head.indexOf("\r\n")).split(" ", -1);
        boolean isText = head.indexOf("application/octet-stream") < 0;
        String sent = isText ? new String(body, StandardCharsets.UTF_8) : body.length + " bytes";
        calls.add((first[0] + " " + first[1] + node + " " + sent).strip());
        String path =
                first[1].contains("?") ? first[1].substring(0, first[1].indexOf('?')) : first[1];
        Deque<Laid> laid = answers.get(first[0] + " " + path);
        for (Map.Entry<String, Deque<Laid>> each : answers.entrySet()) {
            String key = each.getKey();
            boolean isStart =
                    key.endsWith("*")
                            && (first[0] + " " + path)
                                    .startsWith(key.substring(0, key.length() - 1));
            if (laid == null && isStart) laid = each.getValue();
        }
        Laid answer =
                laid == null
                        ? new Laid(
                                404,
                                "{\"code\":\"HA-4301\",\"message\":\"nothing at "
                                        + path
                                        + "\",\"where\":\"fake\",\"remedy\":\"lay it out\"}",
                                "")
                        : laid.size() > 1 ? laid.removeFirst() : laid.getFirst();
        boolean isArchive = path.startsWith("/api/v1/archives/") && first[0].equals("GET");
        byte[] bytes =
                answer.body()
                        .getBytes(isArchive ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        String text =
                "HTTP/1.1 %d X\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
                        .formatted(
                                answer.status(),
                                answer.etag().isEmpty() ? "" : "ETag: " + answer.etag() + "\r\n",
                                bytes.length);
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
        channel.write(ByteBuffer.wrap(bytes));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
