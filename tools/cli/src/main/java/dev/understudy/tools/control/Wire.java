package dev.understudy.tools.control;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One call of HTTP/1.1 (RFC 9112) over two streams: enough for one daemon, and it starts at once.
final class Wire {
    /// Largest answer, in bytes: a page of the journal.
    private static final int ANSWER_BYTES_MAX = 128 << 20;

    private static final int LINE_BYTES_MAX = 16 * 1024;
    private static final int HEADERS_MAX = 100;

    private final InputStream in;
    private final OutputStream out;

    /// An answer.
    record Answer(int status, Map<String, String> headers, byte[] body) {}

    Wire(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    Answer call(
            String method,
            String path,
            Map<String, String> headers,
            String contentType,
            byte @Nullable [] body)
            throws IOException {
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(path).append(" HTTP/1.1\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Connection: close\r\nAccept: application/json\r\n");
        if (body != null) {
            head.append("Content-Type: ").append(contentType).append("\r\n");
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        head.append("\r\n");
        out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        try {
            if (body != null) out.write(body);
            out.flush();
        } catch (IOException answeredEarly) {
            // A server that refuses a body answers and closes; its answer is worth more.
            return answer(answeredEarly);
        }
        return answer(null);
    }

    private Answer answer(@Nullable IOException earlier) throws IOException {
        try {
            String start = line();
            String[] parts = start.split(" ", 3);
            if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
                throw new IOException("the answer is not HTTP: " + start);
            }
            int status = Integer.parseInt(parts[1]);
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                if (colon < 1 || headers.size() >= HEADERS_MAX) {
                    throw new IOException("the answer's header is malformed");
                }
                headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
            return new Answer(status, headers, body(headers));
        } catch (NumberFormatException malformed) {
            throw new IOException("the answer is malformed: " + malformed.getMessage(), malformed);
        } catch (EOFException nothing) {
            throw earlier != null ? earlier : nothing;
        }
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        String encoding = headers.getOrDefault("Transfer-Encoding", "");
        if (encoding.toLowerCase(Locale.ROOT).equals("chunked")) return chunks();
        String length = headers.get("Content-Length");
        if (length == null) return limited(in.readNBytes(ANSWER_BYTES_MAX + 1));
        int expected = Integer.parseInt(length);
        if (expected < 0 || expected > ANSWER_BYTES_MAX) throw new IOException("answer too large");
        byte[] body = in.readNBytes(expected);
        if (body.length < expected) throw new EOFException("the answer ended early");
        return body;
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            String size = line();
            int semicolon = size.indexOf(';');
            int length = Integer.parseInt(semicolon < 0 ? size : size.substring(0, semicolon), 16);
            if (length == 0) return all.toByteArray();
            if (length < 0 || all.size() + length > ANSWER_BYTES_MAX) {
                throw new IOException("answer too large");
            }
            byte[] chunk = in.readNBytes(length);
            if (chunk.length < length) throw new EOFException("the answer ended early");
            all.write(chunk);
            line();
        }
    }

    private static byte[] limited(byte[] body) throws IOException {
        if (body.length > ANSWER_BYTES_MAX) throw new IOException("answer too large");
        return body;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) throw new EOFException("the daemon closed the connection");
            if (line.size() >= LINE_BYTES_MAX) throw new IOException("a line is too long");
            if (b != '\r') line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
