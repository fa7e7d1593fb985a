package dev.understudy.node.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.State;
import dev.understudy.node.api.Command;
import dev.understudy.node.api.Outcome;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
