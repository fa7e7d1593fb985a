package dev.understudy.tests.simulator.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Isolation;
import dev.understudy.tests.simulator.search.Action.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Everything that can happen within small bounds, in both forms of the register; and mistakes in
/// the rules, each found with the shortest way to it.
final class FailoverSearchTest {
    private static final int STATES_MAX = 2_000_000;
    private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);

    private static Search.Result search(
            Isolation isolation,
            Rules rules,
            int faults,
            int writes,
            int operations,
            Set<Kind> kinds) {
        Search.Bounds bounds = new Search.Bounds(faults, writes, operations, kinds, STATES_MAX);
        int threads = Runtime.getRuntime().availableProcessors();
        Search.Result result = Search.run(new Model.Setup(isolation, rules), bounds, threads);
        System.out.printf(
                "%s %s, %d faults, %d writes, %d operations: %d states, longest way %d%n",
                isolation, rules, faults, writes, operations, result.states(), result.depth());
        return result;
    }

    private static void holds(
            Isolation isolation, int faults, int writes, int operations, Set<Kind> kinds) {
        Search.Result result = search(isolation, Rules.SHIPPED, faults, writes, operations, kinds);
        assertNull(result.broken(), () -> String.join("\n", result.trace()));
        assertTrue(result.isComplete(), "more states than the bounds allow");
    }

    /// The mistake is found by the shortest way, of so many actions.
    private static void refuted(
            Rules rules,
            Isolation isolation,
            int faults,
            int writes,
            String invariant,
            int actions,
            Kind... kinds) {
        Search.Result result =
                search(isolation, rules, faults, writes, 0, EnumSet.copyOf(List.of(kinds)));
        String broken = result.broken() == null ? "nothing" : result.broken();
        String way = String.join("\n", result.trace());
        System.out.println(way);
        assertTrue(broken.startsWith(invariant + ":"), broken);
        long lines = result.trace().stream().filter(line -> !line.startsWith("      ")).count();
        assertEquals(actions, lines - 1, way);
    }

    @Test
    void twoVotesHoldThroughTwoFaults() {
        holds(Isolation.PROTECT, 2, 0, 0, ALL);
    }

    @Test
    void twoVotesHoldThroughThreeCutsAndDeaths() {
        holds(Isolation.PROTECT, 3, 0, 0, EnumSet.of(Kind.CUT, Kind.KILL));
    }

    @Test
    void twoVotesHoldThroughAFaultAWriteAndAnOperation() {
        holds(Isolation.PROTECT, 1, 1, 1, ALL);
    }

    @Test
    void threeVotesHoldThroughTwoFaults() {
        holds(Isolation.MAJORITY, 2, 0, 0, ALL);
    }

    @Test
    void threeVotesHoldThroughTwoDeathsOrCutsAndAWrite() {
        holds(
                Isolation.MAJORITY,
                2,
                1,
                0,
                EnumSet.of(
                        Kind.CUT,
                        Kind.KILL,
                        Kind.KILL_BOTH,
                        Kind.POWER,
                        Kind.VOTER_DOWN,
                        Kind.CRASH_AFTER));
    }

    @Test
    void withoutAWindowBothServe() {
        refuted(Rules.NO_WINDOW, Isolation.PROTECT, 2, 0, "I2", 13, Kind.CUT, Kind.KILL);
    }

    @Test
    void withoutALookBothServe() {
        refuted(Rules.NO_LOOK, Isolation.PROTECT, 2, 0, "I4", 7, Kind.CUT);
    }

    @Test
    void aPingDoesNotThaw() {
        refuted(Rules.THAWS_BY_PING, Isolation.PROTECT, 2, 0, "I2", 13, Kind.CUT, Kind.CUT_CLIENTS);
    }

    @Test
    void theGuardsWordIsTooLateForASecondThatStoodStill() {
        refuted(
                Rules.SECOND_FOLLOWS_FENCED,
                Isolation.PROTECT,
                2,
                1,
                "I1",
                15,
                Kind.PAUSE,
                Kind.KILL);
    }

    @Test
    void theGuardsWordIsNothingToAPrimThatWasUnseen() {
        refuted(
                Rules.PRIM_FOLLOWS_FENCED,
                Isolation.PROTECT,
                3,
                0,
                "I2",
                11,
                Kind.CUT,
                Kind.CUT_CLIENTS,
                Kind.KILL);
    }

    @Test
    void aSecondThatRestartedIsNotTheLast() {
        refuted(Rules.SECOND_CLAIMS, Isolation.MAJORITY, 2, 1, "I1", 10, Kind.KILL_BOTH);
    }

    @Test
    void votesAreToBeAsked() {
        refuted(Rules.VOTES_NOT_ASKED, Isolation.MAJORITY, 1, 0, "I2", 7, Kind.CUT);
    }
}
