package dev.understudy.core.rfs;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Writes and reads the frames that are neither hello nor operation (PROTOCOL.md 2 and 4).
///
/// A frame is `{u32 length of what follows, u8 type, u8 a, u16 b, u64 value, ...}`, little-endian.
/// Writers append at the buffer's position; readers look at the frame at an index and check its
/// length first ([#check]).
public final class Frames {
    /// Bytes every frame has at least.
    public static final int BASE_BYTES = 16;

    /// Bytes of a control message at most.
    public static final int CONTROL_BYTES_MAX = 60 * 1024;

    /// Exceptional outcomes in one CONFIRM at most.
    public static final int OUTCOMES_MAX = 1024;

    /// Bytes of the text of an ERROR at most.
    public static final int TEXT_BYTES_MAX = 1024;

    /// Bytes of any frame at most.
    public static final int BYTES_MAX = Op.FRAME_BYTES_MAX;

    private static final int OUTCOME_BYTES = 16;

    /// Why a side closes the connection.
    public enum Reason {
        /// The peer broke the protocol.
        PROTOCOL(1),
        /// Another cluster, module, node or version than expected.
        WRONG_PEER(2),
        /// The speaker has adopted a higher epoch, which the frame carries.
        HIGHER_EPOCH(3),
        /// Operations are missing before the one offered.
        GAP(4),
        /// The stream is not known here: this daemon was restarted.
        UNKNOWN_STREAM(5),
        /// Not ready to take the stream; try again.
        NOT_READY(6),
        /// The disk refused; the speaker gives up the stream.
        DISK(7),
        /// Closed on purpose.
        CLOSED(8);

        private final int code;

        Reason(int code) {
            this.code = code;
        }
    }

    private Frames() {}

    /// Checks the length field of the frame at `at` and returns the bytes of the whole frame.
    ///
    /// @throws BadFrame if no frame can have that length
    public static int bytes(ByteBuffer buffer, int at) {
        int length = buffer.getInt(at);
        if (length < BASE_BYTES - 4 || length > BYTES_MAX - 4) {
            throw new BadFrame("frame of impossible length " + Integer.toUnsignedString(length));
        }
        return length + 4;
    }

    /// Returns the type of the frame at `at`.
    public static int type(ByteBuffer buffer, int at) {
        return buffer.get(at + 4) & 0xff;
    }

    /// Returns the byte after the type.
    public static int small(ByteBuffer buffer, int at) {
        return buffer.get(at + 5) & 0xff;
    }

    /// Returns the two bytes before the value.
    public static int count(ByteBuffer buffer, int at) {
        return buffer.getShort(at + 6) & 0xffff;
    }

    /// Returns the value of the frame at `at`.
    public static long value(ByteBuffer buffer, int at) {
        return buffer.getLong(at + 8);
    }

    /// Requires a length.
    ///
    /// @throws BadFrame if the frame at `at` is shorter
    public static void check(ByteBuffer buffer, int at, int bytesMin) {
        if (buffer.getInt(at) + 4 < bytesMin) {
            throw new BadFrame(
                    "frame of type %d with %d bytes, at least %d"
                            .formatted(type(buffer, at), buffer.getInt(at) + 4, bytesMin));
        }
    }

    /// Appends a frame that has only a value: PING, CLEARED, EPOCH, BEGUN, SETTLE, ...
    public static void plain(ByteBuffer to, int type, int small, long value) {
        begin(to, BASE_BYTES, type, small, 0, value);
    }

    /// Appends a RECEIVED.
    public static void received(ByteBuffer to, long received, long confirmed) {
        begin(to, 24, FrameType.RECEIVED, 0, 0, received);
        to.putLong(confirmed);
    }

    /// RECEIVED: returns the last confirmed operation the speaker knows.
    public static long receivedConfirmed(ByteBuffer from, int at) {
        check(from, at, 24);
        return from.getLong(at + 16);
    }

    /// Returns the bytes of a CONFIRM with that many outcomes.
    public static int confirmBytes(int outcomes) {
        return BASE_BYTES + Math.min(outcomes, OUTCOMES_MAX) * OUTCOME_BYTES;
    }

    /// Appends a CONFIRM; when there are more than [#OUTCOMES_MAX] outcomes it confirms only as far
    /// as they reach.
    ///
    /// @return the sequence number that it confirms
    public static long confirm(ByteBuffer to, long seq, Source.Outcomes outcomes) {
        int count = Math.min(outcomes.count(), OUTCOMES_MAX);
        long upTo = count < outcomes.count() ? outcomes.seq(count - 1) : seq;
        begin(to, confirmBytes(count), FrameType.CONFIRM, 0, count, upTo);
        for (int i = 0; i < count; i++) {
            to.putLong(outcomes.seq(i)).putInt(outcomes.result(i)).putInt(0);
        }
        return upTo;
    }

    /// Gives a CONFIRM to a sink.
    ///
    /// @throws BadFrame if it is cut short or confirms what never came
    public static void confirmTo(ByteBuffer from, int at, Sink sink) {
        int count = count(from, at);
        check(from, at, BASE_BYTES + count * OUTCOME_BYTES);
        for (int i = 0; i < count; i++) {
            int entry = at + BASE_BYTES + i * OUTCOME_BYTES;
            sink.outcome(from.getLong(entry), from.getInt(entry + 8));
        }
        sink.confirm(value(from, at));
    }

    /// Appends a DURABLE or FAILED: a sequence number and what the disk said.
    ///
    /// @param errno 0 or a positive errno
    public static void outcome(ByteBuffer to, int type, long seq, int errno) {
        begin(to, 24, type, 0, 0, seq);
        to.putLong(errno);
    }

    /// DURABLE, FAILED: returns 0 or a positive errno.
    public static int errno(ByteBuffer from, int at) {
        check(from, at, 24);
        return (int) from.getLong(at + 16);
    }

    /// Appends an ERROR.
    ///
    /// @param epoch highest epoch that the speaker has adopted
    public static void error(ByteBuffer to, Reason reason, long epoch, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, TEXT_BYTES_MAX);
        begin(to, BASE_BYTES + length, FrameType.ERROR, reason.code, 0, epoch);
        to.put(bytes, 0, length);
    }

    /// ERROR: returns the reason; one of a later version reads as [Reason#CLOSED].
    public static Reason reason(ByteBuffer from, int at) {
        int code = small(from, at);
        for (Reason reason : Reason.values()) {
            if (reason.code == code) {
                return reason;
            }
        }
        return Reason.CLOSED;
    }

    /// ERROR: returns the text.
    public static String text(ByteBuffer from, int at) {
        byte[] bytes = new byte[Math.min(bytes(from, at) - BASE_BYTES, TEXT_BYTES_MAX)];
        from.get(at + BASE_BYTES, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /// Appends a CONTROL for a module.
    public static void control(ByteBuffer to, String module, byte[] payload) {
        byte[] name = module.getBytes(StandardCharsets.UTF_8);
        if (payload.length > CONTROL_BYTES_MAX || name.length > 255) {
            throw new IllegalArgumentException(
                    "control message of " + payload.length + " bytes for " + module);
        }
        int bytes = BASE_BYTES + name.length + payload.length;
        begin(to, bytes, FrameType.CONTROL, 0, name.length, payload.length);
        to.put(name).put(payload);
    }

    /// CONTROL: returns the module's name.
    public static String controlModule(ByteBuffer from, int at) {
        check(from, at, BASE_BYTES + count(from, at));
        byte[] name = new byte[count(from, at)];
        from.get(at + BASE_BYTES, name);
        return new String(name, StandardCharsets.UTF_8);
    }

    /// CONTROL: returns the payload.
    public static byte[] controlPayload(ByteBuffer from, int at) {
        int start = BASE_BYTES + count(from, at);
        check(from, at, start);
        byte[] payload = new byte[bytes(from, at) - start];
        from.get(at + start, payload);
        return payload;
    }

    static void begin(ByteBuffer to, int bytes, int type, int small, int count, long value) {
        to.putInt(bytes - 4).put((byte) type).put((byte) small).putShort((short) count);
        to.putLong(value);
    }
}
