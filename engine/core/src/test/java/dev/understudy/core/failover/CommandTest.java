package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What operators say beside start and stop.
final class CommandTest {
    private static Effect.Answer answer(Duo.Side side) {
        return (Effect.Answer)
                side.effects.stream()
                        .filter(effect -> effect instanceof Effect.Answer)
                        .reduce((first, second) -> second)
                        .orElseThrow();
    }

    @Nested
    final class Swap {
        @Test
        void askedOnSecondIsBegunByPrim() {
            Duo duo = Duo.pair();
            duo.b.command(Command.SWAP);
            assertTrue(answer(duo.b).accepted());
            duo.go(1_000);
            assertEquals("SECOND PRIM", duo.states());
            duo.go(20_000);
            assertEquals("SECOND PRIM", duo.states());
        }

        /// Neither holds the address then: both would find it silent.
        @Test
        void aLinkThatBreaksInTheMiddleNeverMakesTwo() {
            Duo duo = Duo.pair();
            duo.a.command(Command.SWAP);
            assertEquals("SECOND SECOND", duo.states()); // b has not heard of it
            duo.isLinked = false;
            duo.go(8_000);
            assertEquals("SECOND ALONE", duo.states());
            duo.isLinked = true;
            duo.go(4_000);
            assertEquals("SECOND PRIM", duo.states());
        }

        @Test
        void askedOnSecondIsRefusedWithoutPrim() {
            Duo duo = Duo.pair();
            duo.a.die();
            duo.go(1_000);
            duo.isLinked = false;
            duo.go(1_000);
            duo.b.command(Command.SWAP);
            assertFalse(answer(duo.b).accepted());
        }

        @Test
        void thePreferredPrimaryGetsTheServiceWhenItIsBack() {
            Duo duo = Duo.pair(new Duo(Isolation.PROTECT, true, "a"));
            duo.a.die();
            duo.go(4_000);
            assertEquals(State.ALONE, duo.b.node.state());
            duo.a.restart();
            duo.go(5_000);
            assertEquals("PRIM SECOND", duo.states());
        }

        @Test
        void aServiceHandedOverBecauseItFailedIsNotHandedBack() {
            Duo duo = Duo.pair(new Duo(Isolation.PROTECT, true, "a"));
            duo.a.failing.add(Hook.START_PRIM);
            duo.a.command(Command.RESTART);
            duo.go(120_000);
            assertEquals("SECOND PRIM", duo.states());
            int swaps = duo.lines.size();
            assertEquals(2, swaps, duo.lines.toString());
        }
    }

    @Nested
    final class FailoverSwitch {
        @Test
        void offMeansThatNothingIsTakenOver() {
            Duo duo = Duo.pair();
            duo.b.command(Command.FAILOVER_OFF);
            duo.a.die();
            duo.go(6_000);
            assertEquals(State.SECOND, duo.b.node.state());
            assertEquals(WaitReason.FAILOVER_OFF, duo.b.node.reason());
            assertTrue(duo.b.saved.isFailoverHeld());
        }

        @Test
        void onAgainItIsTakenOver() {
            Duo duo = Duo.pair();
            duo.b.command(Command.FAILOVER_OFF);
            duo.go(1_000);
            duo.b.command(Command.FAILOVER_ON);
            duo.a.die();
            duo.go(3_000);
            assertEquals(State.ALONE, duo.b.node.state());
        }
    }

    @Nested
    final class ForceStop {
        @Test
        void killsInsteadOfAsking() {
            Duo duo = Duo.pair();
            duo.a.failing.add(Hook.STOP_PRIM);
            duo.a.command(Command.FORCESTOP);
            duo.go(500);
            assertEquals(State.STOP, duo.a.node.state());
            assertEquals(State.ALONE, duo.b.node.state());
            assertTrue(duo.a.effects.contains(new Effect.KillApplication()));
            List<Effect> polite =
                    duo.a.effects.stream()
                            .filter(effect ->
                                    effect instanceof Effect.RunHook hook
                                            && hook.hook() == Hook.STOP_PRIM
                                            && !hook.force())
                            .toList();
            assertEquals(List.of(), polite);
        }
    }
}
