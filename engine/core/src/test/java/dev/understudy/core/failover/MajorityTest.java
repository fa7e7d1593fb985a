package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.NodeId;
import org.junit.jupiter.api.Test;

/// With a third vote a majority decides, and nobody else.
final class MajorityTest {
    private static Duo pair() {
        return Duo.pair(new Duo(Isolation.MAJORITY, false));
    }

    @Test
    void secondTakesOverFromADeadPrimWithoutAnyEvidence() {
        Duo duo = pair();
        duo.a.die();
        duo.go(2_600);
        assertEquals("b SECOND -> ALONE 225 TAKES_OVER_BY_MAJORITY", duo.lines.getLast());
        long tookMs = (duo.b.startsNs.getLast() - duo.timed.getLast().atNs()) / Duo.MS;
        assertTrue(tookMs <= 100, "the application started " + tookMs + " ms later");
    }

    @Test
    void ofTwoThatMayGoOnTheOneThatServesDoes() {
        Duo duo = pair();
        duo.isLinked = false;
        duo.go(6_000);
        assertEquals("ALONE WAIT", duo.states());
        assertEquals("a PRIM -> ALONE 209 PEER_SILENT_MAJORITY", duo.lines.getFirst());
        assertEquals(DataState.OUTDATED, duo.b.node.saved().data());
        duo.isLinked = true;
        duo.go(6_000);
        assertEquals("PRIM SECOND", duo.states());
    }

    @Test
    void anIsolatedPrimFreezesAndItsPeerTakesOver() {
        Duo duo = pair();
        duo.isLinked = false;
        duo.a.isVoterCut = true;
        duo.go(6_000);
        assertEquals("PRIM ALONE", duo.states());
        assertTrue(duo.a.node.lease().isFrozen());
        assertTrue(duo.a.node.lease().vipUntilNs() < duo.now, "its address has lapsed");
        assertEquals(WaitReason.NO_MAJORITY, duo.a.node.reason());
        duo.isLinked = true;
        duo.go(8_000);
        assertEquals("SECOND PRIM", duo.states());
    }

    @Test
    void anIsolatedSecondStaysOut() {
        Duo duo = pair();
        duo.isLinked = false;
        duo.b.isVoterCut = true;
        duo.go(6_000);
        assertEquals("ALONE SECOND", duo.states());
        assertEquals(WaitReason.NO_MAJORITY, duo.b.node.reason());
        duo.isLinked = true;
        duo.go(8_000);
        assertEquals("PRIM SECOND", duo.states());
    }

    @Test
    void theLossOfTheThirdVoteAloneChangesNothing() {
        Duo duo = pair();
        duo.isVoterUp = false;
        duo.go(60_000);
        assertEquals("PRIM SECOND", duo.states());
        assertEquals(0, duo.lines.size());
    }

    @Test
    void withoutAMajorityBothWaitAndGoOnTogether() {
        Duo duo = pair();
        duo.isVoterUp = false;
        duo.isLinked = false;
        duo.go(20_300);
        assertEquals("PRIM SECOND", duo.states());
        assertTrue(duo.a.node.lease().isFrozen());
        duo.isLinked = true;
        duo.go(3_000);
        assertEquals(0, duo.lines.size(), duo.lines.toString());
        assertEquals(WaitReason.NONE, duo.a.node.reason());
        assertTrue(duo.a.node.lease().vipUntilNs() > duo.now, "its address is leased again");
    }

    @Test
    void aMemberThatLostNothingStartsAloneByMajority() {
        Duo duo = pair();
        duo.b.command(Command.STOP);
        duo.go(1_000);
        duo.a.die();
        duo.b.command(Command.START);
        duo.go(4_000);
        assertEquals(State.WAIT, duo.b.node.state(), "PRIM had gone on alone");
        duo.a.restart();
        duo.b.die();
        duo.go(4_000);
        assertEquals(State.ALONE, duo.a.node.state());
    }

    @Test
    void aForcedPrimStandsAgainstWhateverTheVotesKnow() {
        Duo duo = pair();
        duo.isLinked = false;
        duo.go(4_000);
        assertEquals("ALONE WAIT", duo.states());
        duo.a.die();
        duo.b.command(Command.PRIM, true);
        duo.go(2_000);
        assertEquals(State.ALONE, duo.b.node.state());
        assertEquals(new NodeId("b"), duo.voted.primary());
    }
}
