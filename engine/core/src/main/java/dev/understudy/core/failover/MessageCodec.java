package dev.understudy.core.failover;

import dev.understudy.core.member.Epoch;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Writes a [Message] as bytes and reads it back.
///
/// Big-endian. Version u8 (now 2), kind u8, then the fields in the order of the records; text is a
/// u8 length and ASCII of at most 64 bytes, an enum its place in the lists below as u8, marks one
/// bit each in a u16, findings as u64. A reader takes its own version only: both nodes carry the
/// same version before they form a pair.
public final class MessageCodec {
    /// No message is longer, in bytes; it fits a datagram that no Ethernet fragments.
    public static final int LENGTH_MAX = 900;

    private static final int VERSION = 2;
    private static final int BEAT = 1;
    private static final int FENCED = 2;
    private static final int TEXT_MAX = 64;

    // The position in these lists is the value on the wire: append only.
    private static final List<State> STATES =
            List.of(State.STOP, State.WAIT, State.ALONE, State.PRIM, State.SECOND, State.UP);
    private static final List<DataState> DATA_STATES =
            List.of(
                    DataState.NEW,
                    DataState.UP_TO_DATE,
                    DataState.OUTDATED,
                    DataState.SYNCING,
                    DataState.READY,
                    DataState.SUSPECT,
                    DataState.DIVERGED);

    private MessageCodec() {}

    /// Encodes a message.
    ///
    /// @return at most [#LENGTH_MAX] bytes
    /// @throws IllegalArgumentException if a text is longer than 64 bytes
    public static byte[] encode(Message message) {
        ByteBuffer out = ByteBuffer.allocate(LENGTH_MAX);
        out.put((byte) VERSION);
        try {
            switch (message) {
                case Beat beat -> put(out.put((byte) BEAT), beat);
                case Fenced fenced -> {
                    out.put((byte) FENCED);
                    putText(out, fenced.from().name());
                    out.putLong(fenced.incarnation());
                }
            }
        } catch (BufferOverflowException tooLong) {
            throw new IllegalArgumentException("message longer than " + LENGTH_MAX, tooLong);
        }
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    /// Decodes a message.
    ///
    /// @return null if the bytes are no message of this version: damaged, cut short or too long
    public static @Nullable Message decode(byte[] bytes) {
        if (bytes.length > LENGTH_MAX) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        try {
            if (in.get() != VERSION) {
                return null;
            }
            int kind = in.get();
            Message message =
                    switch (kind) {
                        case BEAT -> beat(in);
                        case FENCED -> new Fenced(new NodeId(text(in)), in.getLong());
                        default -> null;
                    };
            return in.hasRemaining() ? null : message;
        } catch (BufferUnderflowException | IllegalArgumentException damaged) {
            return null;
        }
    }

    private static void put(ByteBuffer out, Beat beat) {
        putText(out, beat.from().name());
        out.putLong(beat.incarnation()).putLong(beat.sentNs());
        out.putLong(beat.echoNs()).putLong(beat.echoIncarnation());
        out.put((byte) STATES.indexOf(beat.state()));
        out.put((byte) DATA_STATES.indexOf(beat.data()));
        Register register = beat.register();
        out.putLong(register.epoch().value()).putLong(register.generation().value());
        out.put((byte) register.inSync().size());
        for (NodeId member : register.inSync()) {
            putText(out, member.name());
        }
        NodeId primary = register.primary();
        putText(out, primary == null ? "" : primary.name());
        out.putLong(beat.lineage().current().value()).putLong(beat.lineage().base().value());
        out.put((byte) beat.lineage().history().size());
        for (Generation earlier : beat.lineage().history()) {
            out.putLong(earlier.value());
        }
        putText(out, beat.digest());
        out.putLong(beat.joinId()).putShort((short) bits(beat.marks()));
        out.putLong(beat.findings().bits());
    }

    private static Beat beat(ByteBuffer in) {
        NodeId from = new NodeId(text(in));
        long incarnation = in.getLong();
        long sentNs = in.getLong();
        long echoNs = in.getLong();
        long echoIncarnation = in.getLong();
        State state = pick(STATES, in.get());
        DataState data = pick(DATA_STATES, in.get());
        Register register = register(in);
        Lineage lineage = lineage(in);
        String digest = text(in);
        return new Beat(
                from,
                incarnation,
                sentNs,
                echoNs,
                echoIncarnation,
                state,
                data,
                register,
                lineage,
                digest,
                in.getLong(),
                marks(in.getShort()),
                new Findings(in.getLong()));
    }

    private static Register register(ByteBuffer in) {
        Epoch epoch = new Epoch(in.getLong());
        Generation generation = new Generation(in.getLong());
        int members = count(in, 2);
        Set<NodeId> inSync = new TreeSet<>();
        for (int i = 0; i < members; i++) {
            inSync.add(new NodeId(text(in)));
        }
        String primary = text(in);
        return new Register(
                epoch, inSync, primary.isEmpty() ? null : new NodeId(primary), generation);
    }

    private static Lineage lineage(ByteBuffer in) {
        Generation current = new Generation(in.getLong());
        Generation base = new Generation(in.getLong());
        int length = count(in, Lineage.HISTORY_MAX);
        List<Generation> history = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            history.add(new Generation(in.getLong()));
        }
        return new Lineage(current, base, history);
    }

    private static int bits(Beat.Marks marks) {
        boolean[] all = {
            marks.isSettled(),
            marks.isFrozen(),
            marks.isAppFailed(),
            marks.peerMayBeAlone(),
            marks.isExpelling(),
            marks.isDetached(),
            marks.isBusy(),
            marks.isPreferred(),
            marks.hasLostMemory(),
            marks.asksSwap(),
            marks.isFailoverHeld()
        };
        int bits = 0;
        for (int i = 0; i < all.length; i++) {
            bits |= all[i] ? 1 << i : 0;
        }
        return bits;
    }

    private static Beat.Marks marks(int bits) {
        if ((bits & ~0x7ff) != 0) {
            throw new IllegalArgumentException("unknown marks");
        }
        return new Beat.Marks(
                (bits & 1) != 0,
                (bits & 2) != 0,
                (bits & 4) != 0,
                (bits & 8) != 0,
                (bits & 16) != 0,
                (bits & 32) != 0,
                (bits & 64) != 0,
                (bits & 128) != 0,
                (bits & 256) != 0,
                (bits & 512) != 0,
                (bits & 1024) != 0);
    }

    private static void putText(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length > TEXT_MAX) {
            throw new IllegalArgumentException("text of " + bytes.length + " bytes");
        }
        out.put((byte) bytes.length).put(bytes);
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[count(in, TEXT_MAX)];
        in.get(bytes);
        for (byte b : bytes) {
            if (b < ' ') { // names and digests are plain ASCII
                throw new IllegalArgumentException("byte " + b + " in a text");
            }
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static int count(ByteBuffer in, int max) {
        int count = in.get() & 0xff;
        if (count > max) {
            throw new IllegalArgumentException("count " + count);
        }
        return count;
    }

    private static <T> T pick(List<T> values, int index) {
        if (index < 0 || index >= values.size()) {
            throw new IllegalArgumentException("value " + index);
        }
        return values.get(index);
    }
}
