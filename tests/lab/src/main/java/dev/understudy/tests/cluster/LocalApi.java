package dev.understudy.tests.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/// Speaks to the REST API on a node's local socket; one connection for each call, HTTP/1.1 with
/// `Connection: close`.
public final class LocalApi {
    private static final ObjectMapper JSON = new ObjectMapper();

    private LocalApi() {}

    /// What the API answered.
    public record Answer(int status, JsonNode body) {}

    /// Asks for a resource.
    ///
    /// @param socket `run/api.sock` as this process can reach it; at most 107 characters
    /// @param path below `/api/v1`, such as `/modules/postgresql`
    /// @throws IOException when nobody answers
    public static Answer get(Path socket, String path) throws IOException {
        return call(socket, "GET", path, "", new byte[0]);
    }

    /// Sends a JSON object.
    ///
    /// @param method such as `POST`
    /// @throws IOException when nobody answers
    public static Answer send(Path socket, String method, String path, Map<String, ?> body)
            throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        return call(socket, method, path, "application/json", bytes);
    }

    /// Uploads bytes.
    ///
    /// @throws IOException when nobody answers
    public static Answer put(Path socket, String path, byte[] bytes) throws IOException {
        return call(socket, "PUT", path, "application/octet-stream", bytes);
    }

    private static Answer call(Path socket, String method, String path, String type, byte[] body)
            throws IOException {
        String head =
                "%s /api/v1%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        .formatted(method, path);
        if (!type.isEmpty()) {
            head += "Content-Type: %s\r\nContent-Length: %d\r\n".formatted(type, body.length);
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            write(channel, (head + "\r\n").getBytes(StandardCharsets.US_ASCII));
            write(channel, body);
            return parse(Channels.newInputStream(channel).readAllBytes());
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        ByteBuffer out = ByteBuffer.wrap(bytes);
        while (out.hasRemaining()) {
            int _ = channel.write(out);
        }
    }

    private static Answer parse(byte[] bytes) throws IOException {
        String head = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = head.indexOf("\r\n\r\n");
        if (end < 0 || !head.startsWith("HTTP/1.1 ")) {
            throw new IOException("no HTTP answer: " + head.lines().findFirst().orElse("nothing"));
        }
        int status = Integer.parseInt(head.substring(9, 12));
        byte[] body =
                head.substring(0, end)
                                .toLowerCase(Locale.ROOT)
                                .contains("transfer-encoding: chunked")
                        ? unchunk(bytes, end + 4)
                        : Arrays.copyOfRange(bytes, end + 4, bytes.length);
        return new Answer(status, body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body));
    }

    private static byte[] unchunk(byte[] bytes, int start) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = start;
        while (at < bytes.length) {
            int lineEnd = at;
            while (bytes[lineEnd] != '\r') {
                lineEnd++;
            }
            String size = new String(bytes, at, lineEnd - at, StandardCharsets.US_ASCII).strip();
            int length = Integer.parseInt(size, 16);
            if (length == 0) {
                break;
            }
            body.write(bytes, lineEnd + 2, length);
            at = lineEnd + 2 + length + 2;
        }
        return body.toByteArray();
    }
}
