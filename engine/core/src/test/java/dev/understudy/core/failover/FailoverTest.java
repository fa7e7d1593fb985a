package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FailoverTest {
    private static Effect.Answer answer(Duo.Side side) {
        return (Effect.Answer)
                side.effects.stream()
                        .filter(effect -> effect instanceof Effect.Answer)
                        .reduce((first, second) -> second)
                        .orElseThrow();
    }

    @Nested
    final class Start {
        @Test
        void theOperatorChoosesTheFirstData() {
            Duo duo = new Duo();
            duo.a.command(Command.START);
            duo.b.command(Command.START);
            duo.go(3_000);
            assertEquals("WAIT WAIT", duo.states());
            assertEquals(WaitReason.NEW_DATA, duo.a.node.reason());
            duo.lines.clear();
            duo.a.command(Command.PRIM);
            duo.go(2_000);
            assertEquals(
                    List.of(
                            "a WAIT -> ALONE 105 FIRST_PRIM",
                            "a ALONE -> PRIM 305 PAIR_FORMED",
                            "b WAIT -> SECOND 306 STANDS_BY"),
                    duo.lines);
        }

        @Test
        void afterBothRestartedTheNamedOneStarts() {
            Duo duo = Duo.pair();
            duo.a.die();
            duo.b.die();
            duo.go(5_000);
            duo.b.restart();
            duo.go(5_000);
            assertEquals(WaitReason.PEER_NEEDED, duo.b.node.reason());
            duo.lines.clear();
            duo.a.restart();
            duo.go(3_000);
            assertEquals("PRIM SECOND", duo.states());
            assertTrue(duo.lines.contains("a WAIT -> ALONE 102 NAMED_MEMBER_SERVES"));
        }

        @Test
        void theLastMemberStartsAlone() {
            Duo duo = Duo.pair();
            duo.b.command(Command.STOP);
            duo.go(1_000);
            assertEquals("ALONE STOP", duo.states());
            duo.b.die();
            duo.a.die();
            duo.go(1_000);
            duo.a.restart();
            duo.go(1_500);
            assertEquals(WaitReason.LISTENING, duo.a.node.reason());
            duo.go(1_500);
            assertEquals(State.ALONE, duo.a.node.state());
        }

        @Test
        void differentConfigurationsNeverPair() {
            Duo duo = Duo.pair();
            Settings s = duo.b.settings;
            duo.b.command(Command.STOP);
            duo.go(1_000);
            duo.b.give(
                    new Event.Configured(
                            duo.now,
                            new Settings(
                                    s.self(),
                                    s.peer(),
                                    "other",
                                    s.isolation(),
                                    true,
                                    true,
                                    true,
                                    false,
                                    s.restartLimit(),
                                    s.timing(),
                                    s.rules())));
            duo.b.command(Command.START);
            duo.go(3_000);
            assertEquals("ALONE WAIT", duo.states());
            assertEquals(WaitReason.CONFIGURATION_DIFFERS, duo.b.node.reason());
        }
    }

    @Nested
    final class Loss {
        @Test
        void secondTakesOverWithinTwoSeconds() {
            Duo duo = Duo.pair();
            duo.a.die();
            duo.go(1_900);
            assertEquals(State.SECOND, duo.b.node.state());
            duo.go(300);
            assertEquals(List.of("b SECOND -> ALONE 221 SECOND_TAKES_OVER"), duo.lines);
        }

        @Test
        void secondWithoutWitnessNeverTakesOverFromSilence() {
            Duo duo = Duo.pair();
            duo.witnessAnswers = false;
            duo.a.die();
            duo.go(10_000);
            assertEquals(State.SECOND, duo.b.node.state());
            assertTrue(duo.b.saved.peerMayBeAlone());
            duo.witnessAnswers = true;
            duo.go(10_000);
            assertEquals(State.SECOND, duo.b.node.state());
            assertEquals(WaitReason.WINDOW_OVER, duo.b.node.reason());
        }

        @Test
        void aCutLinkNeverMakesTwo() {
            Duo duo = Duo.pair();
            duo.isLinked = false;
            duo.go(3_000);
            assertEquals("PRIM SECOND", duo.states());
            duo.go(2_000);
            assertEquals("ALONE SECOND", duo.states());
            assertTrue(duo.b.saved.peerMayBeAlone());
            duo.isLinked = true;
            duo.go(3_000);
            assertEquals("PRIM SECOND", duo.states());
            assertFalse(duo.b.saved.peerMayBeAlone());
        }

        /// The links are cut, and the client network of one node fails once: whenever and for
        /// however long, SECOND does not take it for PRIM's end unless PRIM knows that it might
        /// have.
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void aBlipOfTheClientNetworkAtTheProbeNeverMakesTwo(boolean ofPrim) {
            for (int at = 0; at <= 3_200; at += 100) {
                for (int lasts = 100; lasts <= 1_600; lasts += 100) {
                    Duo duo = Duo.pair();
                    duo.isLinked = false;
                    duo.go(at);
                    Duo.Side side = ofPrim ? duo.a : duo.b;
                    side.isOffline = true;
                    duo.go(lasts);
                    side.isOffline = false;
                    duo.go(5_000);
                    assertFalse(
                            duo.a.node.isServing()
                                    && !duo.a.node.lease().isFrozen()
                                    && duo.b.node.isServing(),
                            "at " + at + " for " + lasts + " ms: " + duo.states());
                }
            }
        }

        @Test
        void aLostPingMeansNothing() {
            Duo duo = Duo.pair();
            duo.b.die();
            duo.go(1_500);
            duo.a.isOffline = true;
            duo.go(300);
            duo.a.isOffline = false;
            duo.go(3_000);
            assertEquals(State.ALONE, duo.a.node.state());
        }

        @Test
        void anIsolatedPrimFreezesForGoodAndThawsByContactOnly() {
            Duo duo = Duo.pair();
            duo.isLinked = false;
            duo.witnessAnswers = false;
            duo.go(5_000);
            assertTrue(duo.a.node.lease().isFrozenForGood());
            duo.witnessAnswers = true;
            duo.go(10_000);
            assertEquals(State.PRIM, duo.a.node.state());
            assertEquals(WaitReason.FROZEN_FOR_GOOD, duo.a.node.reason());
            duo.isLinked = true;
            duo.go(1_000);
            assertEquals("PRIM SECOND", duo.states());
            assertFalse(duo.a.node.lease().isFrozen());
            assertEquals(List.of(), duo.lines);
        }

        @Test
        void anOperatorMayLetAFrozenPrimGoOn() {
            Duo duo = Duo.pair();
            duo.b.die();
            duo.witnessAnswers = false;
            duo.go(5_000);
            assertTrue(duo.a.node.lease().isFrozenForGood());
            duo.a.command(Command.PRIM);
            assertFalse(answer(duo.a).accepted());
            duo.a.command(Command.PRIM, true);
            duo.go(500);
            assertEquals(State.ALONE, duo.a.node.state());
            assertFalse(duo.a.node.lease().isFrozen());
            assertTrue(duo.a.hasVip);
        }

        @Test
        void theFencedWordIsActedOnAtOnce() {
            Duo duo = Duo.pair();
            duo.a.die();
            duo.b.give(new Event.Heard(duo.now, new Fenced(duo.a.settings.self(), 1)));
            assertEquals(List.of("b SECOND -> ALONE 223 TAKES_OVER_FROM_FENCED"), duo.lines);
        }

        @Test
        void theFencedWordAfterTheWindowProvesNothing() {
            Duo duo = Duo.pair();
            duo.isLinked = false;
            duo.go(5_000);
            assertEquals("ALONE SECOND", duo.states());
            duo.a.writesFirst();
            duo.a.die();
            duo.b.give(new Event.Heard(duo.now, new Fenced(duo.a.settings.self(), 1)));
            duo.go(3_000);
            assertEquals(State.SECOND, duo.b.node.state());
            assertEquals(WaitReason.WINDOW_OVER, duo.b.node.reason());
        }

        /// A swap is written at the one that hands over; the other one never hears of it, takes the
        /// silence for a death and goes on alone.
        private Duo handedOverUnheard() {
            Duo duo = Duo.pair();
            duo.a.command(Command.SWAP);
            duo.isLinked = false;
            assertEquals("SECOND SECOND", duo.states());
            duo.go(2_600);
            assertEquals("SECOND ALONE", duo.states());
            duo.b.writesFirst();
            duo.b.die();
            return duo;
        }

        @Test
        void whoHandedOverUnheardTakesNothingBackFromAFencedPeer() {
            Duo duo = handedOverUnheard();
            duo.a.give(new Event.Heard(duo.now, new Fenced(duo.b.settings.self(), 1)));
            assertEquals(State.SECOND, duo.a.node.state());
            duo.go(5_000);
            assertEquals(State.SECOND, duo.a.node.state());
            assertEquals(WaitReason.WINDOW_OVER, duo.a.node.reason());
        }

        @Test
        void whoHandedOverUnheardTakesNothingBackFromSilence() {
            Duo duo = handedOverUnheard();
            duo.go(5_000);
            assertEquals(State.SECOND, duo.a.node.state());
        }

        @Test
        void whoHandedOverUnheardFollowsTheOneThatWentOnAlone() {
            Duo duo = handedOverUnheard();
            duo.isLinked = true;
            duo.b.restart();
            duo.go(5_000);
            assertEquals("SECOND PRIM", duo.states());
            assertTrue(duo.lines.contains("a SECOND -> WAIT 231 REMOVED"), duo.lines.toString());
        }

        /// What was heard is acted on as ever: the peer was seen as PRIM of the swap's epoch.
        @Test
        void whoHandedOverTakesBackFromAFencedPeerThatServed() {
            Duo duo = Duo.pair();
            duo.a.command(Command.SWAP);
            duo.go(3_000);
            assertEquals("SECOND PRIM", duo.states());
            duo.b.die();
            duo.a.give(new Event.Heard(duo.now, new Fenced(duo.b.settings.self(), 1)));
            assertEquals(State.ALONE, duo.a.node.state());
        }

        @Test
        void aLiveSecondTakesOverFromARestartedPrim() {
            Duo duo = Duo.pair();
            duo.a.die();
            duo.a.restart();
            duo.go(1_000);
            assertTrue(duo.lines.contains("b SECOND -> ALONE 222 TAKES_OVER_FROM_STOPPED"));
            duo.go(3_000);
            assertEquals("SECOND PRIM", duo.states());
        }

        @Test
        void primGoesOnAtOnceWithoutARestartedSecond() {
            Duo duo = Duo.pair();
            duo.b.die();
            duo.b.restart();
            duo.go(400);
            assertTrue(duo.lines.contains("a PRIM -> ALONE 201 PEER_LEFT"));
            duo.go(3_000);
            assertEquals("PRIM SECOND", duo.states());
        }

        @Test
        void afterAPauseNothingSuspectedCounts() {
            Duo duo = Duo.pair();
            duo.now += 5_000 * Duo.MS; // both machines were suspended
            duo.go(1_000);
            assertEquals("PRIM SECOND", duo.states());
            assertEquals(List.of(), duo.lines);
        }
    }

    @Nested
    final class BothAlone {
        @Test
        void theOneThatWroteNothingYields() {
            Duo duo = Duo.pair(new Duo(Isolation.AVAILABLE, true));
            duo.isLinked = false;
            duo.go(3_000);
            assertEquals("ALONE ALONE", duo.states());
            duo.b.writesFirst();
            duo.isLinked = true;
            duo.go(4_000);
            assertEquals("SECOND PRIM", duo.states());
        }

        @Test
        void whatBothWroteIsNeverOverwrittenSilently() {
            Duo duo = Duo.pair(new Duo(Isolation.AVAILABLE, true));
            duo.isLinked = false;
            duo.go(3_000);
            duo.a.writesFirst();
            duo.now += Duo.MS;
            duo.b.writesFirst();
            duo.isLinked = true;
            duo.go(4_000);
            assertEquals("ALONE WAIT", duo.states());
            assertEquals(DataState.DIVERGED, duo.b.saved.data());
            duo.b.command(Command.SECOND);
            assertFalse(answer(duo.b).accepted());
            duo.b.command(Command.SECOND, true);
            duo.go(3_000);
            assertEquals("PRIM SECOND", duo.states());
        }
    }

    @Nested
    final class Commands {
        @Test
        void anOrderlyStopHandsOverAtOnce() {
            Duo duo = Duo.pair();
            duo.a.command(Command.STOP);
            duo.go(250);
            assertEquals(
                    List.of(
                            "a PRIM -> WAIT 401 STOP",
                            "a WAIT -> STOP 402 STOPPED",
                            "b SECOND -> ALONE 222 TAKES_OVER_FROM_STOPPED"),
                    duo.lines);
        }

        @Test
        void swapExchangesTheRoles() {
            Duo duo = Duo.pair();
            duo.a.command(Command.SWAP);
            duo.go(500);
            assertEquals(
                    List.of("a PRIM -> SECOND 502 SWAP_DONE", "b SECOND -> PRIM 503 SWAP_PROMOTES"),
                    duo.lines);
        }

        @Test
        void swapIsRefusedWithoutASecond() {
            Duo duo = Duo.pair();
            duo.b.command(Command.STOP);
            duo.go(1_000);
            duo.a.command(Command.SWAP);
            assertFalse(answer(duo.a).accepted());
            assertEquals("ALONE STOP", duo.states());
        }

        @Test
        void aSwapToANodeThatCannotStartComesBackOnce() {
            Duo duo = Duo.pair();
            duo.b.failing.add(Hook.START_PRIM);
            duo.a.command(Command.SWAP);
            duo.go(2_000);
            assertEquals("PRIM SECOND", duo.states());
            assertTrue(duo.b.node.app().isFailed());
        }

        @Test
        void aStopScriptThatFailsIsForcedThenKilled() {
            Duo duo = Duo.pair();
            duo.a.failing.add(Hook.STOP_PRIM);
            duo.a.command(Command.STOP);
            duo.go(500);
            assertEquals(State.STOP, duo.a.node.state());
            assertTrue(duo.a.effects.contains(new Effect.KillApplication()));
        }

        @Test
        void primOnOutdatedDataNeedsForce() {
            Duo duo = Duo.pair();
            duo.b.command(Command.STOP);
            duo.go(500);
            duo.a.writesFirst();
            duo.go(500);
            duo.a.die();
            duo.go(3_000);
            duo.b.command(Command.PRIM);
            assertFalse(answer(duo.b).accepted());
            duo.b.command(Command.PRIM, true);
            duo.go(3_000);
            assertEquals(State.ALONE, duo.b.node.state());
            duo.a.restart();
            duo.go(4_000);
            assertEquals(DataState.DIVERGED, duo.a.saved.data());
        }

        @Test
        void aDetachedSideIsNotResynchronised() {
            Duo duo = Duo.pair();
            duo.b.command(Command.STOP);
            duo.go(500);
            duo.b.command(Command.DETACH);
            duo.b.command(Command.START);
            duo.go(3_000);
            assertEquals(WaitReason.DETACHED, duo.b.node.reason());
            duo.b.command(Command.ATTACH);
            duo.go(2_000);
            assertEquals("PRIM SECOND", duo.states());
        }
    }

    @Nested
    final class Application {
        @Test
        void aFailedDiskHandsOver() {
            Duo duo = Duo.pair();
            duo.a.give(new Event.LocalDiskError(duo.now, "EIO on sda"));
            duo.go(500);
            assertEquals("WAIT ALONE", duo.states());
            assertEquals(DataState.SUSPECT, duo.a.saved.data());
        }

        @Test
        void aFullDiskOfSecondTakesItOut() {
            Duo duo = Duo.pair();
            duo.b.give(new Event.LocalDiskError(duo.now, "ENOSPC"));
            duo.go(500);
            assertEquals("ALONE WAIT", duo.states());
        }
    }

    @Nested
    final class UnknownOutcome {
        @Test
        void aChangeIsRepeatedUntilItIsKnown() {
            Duo duo = Duo.pair();
            duo.b.answersRegister = false;
            duo.a.die();
            duo.go(2_200);
            var pending = java.util.Objects.requireNonNull(duo.b.node.duty().pending());
            // It had landed although nobody said so.
            duo.b.register = pending.to();
            duo.b.give(
                    new Event.RegisterAnswered(
                            duo.now, new dev.understudy.core.member.RegisterOutcome.Unknown()));
            duo.b.answersRegister = true;
            duo.go(300);
            assertEquals(State.ALONE, duo.b.node.state());
        }
    }
}
