package dev.understudy.core.replay;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Node;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes a [Recording] as bytes, block by block; the caller puts them into a file.
public final class RecordingWriter {
    /// What a recording begins with; the number is that of the form of blocks and entries.
    public static final String MAGIC = "understudy decisions 1\n";

    static final int BLOCK_HEAD = 12;
    static final int OPENING = 1;
    static final int STEP = 2;

    /// The place in this list is the value in a file.
    static final List<Recording.Why> WHYS =
            List.of(Recording.Why.START, Recording.Why.NEXT_FILE, Recording.Why.GAP);

    private final Out out = new Out();
    private final Map<Class<?>, Object> last = new HashMap<>();

    /// Begins one; the first entry is an [#opening].
    public RecordingWriter() {}

    /// Gives the first bytes of a recording.
    public static byte[] head(String version, String module, String node) {
        Out origin = new Out();
        origin.whole(Forms.OURS.shape);
        origin.text(version);
        origin.text(module);
        origin.text(node);
        Out head = new Out();
        head.put(MAGIC.getBytes(StandardCharsets.US_ASCII));
        head.put(framed(origin.toBytes()));
        return head.toBytes();
    }

    /// Adds a node; steps follow from it.
    public void opening(long atMs, Recording.Why why, Node node) {
        last.clear();
        out.put(OPENING);
        out.whole(atMs);
        out.put(WHYS.indexOf(why));
        Forms.OURS.node.write(out, node, null);
    }

    /// Adds a step.
    ///
    /// @param fault what the step threw, in words; empty if it did not
    public void step(Event event, List<Effect> effects, String fault) {
        out.put(STEP);
        write(Forms.OURS.event, event);
        out.count(effects.size());
        for (Effect effect : effects) {
            write(Forms.OURS.effect, effect);
        }
        out.text(fault);
    }

    private void write(Form.OneOf form, Object value) {
        form.write(out, value, this::before);
        last.put(value.getClass(), value);
    }

    private @Nullable Object before(Class<?> type) {
        return last.get(type);
    }

    /// Bytes of the entries that were added since the last [#block].
    public int length() {
        return out.length();
    }

    /// Gives the entries that were added since as a block and begins the next one.
    public byte[] block() {
        byte[] block = framed(out.toBytes());
        out.clear();
        return block;
    }

    static byte[] framed(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return ByteBuffer.allocate(BLOCK_HEAD + bytes.length)
                .putInt(bytes.length)
                .putInt(~bytes.length)
                .putInt((int) crc.getValue())
                .put(bytes)
                .array();
    }
}
