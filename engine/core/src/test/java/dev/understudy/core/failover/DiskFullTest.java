package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/// A SECOND whose disk has no room is outdated, not suspect, and comes back by itself.
final class DiskFullTest {
    private static long joins(Duo duo) {
        return duo.b.done.stream().filter(effect -> effect instanceof Effect.JoinAsTarget).count();
    }

    @Test
    void itIsOutdatedAndTriesAgainInItsTime() {
        Duo duo = Duo.pair(new Duo(Isolation.PROTECT, true));
        duo.b.isCopied = false;
        duo.b.done.clear();
        duo.b.give(new Event.DiskFull(duo.now, "no space left"));
        assertEquals(DataState.OUTDATED, duo.b.saved.data());
        duo.go(2_000);
        assertEquals(State.ALONE, duo.a.node.state());
        assertEquals(1, joins(duo), "at once");
        duo.b.give(new Event.DiskFull(duo.now, "no space left"));
        assertEquals(DataState.SYNCING, duo.b.saved.data());
        duo.go(9_000);
        assertEquals(1, joins(duo), "not before ten seconds");
        duo.b.isCopied = true;
        duo.go(3_000);
        assertEquals(2, joins(duo));
        assertEquals("PRIM SECOND", duo.states());
    }
}
