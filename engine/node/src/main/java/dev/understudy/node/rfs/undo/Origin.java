package dev.understudy.node.rfs.undo;

import dev.understudy.core.member.Generation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// What a copy was when a resynchronisation began to overwrite it.
///
/// @param bootId the machine's boot in which that was
/// @param atMs time of day, milliseconds since 1970
/// @param generation of the copy
/// @param base generation at which both copies were equal last
public record Origin(String bootId, long atMs, Generation generation, Generation base) {
    private static final int FORMAT = 1;

    ByteBuffer encode() {
        byte[] boot = bootId.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(32 + boot.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(FORMAT).putLong(atMs).putLong(generation.value()).putLong(base.value());
        return out.putInt(boot.length).put(boot).flip();
    }

    static Origin decode(ByteBuffer in) throws PreimageLog.Damaged {
        if (in.remaining() < 32 || in.getInt() != FORMAT) {
            throw new PreimageLog.Damaged("another format");
        }
        long at = in.getLong();
        Generation generation = new Generation(in.getLong());
        Generation base = new Generation(in.getLong());
        byte[] boot = new byte[Math.min(in.getInt(), in.remaining())];
        in.get(boot);
        return new Origin(new String(boot, StandardCharsets.UTF_8), at, generation, base);
    }
}
