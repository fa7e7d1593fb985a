package dev.understudy.core.register;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.understudy.core.member.Epoch;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Everything written is read back as it was; nothing damaged is read at all.
final class VoteCodecTest {
    private static final NodeId A = new NodeId("a");
    private static final Ballot BALLOT = new Ballot(7, "a#3", 1_764_000_000_000L);
    private static final Value VALUE =
            ModuleValue.of(
                    new Register(new Epoch(9), Set.of(A, new NodeId("b")), A, new Generation(-5)),
                    "a.1.2");
    private static final Config CONFIG =
            new Config(4, Form.MAJORITY, List.of(new Voter(A, -1), new Voter(new NodeId("w"), 9)));

    @Test
    void requestsComeBack() {
        for (Ask ask :
                List.of(
                        new Ask.Prepare(3, "pg", BALLOT),
                        new Ask.Accept(3, "pg", BALLOT, VALUE),
                        new Ask.Adopt(CONFIG),
                        new Ask.Greet())) {
            assertEquals(ask, VoteCodec.ask(VoteCodec.encode(ask)));
        }
    }

    @Test
    void repliesComeBack() {
        for (Reply reply :
                List.of(
                        new Reply.Promise("pg", BALLOT, Ballot.NONE, null),
                        new Reply.Promise("pg", BALLOT, BALLOT, VALUE),
                        new Reply.Accepted("pg", BALLOT),
                        new Reply.Later("pg", BALLOT, Ballot.NONE),
                        new Reply.OtherEra(5, CONFIG),
                        new Reply.Self(5, CONFIG, List.of("pg", "web")))) {
            assertEquals(reply, VoteCodec.reply(VoteCodec.encode(reply)));
        }
    }

    @Test
    void damageIsNeverRead() {
        Memory memory = Memory.fresh(17).with("pg", new Cell(BALLOT, BALLOT, VALUE)).with(CONFIG);
        byte[] bytes = VoteCodec.encode(memory);
        assertEquals(memory, VoteCodec.memory(bytes));
        for (int i = 0; i < bytes.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = bytes.clone();
                damaged[i] ^= (byte) (1 << bit);
                assertNull(VoteCodec.memory(damaged), "byte " + i + " bit " + bit);
            }
            assertNull(VoteCodec.memory(Arrays.copyOf(bytes, i)), "cut at " + i);
        }
        assertNull(VoteCodec.ask(bytes));
        assertNull(VoteCodec.reply(bytes));
        assertNotNull(VoteCodec.memory(bytes));
    }

    @Test
    void aRegisterComesBackAsItWas() {
        assertEquals(new Epoch(9), ModuleValue.register(VALUE).epoch());
        assertEquals(Set.of(A, new NodeId("b")), ModuleValue.register(VALUE).inSync());
        Register none = new Register(new Epoch(1), Set.of(), null, Generation.NONE);
        assertEquals(none, ModuleValue.register(ModuleValue.of(none, "x")));
        assertEquals(Register.EMPTY, ModuleValue.register(null));
    }
}
