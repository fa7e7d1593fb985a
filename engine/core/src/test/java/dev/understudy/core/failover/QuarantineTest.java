package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// I9: what a copy has of its own is in quarantine before it is overwritten.
final class QuarantineTest {
    private Duo duo;

    /// Both wrote alone; b lost.
    @BeforeEach
    void diverge() {
        duo = Duo.pair(new Duo(Isolation.AVAILABLE, true));
        duo.isLinked = false;
        duo.go(3_000);
        duo.a.writesFirst();
        duo.now += Duo.MS;
        duo.b.writesFirst();
        duo.isLinked = true;
        duo.go(4_000);
        assertEquals(DataState.DIVERGED, duo.b.saved.data());
        duo.b.done.clear();
    }

    private List<String> done() {
        return duo.b.done.stream().map(effect -> effect.getClass().getSimpleName()).toList();
    }

    @Test
    void keepsBeforeItTakes() {
        duo.b.command(Command.SECOND, true);
        duo.go(3_000);
        assertEquals(List.of("KeepOwn", "JoinAsTarget"), done());
        assertEquals("PRIM SECOND", duo.states());
    }

    @Test
    void nothingIsOverwrittenWhileItIsBeingKept() {
        duo.b.answersKeep = false;
        duo.b.command(Command.SECOND, true);
        duo.go(30_000);
        assertEquals(List.of("KeepOwn"), done());
        assertEquals(DataState.DIVERGED, duo.b.saved.data());
        assertEquals(WaitReason.KEEPING, duo.b.node.reason());
        assertEquals(0, duo.b.node.join().id());
        duo.b.give(new Event.Kept(duo.now, "1 file"));
        duo.go(3_000);
        assertEquals("PRIM SECOND", duo.states());
    }

    @Test
    void aCrashWhileItIsKeptLeavesItDiverged() {
        duo.b.answersKeep = false;
        duo.b.command(Command.SECOND, true);
        duo.go(500);
        duo.b.die();
        duo.b.restart();
        duo.go(4_000);
        assertEquals(DataState.DIVERGED, duo.b.saved.data());
        assertEquals(WaitReason.DIVERGED_DATA, duo.b.node.reason());
        assertEquals(List.of("KeepOwn"), done());
    }

    @Test
    void aRefusalIsLoudAndOverwritesNothing() {
        duo.b.hasRoom = false;
        duo.b.command(Command.SECOND, true);
        duo.go(10_000);
        assertEquals(List.of("KeepOwn"), done());
        assertEquals(DataState.DIVERGED, duo.b.saved.data());
        assertEquals(WaitReason.KEEP_REFUSED, duo.b.node.reason());
        duo.b.hasRoom = true;
        duo.b.command(Command.SECOND, true);
        duo.go(3_000);
        assertEquals(List.of("KeepOwn", "KeepOwn", "JoinAsTarget"), done());
        assertEquals("PRIM SECOND", duo.states());
    }

    @Test
    void discardingNeedsForceAndKeepsNothing() {
        duo.b.give(discard(false));
        assertFalse(done().contains("KeepOwn"));
        duo.go(3_000);
        assertEquals(DataState.DIVERGED, duo.b.saved.data());
        duo.b.give(discard(true));
        duo.go(3_000);
        assertEquals(List.of("JoinAsTarget"), done());
        assertEquals("PRIM SECOND", duo.states());
    }

    private Event discard(boolean force) {
        return new Event.Commanded(duo.now, 1, Command.SECOND, force, false, true, 5);
    }

    @Test
    void servingAfterwardsMeansKeepingAnew() {
        duo.b.command(Command.SECOND, true);
        duo.a.die();
        duo.go(10_000);
        duo.b.command(Command.PRIM, true);
        duo.go(3_000);
        assertEquals(State.ALONE, duo.b.node.state());
        assertEquals(Node.Keeping.NOT_ASKED, duo.b.node.goal().keeping());
    }

    @Test
    void whatIsKnownOfThePeerOnlyLaterIsKeptToo() {
        // The word is given while the record still says UP_TO_DATE: the peer's history tells.
        Duo other = Duo.pair(new Duo(Isolation.AVAILABLE, true));
        other.isLinked = false;
        other.go(3_000);
        other.a.writesFirst();
        other.now += Duo.MS;
        other.b.writesFirst();
        other.b.command(Command.STOP);
        other.go(3_000);
        other.b.command(Command.SECOND, true);
        other.go(1_000);
        other.isLinked = true;
        other.go(6_000);
        assertTrue(
                other.b.done.stream().anyMatch(effect -> effect instanceof Effect.KeepOwn),
                other.b.done::toString);
        assertEquals("PRIM SECOND", other.states());
    }
}
