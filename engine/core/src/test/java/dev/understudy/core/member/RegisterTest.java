package dev.understudy.core.member;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;

final class RegisterTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");

    @Test
    void aloneAndPairCountTheEpoch() {
        Register alone = Register.EMPTY.alone(A);
        assertEquals(new Epoch(1), alone.epoch());
        assertTrue(alone.isOnlyMember(A));
        assertFalse(alone.isMember(B));
        Register pair = alone.pair(A, B);
        assertEquals(new Register(new Epoch(2), Set.of(B, A), A, Generation.NONE), pair);
        assertTrue(pair.isPair());
        assertEquals("epoch=2 inSync={a,b} primary=a generation=none", pair.toString());
    }

    @Test
    void primaryMustBeMember() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Register(new Epoch(1), Set.of(A), B, Generation.NONE));
        assertThrows(
                IllegalArgumentException.class,
                () -> new RegisterChange(new Epoch(2), Register.EMPTY.alone(A)));
    }

    @Test
    void namesAreChecked() {
        assertFalse(NodeId.isValid(""));
        assertFalse(NodeId.isValid("a b"));
        assertFalse(NodeId.isValid("x".repeat(64)));
        assertTrue(NodeId.isValid("node-1.example_x"));
        assertThrows(IllegalArgumentException.class, () -> new NodeId("/"));
    }

    @Test
    void faultsAreToldWithTheirRemedy() {
        HaException fault = new HaException("HA-2107", "address taken on eth0", null, "free it");
        assertEquals("HA-2107 address taken on eth0; remedy: free it", fault.getMessage());
        assertEquals(Severity.ERROR, fault.severity());
        assertThrows(IllegalStateException.class, () -> Check.state(false, "x %d", 1));
    }
}
