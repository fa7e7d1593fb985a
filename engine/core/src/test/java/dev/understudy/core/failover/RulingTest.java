package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.rules.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Failover rules of a module on two nodes.
final class RulingTest {
    private static final List<Value> VALUES = List.of(Value.values());

    private static Duo pair(String... rules) {
        return Duo.pair(new Duo(Isolation.PROTECT, true, "", TestRules.of(rules)));
    }

    private static void down(Duo.Side side, String resource) {
        side.give(new Event.ResourceDown(side.node.nowNs(), resource, Action.NONE));
    }

    private static void up(Duo.Side side, String resource) {
        side.give(new Event.ResourceUp(side.node.nowNs(), resource));
    }

    private static long count(Duo duo, Rule rule) {
        return journal(duo, rule).size();
    }

    private static List<String> journal(Duo duo, Rule rule) {
        List<String> details = new ArrayList<>();
        for (Duo.Side side : List.of(duo.a, duo.b)) {
            for (Effect effect : side.effects) {
                if (effect instanceof Effect.Journal line && line.rule() == rule) {
                    details.add(side.name + " " + line.detail());
                }
            }
        }
        return details;
    }

    @Test
    void swapsWhenTheResourceIsWorseHereThanThere() {
        Duo duo = pair("worse");
        down(duo.a, "script.disk");
        up(duo.b, "script.disk");
        duo.go(1_900);
        assertEquals("PRIM SECOND", duo.states());
        duo.go(1_500);
        assertEquals("SECOND PRIM", duo.states());
        assertEquals(
                List.of("a worse: script.disk == down && remote.script.disk == up"),
                journal(duo, Rule.RULE_SWAPS));
    }

    @Test
    void staysWhileTheOtherSideIsNoBetter() {
        Duo duo = pair("worse");
        down(duo.a, "script.disk");
        down(duo.b, "script.disk");
        duo.go(10_000);
        assertEquals("PRIM SECOND", duo.states());
    }

    @Test
    void aGapBeginsTheTimeAnew() {
        Duo duo = pair("worse");
        up(duo.b, "script.disk");
        for (int i = 0; i < 5; i++) {
            down(duo.a, "script.disk");
            duo.go(1_500);
            up(duo.a, "script.disk");
            duo.go(300);
        }
        assertEquals("PRIM SECOND", duo.states());
        assertEquals(0, count(duo, Rule.RULE_SWAPS));
    }

    @Test
    void aSilentPeersResourcesAreUnknown() {
        Duo duo = pair("worse");
        up(duo.b, "script.disk");
        duo.go(500);
        duo.isLinked = false;
        down(duo.a, "script.disk");
        duo.go(10_000);
        assertEquals(0, count(duo, Rule.RULE_SWAPS));
    }

    @Test
    void theResourcesOfAnotherConfigurationMeanNothing() {
        Duo duo = pair("worse");
        Settings s = duo.b.settings;
        up(duo.b, "script.disk");
        duo.go(500);
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
        down(duo.a, "script.disk");
        duo.go(4_000);
        assertEquals(0, count(duo, Rule.RULE_SWAPS));
    }

    /// Both nodes' checkers find the application down, for ever: the rule alone would swap to and
    /// fro without end.
    @Test
    void neverSwapsToAndFro() {
        Duo duo = pair("blind");
        int swaps = 0;
        for (int i = 0; i < 600; i++) {
            for (Duo.Side side : List.of(duo.a, duo.b)) {
                if (side.node.state() == State.PRIM && side.node.app().isUp()) {
                    down(side, "script.query");
                }
            }
            String before = duo.states();
            duo.go(1_000);
            swaps += duo.states().equals(before) ? 0 : 1;
        }
        assertTrue(swaps <= 2, swaps + " swaps");
        assertEquals(2, count(duo, Rule.RULE_SWAPS), "once on each node: its limit");
        assertTrue(count(duo, Rule.RULE_RESTS) >= 1);
        assertTrue(
                count(duo, Rule.RULE_RESTS) <= 4,
                "said once, not all the time: " + journal(duo, Rule.RULE_RESTS));
    }

    /// The same for a checker whose own action is swap.
    @Test
    void aCheckersSwapNeverGoesToAndFro() {
        Duo duo = pair();
        int swaps = 0;
        for (int i = 0; i < 60; i++) {
            for (Duo.Side side : List.of(duo.a, duo.b)) {
                if (side.node.state() == State.PRIM && side.node.app().isUp()) {
                    side.give(new Event.ResourceDown(duo.now, "tcp.web", Action.SWAP));
                }
            }
            String before = duo.states();
            duo.go(1_000);
            swaps += duo.states().equals(before) ? 0 : 1;
        }
        assertTrue(swaps <= 8, swaps + " swaps in a minute");
    }

    @Test
    void startForgetsWhatKeptARuleBack() {
        Duo duo = pair("worse");
        duo.b.command(Command.RESTART);
        for (int i = 0; i < 2; i++) {
            down(duo.a, "script.disk");
            up(duo.b, "script.disk");
            duo.go(4_000);
            if (i == 0) {
                assertEquals("SECOND PRIM", duo.states());
                duo.b.command(Command.SWAP);
                duo.go(2_000);
                assertEquals("PRIM SECOND", duo.states());
            }
        }
        assertEquals("PRIM SECOND", duo.states());
        assertEquals(1, count(duo, Rule.RULE_RESTS));
        duo.a.command(Command.START);
        duo.go(4_000);
        assertEquals("SECOND PRIM", duo.states());
    }

    @Test
    void failoverOffHoldsASwapByRule() {
        Duo duo = pair("worse");
        duo.a.command(Command.FAILOVER_OFF);
        down(duo.a, "script.disk");
        up(duo.b, "script.disk");
        duo.go(5_000);
        assertEquals("PRIM SECOND", duo.states());
        duo.a.command(Command.FAILOVER_ON);
        duo.go(1_000);
        assertEquals("SECOND PRIM", duo.states());
    }

    @Test
    void aRuleWaitsUntilItHoldsNoMore() {
        Duo duo = pair("lan");
        down(duo.a, "ping.lan");
        duo.go(4_000);
        assertEquals(State.WAIT, duo.a.node.state());
        assertEquals(WaitReason.RESOURCE_DOWN, duo.a.node.reason());
        assertEquals(State.ALONE, duo.b.node.state());
        duo.go(60_000);
        assertEquals(State.WAIT, duo.a.node.state());
        up(duo.a, "ping.lan");
        duo.go(3_000);
        assertEquals("SECOND PRIM", duo.states());
    }

    @Test
    void aRuleThatRestsLeavesTheNextTryAsItIs() {
        Duo duo = pair("lan");
        duo.b.die();
        duo.go(6_000);
        assertEquals(State.ALONE, duo.a.node.state());
        duo.a.failing.add(Hook.START_PRIM);
        duo.a.command(Command.RESTART);
        duo.go(3_000);
        long retryNs = duo.a.node.app().trouble().retryNs();
        assertTrue(retryNs > duo.now, "the limit is reached, the next try waits");
        down(duo.a, "ping.lan");
        duo.go(2_500);
        assertEquals(1, count(duo, Rule.RULE_RESTS));
        assertEquals(retryNs, duo.a.node.app().trouble().retryNs());
    }

    @Test
    void aFailureOnSecondDoesNotProlongThePauseAfterItGaveAway() {
        Duo duo = pair("worse");
        down(duo.a, "script.disk");
        up(duo.b, "script.disk");
        duo.go(3_000);
        assertEquals("SECOND PRIM", duo.states());
        assertTrue(duo.a.node.app().isFailed());
        duo.a.give(new Event.ResourceDown(duo.now, "tcp.standby", Action.RESTART));
        duo.go(6_000);
        assertFalse(duo.a.node.app().isFailed());
    }

    @Test
    void aRestartMayBeLimitedToServices() {
        Duo duo = Duo.pair();
        duo.a.give(
                new Event.ResourceDown(
                        duo.now, "process.vms", Action.RESTART, List.of("mgmt", "log")));
        duo.go(1_000);
        assertEquals(
                List.of(
                        "STOP_PRIM [mgmt, log]",
                        "STOP_BOTH [mgmt, log]",
                        "START_BOTH [mgmt, log]",
                        "START_PRIM [mgmt, log]"),
                hooks(duo.a));
        duo.a.effects.clear();
        duo.a.command(Command.RESTART);
        duo.go(1_000);
        assertEquals(
                List.of("STOP_PRIM []", "STOP_BOTH []", "START_BOTH []", "START_PRIM []"),
                hooks(duo.a));
    }

    /// What was killed with the few must come back with all.
    @Test
    void aLimitedRestartThatHadToKillStartsEverything() {
        Duo duo = Duo.pair();
        duo.a.failing.add(Hook.STOP_PRIM);
        duo.a.give(new Event.ResourceDown(duo.now, "process.vms", Action.RESTART, List.of("mgmt")));
        duo.go(1_000);
        assertEquals("START_PRIM []", hooks(duo.a).getLast());
    }

    private static List<String> hooks(Duo.Side side) {
        List<String> hooks = new ArrayList<>();
        for (Effect effect : side.effects) {
            if (effect instanceof Effect.RunHook hook)
                hooks.add(hook.hook() + " " + hook.services());
        }
        return hooks;
    }

    @Test
    void aCheckerThatIsSwitchedOffEndsTheWait() {
        Duo duo = pair("lan");
        down(duo.a, "ping.lan");
        duo.go(4_000);
        duo.a.give(new Event.ResourceUnknown(duo.now, "ping.lan"));
        duo.go(3_000);
        assertEquals("SECOND PRIM", duo.states());
    }

    @Test
    void whatAScriptSaysRestartsTheApplication() {
        Duo duo = pair("licence");
        int before = duo.a.startsNs.size();
        down(duo.a, "custom.licence");
        duo.go(3_000);
        assertEquals(before + 1, duo.a.startsNs.size());
        duo.go(60_000);
        assertEquals(before + 1, duo.a.startsNs.size(), "once, not again and again");
    }

    @Test
    void whatNobodyLooksAtIsUnknown() {
        Duo duo = pair("shown");
        up(duo.a, "script.query");
        duo.go(10);
        int index = duo.a.settings.rules().indexOf("script.query");
        assertEquals(Value.UP, duo.a.node.app().rulings().own().get(index));
        duo.a.give(new Event.ResourceUnknown(duo.now, "script.query"));
        assertEquals(Value.UNKNOWN, duo.a.node.app().rulings().own().get(index));
        up(duo.a, "script.query");
        duo.a.command(Command.SWAP);
        duo.go(2_000);
        assertEquals("SECOND PRIM", duo.states());
        assertEquals(Value.UNKNOWN, duo.a.node.app().rulings().own().get(index));
        up(duo.a, "script.query");
        assertEquals(
                Value.UNKNOWN,
                duo.a.node.app().rulings().own().get(index),
                "an answer that comes after its checker was stopped");
    }

    @Test
    void aRuleThatOnlyShowsIsSaidOnce() {
        Duo duo = pair("shown");
        up(duo.a, "script.query");
        duo.go(1_000);
        duo.a.effects.clear();
        down(duo.a, "script.disk");
        duo.go(30_000);
        assertEquals(
                1, journal(duo, Rule.RULE_HOLDS).stream().filter(l -> l.startsWith("a")).count());
        assertEquals("PRIM SECOND", duo.states());
    }

    @Test
    void anotherConfigurationEndsWhatARuleHolds() {
        Duo duo = pair("lan");
        down(duo.a, "ping.lan");
        duo.go(4_000);
        assertEquals(Set.of("rule.lan"), duo.a.node.app().downResources());
        Settings s = duo.a.settings;
        duo.a.give(
                new Event.Configured(
                        duo.now,
                        new Settings(
                                s.self(),
                                s.peer(),
                                s.digest(),
                                s.isolation(),
                                true,
                                true,
                                true,
                                false,
                                s.restartLimit(),
                                s.timing(),
                                FailoverRules.NONE)));
        assertEquals(Set.of(), duo.a.node.app().downResources());
    }

    @Test
    void findingsHoldThirtyTwoResources() {
        Findings all = Findings.NONE;
        for (int i = 0; i < FailoverRules.WATCHED_MAX; i++) {
            all = all.with(i, VALUES.get(i % 3));
        }
        for (int i = 0; i < FailoverRules.WATCHED_MAX; i++) {
            assertEquals(VALUES.get(i % 3), all.get(i));
        }
        assertThrows(IllegalArgumentException.class, () -> new Findings(3));
        assertFalse(all.equals(Findings.NONE));
    }
}
