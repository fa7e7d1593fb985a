package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// I8: a copy whose source is lost on the way is set back to what it was before it may serve.
final class SettingBackTest {
    private Duo duo;

    /// b comes back, a dies while it copies.
    @BeforeEach
    void loseTheSource() {
        duo = Duo.pair(new Duo(Isolation.PROTECT, true));
        duo.b.die();
        duo.go(6_000);
        assertEquals(State.ALONE, duo.a.node.state());
        duo.b.isCopied = false;
        duo.b.keepsBefore = true;
        duo.b.boot = "boot2";
        duo.b.restart();
        duo.go(5_000);
        assertEquals(DataState.SYNCING, duo.b.saved.data());
        duo.b.done.clear();
    }

    private List<String> done() {
        return duo.b.done.stream().map(effect -> effect.getClass().getSimpleName()).toList();
    }

    private boolean hasSaid(Rule rule) {
        return duo.b.effects.stream()
                .anyMatch(effect -> effect instanceof Effect.Journal line && line.rule() == rule);
    }

    @Test
    void itIsSetBackAndServesByAnOperatorsWord() {
        duo.a.die();
        duo.go(6_000);
        assertEquals(WaitReason.HALF_COPIED, duo.b.node.reason());
        duo.b.command(Command.PRIM, false);
        assertEquals(DataState.SYNCING, duo.b.saved.data());
        assertEquals(List.of(), done());
        duo.b.command(Command.PRIM, true);
        duo.go(2_000);
        assertEquals(List.of("SetBack"), done());
        assertEquals(State.ALONE, duo.b.node.state());
        assertEquals(4711, duo.b.saved.lineage().current().value());
        assertTrue(hasSaid(Rule.IS_SET_BACK));
    }

    @Test
    void nothingServesBeforeItIsDone() {
        duo.b.answersSetBack = false;
        duo.a.die();
        duo.go(6_000);
        duo.b.command(Command.PRIM, true);
        duo.go(20_000);
        assertEquals(State.WAIT, duo.b.node.state());
        assertEquals(WaitReason.SETTING_BACK, duo.b.node.reason());
        assertEquals(DataState.SYNCING, duo.b.saved.data());
        duo.b.give(new Event.SetBackFailed(duo.now, "no room"));
        duo.go(1_000);
        assertEquals(DataState.SYNCING, duo.b.saved.data());
        assertEquals(WaitReason.HALF_COPIED, duo.b.node.reason());
        duo.b.command(Command.PRIM, true);
        duo.b.give(new Event.IsSetBack(duo.now, "", 5));
        duo.go(2_000);
        assertEquals(State.ALONE, duo.b.node.state());
    }

    @Test
    void aCrashOnTheWayLeavesItHalfCopied() {
        duo.b.answersSetBack = false;
        duo.a.die();
        duo.go(6_000);
        duo.b.command(Command.PRIM, true);
        duo.go(1_000);
        duo.b.die();
        duo.b.restart();
        duo.go(6_000);
        assertEquals(DataState.SYNCING, duo.b.saved.data());
        assertEquals(WaitReason.HALF_OVERWRITTEN, duo.b.node.reason());
        duo.b.give(new Event.Restorable(duo.now, true, "by the process before"));
        duo.go(1_000);
        assertEquals(WaitReason.HALF_COPIED, duo.b.node.reason());
    }

    @Test
    void whatCouldNotBeKeptIsSaid() {
        duo.b.give(new Event.Restorable(duo.now, false, "full"));
        assertTrue(hasSaid(Rule.NOT_RESTORABLE));
        duo.a.die();
        duo.go(6_000);
        assertEquals(WaitReason.HALF_OVERWRITTEN, duo.b.node.reason());
    }

    @Test
    void aSourceThatComesBackGoesOn() {
        duo.a.die();
        duo.go(3_000);
        duo.a.restart();
        duo.b.isCopied = true;
        duo.go(8_000);
        assertFalse(done().contains("SetBack"));
        assertEquals("PRIM SECOND", duo.states());
        assertFalse(duo.b.node.disk().isRestorable());
    }

    @Test
    void aStopMeanwhileLeavesAnOlderCopyThatJoins() {
        duo.b.answersSetBack = false;
        duo.a.die();
        duo.go(6_000);
        duo.b.command(Command.PRIM, true);
        duo.b.command(Command.STOP);
        duo.go(1_000);
        assertEquals(State.STOP, duo.b.node.state());
        duo.b.give(new Event.IsSetBack(duo.now, "", 5));
        assertEquals(DataState.OUTDATED, duo.b.saved.data());
        duo.a.restart();
        duo.b.isCopied = true;
        duo.b.command(Command.START);
        duo.go(8_000);
        assertEquals("PRIM SECOND", duo.states());
    }
}
