package dev.understudy.core.rfs;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The first frame of each side of a connection (PROTOCOL.md 2.1).
///
/// @param versionMin lowest protocol version the speaker knows
/// @param versionMax highest protocol version the speaker knows
/// @param purpose what the connection is for
/// @param cluster name of the cluster, at most 63 characters
/// @param module name of the module, at most 63 characters; empty for [Purpose#CONTROL]
/// @param node name of the speaking node
/// @param epoch highest epoch the speaker has adopted for the module
/// @param generation data generation of the speaker
/// @param stream random id of the stream that the source offers; the target answers with the one it
///   knows, 0 = none
/// @param received target only: last operation received of that stream
/// @param confirmed target only: last operation it knows to be applied by the source
/// @param join id of the resynchronisation the connection is for, 0 = an established stream
public record Hello(
        int versionMin,
        int versionMax,
        Purpose purpose,
        String cluster,
        String module,
        String node,
        long epoch,
        long generation,
        long stream,
        long received,
        long confirmed,
        long join) {
    /// The version this software speaks.
    public static final int VERSION = 1;

    /// Bytes of the longest hello.
    public static final int BYTES_MAX = 512;

    private static final int MAGIC = 0x59445355; // "USDY"
    private static final int NAME_MAX = 127;
    private static final int FIXED = 64;

    /// What a connection is for.
    public enum Purpose {
        /// The ordered stream of one module, with its resynchronisation.
        STREAM(1),
        /// Reliable messages of the failover cores of all modules.
        CONTROL(2);

        private final int code;

        Purpose(int code) {
            this.code = code;
        }

        private static Purpose of(int code) {
            for (Purpose purpose : values()) {
                if (purpose.code == code) {
                    return purpose;
                }
            }
            throw new BadFrame("hello of unknown purpose " + code);
        }
    }

    /// Returns the version both sides know, the highest one.
    ///
    /// @throws BadFrame if there is none
    public int commonVersion() {
        if (versionMin > VERSION || versionMax < VERSION) {
            throw new BadFrame(
                    "%s speaks protocol %d to %d, this node speaks %d"
                            .formatted(node, versionMin, versionMax, VERSION));
        }
        return VERSION;
    }

    /// Writes the frame at the buffer's position.
    public void write(ByteBuffer to) {
        int at = to.position();
        to.putInt(0).put((byte) FrameType.HELLO).put((byte) purpose.code).putShort((short) 0);
        to.putInt(MAGIC).putShort((short) versionMin).putShort((short) versionMax);
        to.putLong(epoch).putLong(generation).putLong(stream).putLong(received).putLong(confirmed);
        to.putLong(join);
        putName(to, cluster);
        putName(to, module);
        putName(to, node);
        to.putInt(at, to.position() - at - 4);
    }

    private static void putName(ByteBuffer to, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > NAME_MAX) {
            throw new IllegalArgumentException("name too long: " + name);
        }
        to.put((byte) bytes.length).put(bytes);
    }

    /// Reads the frame between the buffer's position and limit.
    ///
    /// @throws BadFrame if it is no hello
    public static Hello read(ByteBuffer from) {
        int at = from.position();
        if (from.remaining() < FIXED
                || from.remaining() > BYTES_MAX
                || from.get(at + 4) != FrameType.HELLO
                || from.getInt(at + 8) != MAGIC) {
            throw new BadFrame("the connection does not begin with a hello");
        }
        Purpose purpose = Purpose.of(from.get(at + 5));
        ByteBuffer names = from.duplicate();
        names.position(at + FIXED);
        String cluster = name(names);
        String module = name(names);
        String node = name(names);
        return new Hello(
                from.getShort(at + 12) & 0xffff,
                from.getShort(at + 14) & 0xffff,
                purpose,
                cluster,
                module,
                node,
                from.getLong(at + 16),
                from.getLong(at + 24),
                from.getLong(at + 32),
                from.getLong(at + 40),
                from.getLong(at + 48),
                from.getLong(at + 56));
    }

    private static String name(ByteBuffer from) {
        int length = from.hasRemaining() ? from.get() : -1;
        if (length < 0 || length > from.remaining()) {
            throw new BadFrame("hello with a name of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
