package dev.understudy.core.register;

import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes requests, replies and a voter's memory as bytes and reads them back.
///
/// Big-endian: magic u16, version u8 (now 1), kind u8, the fields in the order of the records,
/// CRC-32C u32 of all before. Text is a u16 length and UTF-8; what may be null has a u8 0 or 1
/// before it. Damaged or foreign bytes read as null: the caller takes a message for lost, and a
/// memory for wiped.
public final class VoteCodec {
    /// No message is longer, in bytes.
    public static final int MESSAGE_MAX = 64 << 10;

    /// No memory is longer, in bytes.
    public static final int MEMORY_MAX = 8 << 20;

    private static final int MAGIC = 0x5556;
    private static final int VERSION = 1;
    private static final int HEAD = 4;
    private static final int TAIL = 4;
    private static final int TEXT_MAX = 3 * Value.TEXT_MAX;

    private static final int PREPARE = 1;
    private static final int ACCEPT = 2;
    private static final int ADOPT = 3;
    private static final int GREET = 4;
    private static final int PROMISE = 17;
    private static final int ACCEPTED = 18;
    private static final int LATER = 19;
    private static final int OTHER_ERA = 20;
    private static final int SELF = 21;
    private static final int MEMORY = 33;

    private VoteCodec() {}

    /// Encodes a request, at most [#MESSAGE_MAX] bytes.
    public static byte[] encode(Ask ask) {
        Out out = new Out(MESSAGE_MAX);
        switch (ask) {
            case Ask.Prepare(long era, String key, Ballot ballot) ->
                    out.kind(PREPARE).number(era).text(key).ballot(ballot);
            case Ask.Accept(long era, String key, Ballot ballot, Value value) ->
                    out.kind(ACCEPT).number(era).text(key).ballot(ballot).value(value);
            case Ask.Adopt(Config config) -> out.kind(ADOPT).config(config);
            case Ask.Greet() -> out.kind(GREET);
        }
        return out.sealed();
    }

    /// Encodes a reply, at most [#MESSAGE_MAX] bytes.
    public static byte[] encode(Reply reply) {
        Out out = new Out(MESSAGE_MAX);
        switch (reply) {
            case Reply.Promise(String key, Ballot ballot, Ballot accepted, Value value) ->
                    out.kind(PROMISE).text(key).ballot(ballot).ballot(accepted).value(value);
            case Reply.Accepted(String key, Ballot ballot) ->
                    out.kind(ACCEPTED).text(key).ballot(ballot);
            case Reply.Later(String key, Ballot ballot, Ballot promised) ->
                    out.kind(LATER).text(key).ballot(ballot).ballot(promised);
            case Reply.OtherEra(long id, Config config) ->
                    out.kind(OTHER_ERA).number(id).config(config);
            case Reply.Self(long id, Config config, List<String> keys) -> {
                out.kind(SELF).number(id).config(config).number(keys.size());
                keys.forEach(out::text);
            }
        }
        return out.sealed();
    }

    /// Encodes a memory, at most [#MEMORY_MAX] bytes.
    public static byte[] encode(Memory memory) {
        Out out = new Out(MEMORY_MAX);
        out.kind(MEMORY).number(memory.id()).config(memory.config()).number(memory.cells().size());
        memory.cells()
                .forEach((key, cell) ->
                        out.text(key)
                                .ballot(cell.promised())
                                .ballot(cell.accepted())
                                .value(cell.value()));
        return out.sealed();
    }

    /// Decodes a request; null if the bytes are damaged or something else.
    public static @Nullable Ask ask(byte[] bytes) {
        return read(
                bytes,
                in ->
                        switch (in.kind) {
                            case PREPARE -> new Ask.Prepare(in.number(), in.text(), in.ballot());
                            case ACCEPT ->
                                    new Ask.Accept(
                                            in.number(), in.text(), in.ballot(), in.someValue());
                            case ADOPT -> new Ask.Adopt(in.config());
                            case GREET -> new Ask.Greet();
                            default -> throw new IllegalArgumentException("kind " + in.kind);
                        });
    }

    /// Decodes a reply; null if the bytes are damaged or something else.
    public static @Nullable Reply reply(byte[] bytes) {
        return read(
                bytes,
                in ->
                        switch (in.kind) {
                            case PROMISE ->
                                    new Reply.Promise(
                                            in.text(), in.ballot(), in.ballot(), in.value());
                            case ACCEPTED -> new Reply.Accepted(in.text(), in.ballot());
                            case LATER -> new Reply.Later(in.text(), in.ballot(), in.ballot());
                            case OTHER_ERA -> new Reply.OtherEra(in.number(), in.config());
                            case SELF -> new Reply.Self(in.number(), in.config(), in.texts());
                            default -> throw new IllegalArgumentException("kind " + in.kind);
                        });
    }

    /// Decodes a memory; null if the bytes are damaged: the voter then counts as wiped.
    public static @Nullable Memory memory(byte[] bytes) {
        return read(
                bytes,
                in -> {
                    if (in.kind != MEMORY) {
                        throw new IllegalArgumentException("kind " + in.kind);
                    }
                    return new Memory(in.number(), in.config(), in.cells());
                });
    }

    private interface Body<T> {
        T read(In in);
    }

    private static <T> @Nullable T read(byte[] bytes, Body<T> body) {
        if (bytes.length < HEAD + TAIL || bytes.length > MEMORY_MAX) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        boolean ours =
                (in.getShort() & 0xffff) == MAGIC
                        && in.get() == VERSION
                        && in.getInt(bytes.length - TAIL) == crc(bytes, bytes.length - TAIL);
        if (!ours) {
            return null;
        }
        in.limit(bytes.length - TAIL);
        try {
            T read = body.read(new In(in.get(), in));
            return in.hasRemaining() ? null : read;
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            return null; // whole, but not of this version's making
        }
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static final class Out {
        private final int max;
        private ByteBuffer out = ByteBuffer.allocate(512);

        Out(int max) {
            this.max = max;
        }

        Out kind(int kind) {
            out.putShort((short) MAGIC).put((byte) VERSION).put((byte) kind);
            return this;
        }

        Out number(long number) {
            room(Long.BYTES).putLong(number);
            return this;
        }

        Out text(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            if (bytes.length > TEXT_MAX) {
                throw new IllegalArgumentException("text of " + bytes.length + " bytes");
            }
            room(Short.BYTES + bytes.length).putShort((short) bytes.length).put(bytes);
            return this;
        }

        Out ballot(Ballot ballot) {
            return number(ballot.round()).text(ballot.proposer()).number(ballot.incarnation());
        }

        Out value(@Nullable Value value) {
            room(1).put((byte) (value == null ? 0 : 1));
            return value == null
                    ? this
                    : text(value.request())
                            .number(value.version())
                            .number(value.weight())
                            .text(value.text());
        }

        Out config(Config config) {
            return value(config.asValue(""));
        }

        byte[] sealed() {
            room(TAIL);
            out.putInt(crc(out.array(), out.position()));
            return Arrays.copyOf(out.array(), out.position());
        }

        private ByteBuffer room(int bytes) {
            if (out.remaining() < bytes) {
                if (out.position() + bytes > max) {
                    throw new BufferOverflowException();
                }
                int grown = Math.min(max, Math.max(2 * out.capacity(), out.position() + bytes));
                ByteBuffer larger = ByteBuffer.allocate(grown);
                larger.put(out.flip());
                out = larger;
            }
            return out;
        }
    }

    private record In(int kind, ByteBuffer in) {
        long number() {
            return in.getLong();
        }

        String text() {
            byte[] bytes = new byte[in.getShort() & 0xffff];
            in.get(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }

        Ballot ballot() {
            return new Ballot(number(), text(), number());
        }

        @Nullable Value value() {
            return in.get() == 0
                    ? null
                    : new Value(text(), number(), Math.toIntExact(number()), text());
        }

        Value someValue() {
            Value value = value();
            if (value == null) {
                throw new IllegalArgumentException("a value is missing");
            }
            return value;
        }

        Config config() {
            return Config.parse(someValue());
        }

        List<String> texts() {
            long count = number();
            List<String> all = new ArrayList<>();
            for (long i = 0; i < count; i++) {
                all.add(text());
            }
            return all;
        }

        SortedMap<String, Cell> cells() {
            long count = number();
            SortedMap<String, Cell> all = new TreeMap<>();
            for (long i = 0; i < count; i++) {
                all.put(text(), new Cell(ballot(), ballot(), value()));
            }
            return all;
        }
    }
}
