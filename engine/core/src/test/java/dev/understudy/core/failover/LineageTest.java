package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Lineage.Relation;
import dev.understudy.core.member.Generation;
import org.junit.jupiter.api.Test;

final class LineageTest {
    private static Generation generation(long value) {
        return new Generation(value);
    }

    @Test
    void aGenerationIsMintedOncePerSeparation() {
        Lineage first = Lineage.NONE.mint(generation(1));
        assertFalse(first.isMinted());
        Lineage alone = first.mint(generation(2));
        assertTrue(alone.isMinted());
        assertEquals(generation(1), alone.base());
        Lineage forced = alone.mint(generation(3));
        assertEquals(generation(1), forced.base());
        assertEquals(forced.current(), forced.joined().base());
    }

    @Test
    void relationsAreSeenFromBothSides() {
        Lineage base = Lineage.NONE.mint(generation(1));
        Lineage mine = base.mint(generation(2));
        Lineage theirs = base.mint(generation(3));
        assertEquals(Relation.SAME, base.to(base));
        assertEquals(Relation.AHEAD, mine.to(base));
        assertEquals(Relation.BEHIND, base.to(mine));
        assertEquals(Relation.DIVERGED, mine.to(theirs));
        assertEquals(Relation.DIVERGED, theirs.to(mine));
        assertEquals(Relation.BEHIND, Lineage.NONE.to(mine));
        assertEquals(Relation.UNRELATED, mine.to(Lineage.NONE.mint(generation(9))));
    }

    @Test
    void historyIsBounded() {
        Lineage lineage = Lineage.NONE;
        for (int i = 1; i <= 100; i++) {
            lineage = lineage.mint(generation(i)).joined();
        }
        assertEquals(Lineage.HISTORY_MAX, lineage.history().size());
        assertEquals(generation(99), lineage.history().getFirst());
    }
}
