package dev.understudy.node.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Action;
import dev.understudy.core.failover.Beat;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.FailoverRules;
import dev.understudy.core.failover.Phase;
import dev.understudy.core.failover.State;
import dev.understudy.core.failover.WaitReason;
import dev.understudy.core.replay.Recording;
import dev.understudy.core.replay.RecordingReader;
import dev.understudy.core.replay.Rerun;
import dev.understudy.core.rules.Condition;
import dev.understudy.core.rules.Value;
import dev.understudy.node.api.Command;
import dev.understudy.node.api.Explanation;
import dev.understudy.node.api.ModuleState;
import dev.understudy.node.api.Outcome;
import dev.understudy.node.check.CheckSources.Verdict;
import dev.understudy.node.journal.Decisions;
import dev.understudy.node.journal.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("long")
@SuppressWarnings("NullAway.Init")
class ModuleLoopTest {
    @TempDir Path folder;
    private TwoNodes nodes;

    @BeforeEach
    void open() throws Exception {
        nodes = new TwoNodes(folder);
        nodes.a.boot(false);
        nodes.b.boot(false);
    }

    @AfterEach
    void close() throws Exception {
        nodes.close();
    }

    private void formPair() throws Exception {
        Outcome prim = nodes.a.command(Command.PRIM);
        assertInstanceOf(Outcome.Done.class, prim, prim.text());
        Outcome second = nodes.b.command(Command.SECOND);
        assertInstanceOf(Outcome.Done.class, second, second.text());
        nodes.a.await(State.PRIM);
        nodes.b.await(State.SECOND);
    }

    @Test
    void twoNewNodesWaitForTheOperator() throws Exception {
        Outcome outcome = nodes.a.command(Command.START);
        assertInstanceOf(Outcome.Failed.class, outcome, outcome.text());
        assertEquals(State.WAIT, nodes.a.state());
    }

    @Test
    void primAndSecondFormAPair() throws Exception {
        formPair();
        assertTrue(nodes.a.deeds.contains("start_prim"));
        assertTrue(nodes.a.deeds.contains("RaiseVip"));
        assertTrue(nodes.b.deeds.contains("start_second"));
    }

    /// What a checker of type module says about the two.
    @Test
    void anotherModuleIsUpWhereItServes() throws Exception {
        formPair();
        TwoNodes.await("application", () -> nodes.a.module().node().app().isUp());
        var here = Optional.<String>empty();
        assertEquals(Verdict.UP, Neighbours.verdict(nodes.a.module().node(), "m", here));
        assertEquals(
                Verdict.down("m is SECOND"),
                Neighbours.verdict(nodes.b.module().node(), "m", here));
        TwoNodes.await(
                "the peer is at rest",
                () -> Neighbours.verdict(nodes.b.module().node(), "m", Optional.of("a")).isUp());
        assertEquals(
                Verdict.down("m does not run on c"),
                Neighbours.verdict(nodes.b.module().node(), "m", Optional.of("c")));
        assertEquals(
                Verdict.down("module x is not installed here"),
                Neighbours.verdict(Optional.empty(), "x", here));
        nodes.a.die();
        TwoNodes.await(
                "silence",
                () -> !Neighbours.verdict(nodes.b.module().node(), "m", Optional.of("a")).isUp());
    }

    /// The peer's resource is told by real heartbeats.
    @Test
    void aFailoverRuleSwaps() throws Exception {
        var disk = "script.disk";
        FailoverRules rules =
                new FailoverRules(
                        List.of(
                                new FailoverRules.Entry(
                                        "worse",
                                        "script.disk == down && remote.script.disk == up",
                                        new Condition.All(
                                                List.of(
                                                        new Condition.Is(
                                                                false, List.of(disk), Value.DOWN),
                                                        new Condition.Is(
                                                                true, List.of(disk), Value.UP))),
                                        100_000_000L,
                                        Action.SWAP)),
                        List.of(new FailoverRules.Watched(disk, EnumSet.allOf(Phase.class))));
        nodes.close();
        for (TwoNodes.Side side : List.of(nodes.a, nodes.b)) {
            side.rules = rules;
            side.boot(false);
        }
        formPair();
        nodes.b.module().offer(new Event.ResourceUp(System.nanoTime(), disk));
        nodes.a.module().offer(new Event.ResourceDown(System.nanoTime(), disk, Action.NONE));
        nodes.a.await(State.SECOND);
        nodes.b.await(State.PRIM);
        ModuleState.Rule shown = nodes.a.module().state().rules().getFirst();
        assertEquals("done", shown.state());
        assertTrue(
                nodes.a.journal().stream()
                        .anyMatch(e ->
                                e.name().equals("RULE_SWAPS")
                                        && e.text().contains("worse: script.disk == down")),
                "the journal names the rule");
        assertTrue(
                nodes.a.explain(0).moves().getLast().inputs().values().stream()
                        .anyMatch(text -> text.contains("rule.worse")),
                nodes.a.explain(0).moves().toString());
    }

    @Test
    void secondIsNotJudgedBeforeThePeerWasHeard() throws Exception {
        CompletionStage<Outcome> second = nodes.b.begin(Command.SECOND);
        nodes.b.await(State.WAIT);
        Outcome prim = nodes.a.command(Command.PRIM);
        assertInstanceOf(Outcome.Done.class, prim, prim.text());
        Outcome outcome = TwoNodes.outcome(second);
        assertInstanceOf(Outcome.Done.class, outcome, outcome.text());
    }

    @Test
    void anOrderlyStopHandsOverAtOnce() throws Exception {
        formPair();
        Outcome outcome = nodes.a.command(Command.STOP);
        assertInstanceOf(Outcome.Done.class, outcome, outcome.text());
        nodes.b.await(State.ALONE);
        assertTrue(nodes.b.journalNames().contains("TAKES_OVER_FROM_STOPPED"));
        nodes.a.command(Command.START);
        nodes.a.await(State.SECOND);
        nodes.b.await(State.PRIM);
    }

    @Test
    void swapExchangesTheRolesAndBack() throws Exception {
        formPair();
        Outcome there = nodes.a.command(Command.SWAP);
        while (there instanceof Outcome.Refused(_, var text, _)
                && text.contains("does not answer as SECOND")) {
            // The beat that says so is on its way.
            there = nodes.a.command(Command.SWAP);
        }
        assertInstanceOf(Outcome.Done.class, there, there.text());
        nodes.b.await(State.PRIM);
        nodes.a.await(State.SECOND);
        nodes.b.command(Command.SWAP);
        nodes.a.await(State.PRIM);
        nodes.b.await(State.SECOND);
    }

    @Test
    void aSilentPrimaryIsReplacedAndComesBackAsSecond() throws Exception {
        formPair();
        nodes.a.die();
        nodes.b.await(State.ALONE);
        assertTrue(nodes.b.journalNames().contains("SECOND_TAKES_OVER"));
        nodes.a.boot(true);
        nodes.a.await(State.SECOND);
        nodes.b.await(State.PRIM);
    }

    /// PRIM is only cut off; SECOND's command ends it, and that is enough.
    @Test
    void aFencingCommandSwitchesPrimOff() throws Exception {
        nodes.close();
        for (TwoNodes.Side side : List.of(nodes.a, nodes.b)) {
            side.fencingNs = 2_000_000_000L;
            side.boot(false);
        }
        formPair();
        nodes.b.switchesOff = () -> nodes.a.deeds.add("switched off");
        nodes.a.fallSilent();
        nodes.b.await(State.ALONE);
        assertTrue(nodes.a.deeds.contains("switched off"));
        List<String> names = nodes.b.journalNames();
        assertTrue(names.contains("FENCES"), names.toString());
        assertTrue(names.contains("TAKES_OVER_FROM_SWITCHED_OFF"), names.toString());
        assertFalse(names.contains("SECOND_TAKES_OVER"), names.toString());
    }

    @Test
    void aFencingCommandThatFailsLeavesItToTheEvidence() throws Exception {
        nodes.close();
        for (TwoNodes.Side side : List.of(nodes.a, nodes.b)) {
            side.fencingNs = 2_000_000_000L;
            side.boot(false);
        }
        formPair();
        nodes.a.die();
        nodes.b.await(State.ALONE);
        List<String> names = nodes.b.journalNames();
        assertTrue(names.contains("FENCING_FAILED"), names.toString());
        assertTrue(names.contains("SECOND_TAKES_OVER"), names.toString());
        nodes.a.boot(false);
    }

    @Test
    void aSilentSecondIsLeftAndComesBack() throws Exception {
        formPair();
        nodes.b.die();
        nodes.a.await(State.ALONE);
        nodes.b.boot(true);
        nodes.b.await(State.SECOND);
        nodes.a.await(State.PRIM);
    }

    @Test
    void aFailingStartIsShownAndEnds() throws Exception {
        nodes.a.startFails = true;
        Outcome outcome = nodes.a.command(Command.PRIM);
        assertInstanceOf(Outcome.Failed.class, outcome, outcome.text());
    }

    private static List<String> alarms(TwoNodes.Side side) {
        return side.journal().stream()
                .filter(e -> e.name().equals("DEGRADED"))
                .map(e -> e.facts().get("over") + " " + e.kind() + " " + e.text())
                .toList();
    }

    @Test
    void losingTheSecondIsAnAlarmUntilItIsBack() throws Exception {
        formPair();
        assertEquals("good", nodes.a.shown().health());
        assertEquals("good", nodes.b.shown().health());
        int before = alarms(nodes.a).size();
        nodes.b.die();
        nodes.a.await(State.ALONE);
        TwoNodes.await("the alarm", () -> alarms(nodes.a).size() > before);
        assertTrue(
                alarms(nodes.a).stream().anyMatch(a -> a.startsWith("false ALARM degraded: ")),
                alarms(nodes.a).toString());
        assertEquals("degraded", nodes.a.shown().health());
        nodes.b.boot(true);
        nodes.a.await(State.PRIM);
        TwoNodes.await("its end", () -> alarms(nodes.a).getLast().startsWith("true ALARM "));
        assertEquals("good", nodes.a.shown().health());
    }

    @Test
    void theExplanationHasCauseAndProspects() throws Exception {
        formPair();
        TwoNodes.await(
                "the peer is heard as SECOND",
                () -> {
                    Beat beat = nodes.a.node().peer().beat();
                    return beat != null && beat.state() == State.SECOND;
                });
        Explanation now = nodes.a.explain(0);
        assertEquals("PRIM", now.state());
        Explanation.Move last = now.moves().getLast();
        assertEquals("PRIM", last.to());
        assertEquals(305, last.rule());
        assertEquals("[a, b]", last.inputs().get("inSync"), last.toString());
        assertTrue(last.inputs().containsKey("event"), last.toString());
        assertTrue(
                now.prospects().stream()
                        .anyMatch(p ->
                                p.event().equals("a loses power")
                                        && p.servedBy().equals("b")
                                        && p.gapMs() > 1_000
                                        && p.gapMs() < 4_000),
                now.prospects().toString());
        long before = System.currentTimeMillis();
        nodes.b.die();
        nodes.a.await(State.ALONE);
        Explanation then = nodes.a.explain(before);
        assertEquals("PRIM", then.state(), then.toString());
        assertEquals(List.of(), then.degraded());
        assertEquals("ALONE", nodes.a.explain(0).state());
        assertFalse(nodes.a.explain(0).degraded().isEmpty());
    }

    @Test
    void lightNeedsNoPeer() throws Exception {
        nodes.a.die();
        nodes.a.light = true;
        nodes.a.boot(false);
        nodes.a.deeds.clear();
        Outcome start = nodes.a.command(Command.START);
        assertInstanceOf(Outcome.Done.class, start, start.text());
        assertEquals(State.UP, nodes.a.state());
        assertEquals("light", nodes.a.shown().kind());
        assertEquals("good", nodes.a.shown().health());
        assertNull(nodes.a.shown().peer());
        assertNull(nodes.a.shown().register());
        assertEquals(List.of(), nodes.a.shown().warnings());
        assertTrue(nodes.a.deeds.contains("start_prim"), nodes.a.deeds.toString());
        Outcome swap = nodes.a.command(Command.SWAP);
        assertInstanceOf(Outcome.Refused.class, swap, swap.text());
        Outcome stop = nodes.a.command(Command.STOP);
        assertInstanceOf(Outcome.Done.class, stop, stop.text());
        assertEquals("stopped", nodes.a.shown().health());
        assertFalse(nodes.a.deeds.contains("MountReadOnly"), nodes.a.deeds.toString());
    }

    @Test
    void whatAnOperatorSaysOfTheBootIsKept() throws Exception {
        assertEquals("auto", nodes.a.module().boot());
        assertEquals("configuration", nodes.a.module().shownBoot().from());
        nodes.a.module().boot("off");
        nodes.a.die();
        nodes.a.boot(false);
        assertEquals("off", nodes.a.module().boot());
        assertEquals("operator", nodes.a.module().shownBoot().from());
        nodes.a.module().boot("configured");
        assertEquals("auto", nodes.a.module().boot());
    }

    @Test
    void aCheckerThatIsSwitchedOffHoldsNothingUp() throws Exception {
        nodes.a.die();
        nodes.a.light = true;
        nodes.a.boot(false);
        nodes.a.command(Command.START);
        nodes.a.module().offer(new Event.ResourceDown(System.nanoTime(), "tcp.db", Action.WAIT));
        TwoNodes.await("waits", () -> nodes.a.node().reason() == WaitReason.RESOURCE_DOWN);
        nodes.a.module().checkers("tcp.db", false);
        nodes.a.await(State.UP);
        assertEquals(List.of("checkers are switched off: tcp.db"), nodes.a.shown().warnings());
        assertTrue(nodes.a.journalNames().contains("CHECKERS_OFF"));
        nodes.a.module().checkers("tcp.db", true);
        assertEquals(List.of(), nodes.a.shown().warnings());
    }

    /// What two real daemons decided, through losses, returns and a swap, is what the rules decide
    /// when they are told the same again.
    @Test
    void theDecisionsOfBothRunAgain() throws Exception {
        formPair();
        nodes.a.die();
        nodes.b.await(State.ALONE);
        nodes.a.boot(true);
        nodes.a.await(State.SECOND);
        nodes.b.await(State.PRIM);
        Outcome swapped = nodes.b.command(Command.SWAP);
        assertInstanceOf(Outcome.Done.class, swapped, swapped.text());
        nodes.b.await(State.SECOND);
        nodes.b.command(Command.STOP);
        nodes.close();
        for (TwoNodes.Side side : List.of(nodes.a, nodes.b)) {
            Path file = side.folder.resolve("data").resolve(Decisions.FILE);
            Recording recording = RecordingReader.read(Files.readAllBytes(file), "test");
            Rerun rerun = new Rerun();
            assertTrue(rerun.run(recording), rerun.difference().toString());
            List<String> decided =
                    side.journal().stream()
                            .filter(e -> e.kind() == Entry.Kind.TRANSITION)
                            .map(e ->
                                    e.facts().get("from")
                                            + " "
                                            + e.facts().get("to")
                                            + " "
                                            + e.rule())
                            .toList();
            List<String> again =
                    rerun.moves().stream()
                            .filter(Rerun.Moved::isTransition)
                            .map(m ->
                                    m.line().from()
                                            + " "
                                            + m.line().to()
                                            + " "
                                            + m.line().rule().number())
                            .toList();
            assertEquals(decided, again);
            assertTrue(again.size() >= 4, again.toString());
            assertEquals(0, rerun.gaps());
        }
        nodes.a.boot(false);
        nodes.b.boot(false);
    }
}
