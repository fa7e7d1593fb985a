package dev.understudy.script.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Carries messages between daemon and script host: `{u32 length big-endian, length bytes of UTF-8
/// JSON object}`.
///
/// A message is an object whose `t` names its kind ([Kind]); unknown kinds and fields are ignored
/// by the receiver, a changed meaning raises [#VERSION]. One thread reads; any thread writes.
public final class Wire implements Closeable {
    /// Version that both sides must share; in the `hello` of the host.
    public static final int VERSION = 1;

    /// Longest message in bytes, both ways.
    public static final int FRAME_BYTES_MAX = 8 << 20;

    private static final int DEPTH_MAX = 64;

    /// Reads and writes all JSON of the protocol, with limits on depth.
    public static final ObjectMapper JSON =
            new ObjectMapper(
                    JsonFactory.builder()
                            .streamReadConstraints(
                                    StreamReadConstraints.builder()
                                            .maxNestingDepth(DEPTH_MAX)
                                            .maxStringLength(FRAME_BYTES_MAX)
                                            .build())
                            .build());

    private final DataInputStream in;
    private final OutputStream out;
    private final Closeable channel;

    /// Wraps the two directions.
    ///
    /// @param channel closed with this
    public Wire(InputStream in, OutputStream out, Closeable channel) {
        this.in = new DataInputStream(in);
        this.out = out;
        this.channel = channel;
    }

    /// Makes an empty message of a kind.
    public static ObjectNode message(Kind kind) {
        return JSON.createObjectNode().put("t", kind.word());
    }

    /// Reads the next message; blocks.
    ///
    /// @return null at the orderly end of the stream
    /// @throws IOException if the frame is too long, cut off, or no JSON object: the connection is
    ///   of no more use
    public @Nullable ObjectNode read() throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        int length = first << 24 | in.readUnsignedByte() << 16 | in.readUnsignedShort();
        if (length < 2 || length > FRAME_BYTES_MAX) {
            throw new IOException("script host protocol: frame of " + length + " bytes");
        }
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("script host protocol: frame cut off");
        }
        return JSON.readTree(bytes) instanceof ObjectNode object ? object : refuse();
    }

    private static ObjectNode refuse() throws IOException {
        throw new IOException("script host protocol: a message is not an object");
    }

    /// Writes one message; blocks while the other side does not read.
    ///
    /// @throws IOException if the connection is gone, or if the message is longer than
    ///   [#FRAME_BYTES_MAX]; nothing is written then
    public void write(ObjectNode message) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(message);
        if (bytes.length > FRAME_BYTES_MAX) {
            throw new IOException("script host protocol: message of " + bytes.length + " bytes");
        }
        byte[] frame =
                ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array();
        synchronized (out) {
            out.write(frame);
            out.flush();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
