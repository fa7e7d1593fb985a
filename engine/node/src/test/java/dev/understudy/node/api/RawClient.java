package dev.understudy.node.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// Speaks HTTP/1.1 over a Unix socket, one call a connection.
final class RawClient {
    private final Path socket;

    record Answer(int status, Map<String, String> headers, String body) {}

    RawClient(Path socket) {
        this.socket = socket;
    }

    Answer call(String method, String path, String contentType, byte[] body, String... headers)
            throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            StringBuilder head = new StringBuilder();
            head.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
            head.append("Host: node\r\nConnection: close\r\n");
            if (body.length > 0 || !contentType.isEmpty()) {
                head.append("Content-Type: ").append(contentType).append("\r\n");
                head.append("Content-Length: ").append(body.length).append("\r\n");
            }
            for (String header : headers) head.append(header).append("\r\n");
            head.append("\r\n");
            channel.write(ByteBuffer.wrap(head.toString().getBytes(StandardCharsets.ISO_8859_1)));
            ByteBuffer left = ByteBuffer.wrap(body);
            try {
                while (left.hasRemaining()) channel.write(left);
            } catch (IOException answeredEarly) {
                // The server may answer before it has read everything; its answer is read below.
            }
            return parse(channel);
        }
    }

    private static Answer parse(SocketChannel channel) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            Channels.newInputStream(channel).transferTo(all);
        } catch (IOException reset) {
            if (all.size() == 0) throw reset;
        }
        String text = all.toString(StandardCharsets.UTF_8);
        int end = text.indexOf("\r\n\r\n");
        String[] lines = text.substring(0, end).split("\r\n", -1);
        Map<String, String> headers = new java.util.TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
        }
        return new Answer(
                Integer.parseInt(lines[0].split(" ", -1)[1]), headers, text.substring(end + 4));
    }

    Answer get(String path, String... headers) throws IOException {
        return call("GET", path, "", new byte[0], headers);
    }

    Answer send(String method, String path, String json, String... headers) throws IOException {
        return call(
                method, path, "application/json", json.getBytes(StandardCharsets.UTF_8), headers);
    }
}
