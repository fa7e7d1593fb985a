package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What follows when the application does not start or does not keep running. The restart limit of
/// [Duo] is one within an hour.
final class ApplicationTest {
    private static final long S = 1_000;

    /// `b` serves alone, its peer is dead.
    private static Duo lone() {
        Duo duo = Duo.pair();
        duo.a.die();
        duo.go(4 * S);
        duo.lines.clear();
        duo.b.startsNs.clear();
        return duo;
    }

    private static void down(Duo.Side side, Duo duo, Action action) {
        side.give(new Event.ResourceDown(duo.now, "tcp.web", action));
    }

    private static List<Long> gapsInS(List<Long> momentsNs) {
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < momentsNs.size(); i++) {
            gaps.add(Math.round((momentsNs.get(i) - momentsNs.get(i - 1)) / 1e9));
        }
        return gaps;
    }

    @Nested
    final class TheOnlyCopy {
        @ParameterizedTest
        @EnumSource(names = {"START_PRIM", "START_BOTH"})
        void isServedOnAndTriedAgainWhenTheStartFailsAfterATakeover(Hook hook) {
            Duo duo = Duo.pair();
            duo.b.failing.add(hook);
            duo.b.failing.add(Hook.START_PRIM); // start_both is not run on the way from SECOND
            duo.a.die();
            duo.go(60 * S);
            assertEquals(State.ALONE, duo.b.node.state());
            assertTrue(duo.b.saved.isStarted());
            assertEquals(WaitReason.APPLICATION_FAILED, duo.b.node.reason());
            assertTrue(duo.b.node.app().trouble().retryNs() > duo.now);
            duo.b.failing.clear();
            duo.go(70 * S);
            assertTrue(duo.b.node.app().isUp());
            assertEquals(WaitReason.NONE, duo.b.node.reason());
        }

        @Test
        void isTriedWithPausesThatGrowToFiveMinutes() {
            Duo duo = Duo.pair();
            duo.b.failing.add(Hook.START_PRIM);
            duo.a.die();
            duo.go(1_800 * S);
            List<Long> gaps = gapsInS(duo.b.startsNs);
            assertEquals(
                    List.of(1L, 5L, 5L, 8L, 16L, 32L, 64L, 128L, 256L, 300L, 300L),
                    gaps.subList(0, 11));
        }

        @Test
        void successForgetsTheFailuresOnceItHasLasted() {
            Duo duo = Duo.pair();
            duo.b.failing.add(Hook.START_PRIM);
            duo.a.die();
            duo.go(20 * S);
            duo.b.failing.clear();
            duo.go(20 * S);
            assertTrue(duo.b.node.app().isUp());
            assertTrue(duo.b.node.app().trouble().tries() > 0);
            duo.go(61 * S);
            assertEquals(0, duo.b.node.app().trouble().tries());
            assertEquals("", duo.b.node.app().trouble().cause());
        }

        @Test
        void isRestartedAfterAPauseWhenACheckerFailsBeyondTheLimit() {
            Duo duo = lone();
            down(duo.b, duo, Action.RESTART);
            duo.go(1 * S);
            assertEquals(1, duo.b.startsNs.size());
            down(duo.b, duo, Action.RESTART);
            duo.go(4 * S);
            assertEquals(1, duo.b.startsNs.size());
            assertEquals(WaitReason.APPLICATION_FAILED, duo.b.node.reason());
            duo.go(2 * S);
            assertEquals(2, duo.b.startsNs.size());
            assertEquals(State.ALONE, duo.b.node.state());
            assertTrue(duo.b.node.app().isUp());
        }

        @Test
        void isLeftAloneWhenTheResourceComesBackByItself() {
            Duo duo = lone();
            down(duo.b, duo, Action.RESTART);
            duo.go(1 * S);
            down(duo.b, duo, Action.RESTART);
            duo.go(1 * S);
            assertFalse(duo.b.node.app().isUp());
            duo.b.give(new Event.ResourceUp(duo.now, "tcp.web"));
            duo.go(10 * S);
            assertEquals(1, duo.b.startsNs.size());
            assertTrue(duo.b.node.app().isUp());
            assertEquals(WaitReason.NONE, duo.b.node.reason());
        }

        @Test
        void stopstartBeyondTheLimitIsARestartAfterAPause() {
            Duo duo = lone();
            down(duo.b, duo, Action.STOPSTART);
            duo.go(5 * S);
            assertEquals(State.ALONE, duo.b.node.state());
            duo.lines.clear();
            down(duo.b, duo, Action.STOPSTART);
            duo.go(10 * S);
            assertEquals(List.of(), duo.lines);
            assertTrue(duo.b.node.app().isUp());
        }

        @Test
        void isTriedAtOnceWhenTheOperatorSaysSo() {
            Duo duo = Duo.pair();
            duo.b.failing.add(Hook.START_PRIM);
            duo.a.die();
            duo.go(60 * S);
            duo.b.failing.clear();
            duo.b.command(Command.RESTART);
            duo.go(1 * S);
            assertTrue(duo.b.node.app().isUp());
            assertEquals(Node.Trouble.NONE, duo.b.node.app().trouble());
        }

        @Test
        void failuresOutsideTheWindowDoNotCount() {
            Duo duo = lone();
            down(duo.b, duo, Action.RESTART);
            duo.go(3_601 * S);
            down(duo.b, duo, Action.RESTART);
            duo.go(1 * S);
            assertEquals(2, duo.b.startsNs.size());
            assertTrue(duo.b.node.app().isUp());
        }
    }

    @Nested
    final class APair {
        @Test
        void restartsHereThenHandsOver() {
            Duo duo = Duo.pair();
            down(duo.a, duo, Action.RESTART);
            duo.go(300);
            assertEquals(List.of(), duo.lines);
            down(duo.a, duo, Action.RESTART);
            duo.go(300);
            assertEquals("SECOND PRIM", duo.states());
            assertTrue(duo.a.saved.isStarted());
        }

        @Test
        void triesAFailedStartHereUpToTheLimitThenHandsOver() {
            Duo duo = Duo.pair();
            duo.a.failing.add(Hook.START_PRIM);
            duo.a.startsNs.clear();
            duo.a.command(Command.RESTART);
            duo.go(900);
            assertEquals("PRIM SECOND", duo.states());
            duo.go(1 * S);
            assertEquals(2, duo.a.startsNs.size());
            assertEquals("SECOND PRIM", duo.states());
            assertTrue(duo.b.node.app().isUp());
        }

        @Test
        void nothingIsHandedToACopyThatIsNotEqual() {
            Duo duo = Duo.pair();
            duo.b.command(Command.STOP);
            duo.go(1 * S);
            duo.a.failing.add(Hook.START_PRIM);
            duo.a.command(Command.RESTART);
            duo.go(30 * S);
            assertEquals("ALONE STOP", duo.states());
            duo.b.command(Command.START);
            duo.go(120 * S);
            assertEquals("SECOND PRIM", duo.states());
            assertTrue(duo.b.node.app().isUp());
        }

        @Test
        void anApplicationThatStartsNowhereGoesBackAndForthEverMoreSlowly() {
            Duo duo = Duo.pair();
            duo.a.failing.add(Hook.START_PRIM);
            duo.b.failing.add(Hook.START_PRIM);
            duo.a.command(Command.RESTART);
            duo.go(1_200 * S);
            assertTrue(duo.states().contains("PRIM"), duo.states());
            int swaps = duo.lines.size();
            assertTrue(swaps >= 4 && swaps < 60, duo.lines.toString());
            duo.b.failing.clear();
            duo.go(900 * S);
            assertEquals("SECOND PRIM", duo.states());
            assertTrue(duo.b.node.app().isUp());
        }

        @Test
        void stopstartOfBothFailedNodesDoesNotBlock() {
            Duo duo = Duo.pair();
            duo.a.failing.add(Hook.START_PRIM);
            duo.b.failing.add(Hook.START_PRIM);
            duo.a.command(Command.RESTART);
            duo.go(30 * S);
            duo.a.command(Command.STOPSTART);
            duo.b.command(Command.STOPSTART);
            duo.go(5 * S);
            duo.a.failing.clear();
            duo.b.failing.clear();
            duo.go(120 * S);
            assertTrue(duo.states().contains("PRIM"), duo.states());
            assertTrue(duo.a.node.app().isUp() && duo.b.node.app().isUp(), duo.states());
        }
    }
}
