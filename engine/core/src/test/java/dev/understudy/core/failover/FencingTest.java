package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// SECOND's command that switches PRIM off, and what the word "fenced" is worth at which time.
final class FencingTest {
    private static final long WITHIN_NS = 5_000 * Duo.MS;

    private static Duo pair(Isolation isolation, boolean evidence) {
        return Duo.pair(new Duo(isolation, evidence, "", FailoverRules.NONE, WITHIN_NS));
    }

    private static Duo pair() {
        return pair(Isolation.PROTECT, true);
    }

    private static List<Rule> rules(Duo.Side side) {
        return side.effects.stream()
                .filter(e -> e instanceof Effect.Journal)
                .map(e -> ((Effect.Journal) e).rule())
                .toList();
    }

    private static long commands(Duo.Side side) {
        return side.effects.stream().filter(e -> e instanceof Effect.Fence).count();
    }

    @Test
    void successTakesOverAtOnce() {
        Duo duo = pair();
        duo.isLinked = false;
        duo.go(2_200);
        assertEquals("PRIM SECOND", duo.states());
        duo.go(200);
        assertEquals(State.ALONE, duo.b.node.state());
        assertFalse(duo.a.isUp);
        assertTrue(rules(duo.b).contains(Rule.TAKES_OVER_FROM_SWITCHED_OFF));
    }

    /// It needs no evidence: neither a witness nor an address is known.
    @Test
    void withoutEvidenceItIsTheOnlyWay() {
        Duo duo = pair(Isolation.PROTECT, false);
        duo.a.die();
        duo.go(2_600);
        assertEquals(State.ALONE, duo.b.node.state());
    }

    @Test
    void itIsTriedOnceForEachSilence() {
        Duo duo = pair();
        duo.fencingTakesNs = 0;
        duo.isLinked = false;
        duo.go(8_000);
        assertEquals(1, commands(duo.b));
        assertEquals(State.SECOND, duo.b.node.state());
        duo.isLinked = true;
        duo.go(2_000);
        assertEquals("PRIM SECOND", duo.states());
        duo.isLinked = false;
        duo.go(3_000);
        assertEquals(2, commands(duo.b));
    }

    @Test
    void whoIsCutOffItselfSwitchesNobodyOff() {
        Duo duo = pair();
        duo.isLinked = false;
        duo.b.isOffline = true;
        duo.go(8_000);
        assertEquals(0, commands(duo.b));
        assertTrue(duo.a.isUp);
    }

    @Test
    void onlyProtectRunsIt() {
        for (Isolation isolation :
                List.of(Isolation.AVAILABLE, Isolation.MANUAL, Isolation.MAJORITY)) {
            Duo duo = pair(isolation, true);
            duo.voted = duo.a.register;
            duo.isLinked = false;
            duo.go(8_000);
            assertEquals(0, commands(duo.b), isolation.toString());
        }
    }

    @Test
    void withFailoverOffNobodyIsSwitchedOff() {
        Duo duo = pair();
        duo.b.command(Command.FAILOVER_OFF);
        duo.isLinked = false;
        duo.go(8_000);
        assertEquals(0, commands(duo.b));
    }

    /// The command may take its time before SECOND decides; PRIM waits for that.
    @Test
    void primWaitsForTheCommandsTime() {
        Duo duo = pair();
        duo.b.die();
        duo.go(9_000);
        assertEquals(State.PRIM, duo.a.node.state());
        duo.go(2_000);
        assertEquals(State.ALONE, duo.a.node.state());
    }

    /// SECOND stood still meanwhile: PRIM may have gone on alone before it was switched off.
    @Test
    void successAfterTheWindowIsTooLate() {
        Duo duo = pair();
        duo.fencingTakesNs = 60_000 * Duo.MS;
        duo.isLinked = false;
        duo.go(2_500);
        duo.now += 9_000 * Duo.MS;
        duo.b.give(new Event.FencingEnded(duo.now, 1, true, "exit code 0"));
        assertEquals(State.SECOND, duo.b.node.state());
        assertTrue(duo.b.node.saved().peerMayBeAlone());
        assertTrue(rules(duo.b).contains(Rule.FENCING_FAILED));
        duo.go(1_000);
        assertEquals(State.SECOND, duo.b.node.state());
    }

    @Test
    void theGuardsWordCountsWhileTheCommandRuns() {
        Duo duo = pair();
        duo.fencingTakesNs = 60_000 * Duo.MS;
        duo.isLinked = false;
        duo.go(2_500);
        duo.a.die();
        duo.b.give(new Event.Heard(duo.now, new Fenced(duo.a.settings.self(), 1)));
        assertEquals(State.ALONE, duo.b.node.state());
        assertTrue(rules(duo.b).contains(Rule.TAKES_OVER_FROM_FENCED));
    }

    /// SECOND stands still until PRIM has gone on alone, written and died; the guard's word is the
    /// first that it takes.
    @Test
    void fencedAfterAnOverlookedWindowProvesNothing() {
        Duo duo = Duo.pair();
        duo.now += 5_000 * Duo.MS;
        duo.b.give(new Event.Heard(duo.now, new Fenced(duo.a.settings.self(), 1)));
        assertEquals(State.SECOND, duo.b.node.state());
        assertTrue(duo.b.node.saved().peerMayBeAlone());
    }

    /// PRIM's guard may be heard late by a SECOND that was busy; it is the time of hearing that
    /// counts.
    @Test
    void fencedWithinTheWindowCounts() {
        Duo duo = Duo.pair();
        duo.a.die();
        duo.go(1_000);
        duo.b.give(new Event.Heard(duo.now, new Fenced(duo.a.settings.self(), 1)));
        assertEquals(State.ALONE, duo.b.node.state());
    }

    /// SECOND took over from a PRIM that was cut off, served and died: PRIM has no copy to serve.
    @Test
    void aFrozenPrimDoesNotFollowTheFencedWord() {
        Duo duo = Duo.pair();
        duo.isLinked = false;
        duo.a.isOffline = true;
        duo.go(3_000);
        assertEquals("PRIM ALONE", duo.states());
        duo.b.die();
        duo.a.isOffline = false;
        duo.a.give(new Event.Heard(duo.now, new Fenced(duo.b.settings.self(), 1)));
        duo.go(2_000);
        assertEquals(State.PRIM, duo.a.node.state());
        assertTrue(duo.a.node.lease().isFrozenForGood());
    }

    /// PRIM lost power and is back, and SECOND leaves in order before it has taken over: what it
    /// has received is applied while it leaves, so it is the one with everything.
    @Test
    void aSecondThatLeavesInOrderHasLostNothing() {
        Duo duo = Duo.pair();
        duo.a.die();
        duo.a.boot += "+";
        duo.a.restart();
        duo.beat(duo.b);
        duo.beat(duo.a);
        duo.b.taken.clear();
        duo.b.command(Command.STOP);
        List<Beat> told =
                duo.b.taken.stream()
                        .filter(one ->
                                one.step().effects().stream()
                                        .anyMatch(e -> e instanceof Effect.TellPeer))
                        .map(one -> Failover.beat(one.step().next(), duo.now))
                        .toList();
        assertFalse(told.isEmpty());
        assertTrue(told.stream().noneMatch(beat -> beat.marks().hasLostMemory()), told.toString());
        duo.go(3_000);
        assertEquals("WAIT STOP", duo.states());
        assertEquals(WaitReason.PEER_STARTS_FIRST, duo.a.node.reason());
    }

    /// While SECOND cannot have taken over, its guard's word is followed at once.
    @Test
    void aPrimThatWasNeverUnseenFollowsTheFencedWord() {
        Duo duo = Duo.pair();
        duo.b.die();
        duo.go(1_800);
        duo.a.give(new Event.Heard(duo.now, new Fenced(duo.b.settings.self(), 1)));
        assertEquals(State.ALONE, duo.a.node.state());
    }
}
