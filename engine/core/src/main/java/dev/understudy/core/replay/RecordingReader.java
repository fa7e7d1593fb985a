package dev.understudy.core.replay;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Node;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Reads a [Recording].
public final class RecordingReader {
    private static final String FAMILY = "understudy decisions ";

    private final byte[] bytes;
    private int at;
    private final Map<Class<?>, Object> last = new HashMap<>();
    private final List<Recording.Entry> entries = new ArrayList<>();

    private RecordingReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Reads a recording of this program's shape.
    ///
    /// A last block that is cut is left out: that is what a loss of power leaves.
    ///
    /// @param version of this program, for the message about another one
    /// @throws BadRecording if it is none, is damaged, or was written by a program whose events and
    ///   states are others
    public static Recording read(byte[] bytes, String version) throws BadRecording {
        RecordingReader reader = new RecordingReader(bytes);
        Recording.Origin origin = reader.origin();
        if (origin.shape() != Forms.OURS.shape) {
            throw new BadRecording(
                    "recorded by version %s, whose states and events are not those of this version %s; replay it with the `safe` of that version"
                            .formatted(origin.version(), version));
        }
        while (reader.entries()) {}
        return new Recording(origin, reader.entries, reader.at, reader.at < bytes.length);
    }

    /// Tells who wrote a recording, whatever is in it.
    ///
    /// @throws BadRecording if it is none
    public static Recording.Origin originOf(byte[] bytes) throws BadRecording {
        return new RecordingReader(bytes).origin();
    }

    private Recording.Origin origin() throws BadRecording {
        byte[] magic = RecordingWriter.MAGIC.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length == 0) {
            throw new BadRecording("the file is empty");
        }
        int known = Math.min(bytes.length, magic.length);
        String begin = new String(bytes, 0, known, StandardCharsets.ISO_8859_1);
        if (!RecordingWriter.MAGIC.startsWith(begin)) {
            throw new BadRecording(
                    begin.startsWith(FAMILY)
                            ? "a recording of another form: '" + begin.strip() + "'"
                            : "this is no recording of decisions");
        }
        at = known;
        In in = known < magic.length ? null : block();
        if (in == null) {
            throw new BadRecording(
                    "the file ends within its head, after " + bytes.length + " bytes");
        }
        return new Recording.Origin(in.whole(), in.text(), in.text(), in.text());
    }

    /// The next block; null at the end, whole or cut.
    private @Nullable In block() throws BadRecording {
        int left = bytes.length - at;
        if (left < RecordingWriter.BLOCK_HEAD) {
            return null;
        }
        ByteBuffer head = ByteBuffer.wrap(bytes, at, RecordingWriter.BLOCK_HEAD);
        int length = head.getInt();
        if (length < 0 || head.getInt() != ~length) {
            throw damaged("its head");
        }
        if (length > left - RecordingWriter.BLOCK_HEAD) {
            return null;
        }
        int from = at + RecordingWriter.BLOCK_HEAD;
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        if ((int) crc.getValue() != head.getInt()) {
            throw damaged("its checksum");
        }
        at = from + length;
        return new In(bytes, from, at);
    }

    private BadRecording damaged(String what) {
        return new BadRecording("damaged: the block at byte " + at + " does not fit " + what);
    }

    private boolean entries() throws BadRecording {
        In in = block();
        if (in == null) {
            return false;
        }
        while (!in.isAtEnd()) {
            int kind = in.take();
            switch (kind) {
                case RecordingWriter.OPENING -> opening(in);
                case RecordingWriter.STEP -> step(in);
                default -> throw new BadRecording("entry of kind " + kind);
            }
        }
        return true;
    }

    private void opening(In in) throws BadRecording {
        last.clear();
        long atMs = in.whole();
        Recording.Why why = RecordingWriter.WHYS.get(in.choice(RecordingWriter.WHYS.size()));
        if (!(Forms.OURS.node.read(in, null) instanceof Node node)) {
            throw new BadRecording("an opening without a node");
        }
        entries.add(new Recording.Opening(atMs, why, node));
    }

    private void step(In in) throws BadRecording {
        if (entries.isEmpty()) {
            throw new BadRecording("a step before the node that it starts from");
        }
        if (!(read(Forms.OURS.event, in) instanceof Event event)) {
            throw new BadRecording("a step without an event");
        }
        int count = in.size();
        List<Effect> effects = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (read(Forms.OURS.effect, in) instanceof Effect effect) {
                effects.add(effect);
            } else {
                throw new BadRecording("a step with an effect that is none");
            }
        }
        entries.add(new Recording.Stepped(event, effects, in.text()));
    }

    private @Nullable Object read(Form.OneOf form, In in) throws BadRecording {
        Object value = form.read(in, last::get);
        if (value != null) {
            last.put(value.getClass(), value);
        }
        return value;
    }
}
