package dev.understudy.tests.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.tests.cluster.LocalApi;
import dev.understudy.tests.cluster.ModuleView;
import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.demo.LedgerService;
import dev.understudy.tests.demo.Workload;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import dev.understudy.tests.lab.Network;
import dev.understudy.tests.lab.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Two nodes get a third vote while they run; then links are cut, the witness dies, a primary loses
/// power. No ping witness is asked: a majority decides. Nothing acknowledged is lost.
@Tag("lab")
class ThirdVoteIT {
    private static final String MODULE = "ledger";
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String WITNESS = "dev.understudy.node.main.SafeWitness";
    private static final long WITNESS_KIB_MAX = 100 << 10;

    private final Path logs =
            Path.of(System.getProperty("project"), "target", "acceptance", "ThirdVoteIT");
    private Lab lab;
    private TestCluster cluster;
    private LabNode a;
    private LabNode b;
    private LabNode witness;

    @BeforeEach
    void threeHosts() throws Exception {
        Files.createDirectories(logs);
        lab = Lab.create(LabSpec.twoNodes(1).withNodes(List.of("a", "b", "w")));
        a = lab.node("a");
        b = lab.node("b");
        witness = lab.node("w");
        cluster = new TestCluster(lab, TestCluster.distribution(), logs);
    }

    @AfterEach
    void end() {
        lab.close();
    }

    @Test
    void aMajorityDecides() throws Exception {
        LedgerService ledger = new LedgerService(a.disk());
        formPair(ledger);
        try (Workload load = new Workload(ledger, lab.client(), 2)) {
            load.awaitCommits(5);
            theVoteIsAddedWhileModulesRun(load);
            theWitnessAloneChangesNothing(load);
            aCutBetweenTheNodesLeavesPrimServing(load);
            anIsolatedPrimIsReplaced(load);
            powerLossOfPrim(load);
            theVoteIsRemovedWhileModulesRun(load);
            Set<String> acknowledged = load.acknowledged();
            Set<String> kept = lab.client().call(ledger::readAll);
            List<String> lost =
                    acknowledged.stream().filter(entry -> !kept.contains(entry)).toList();
            assertEquals(List.of(), lost, "lost of " + acknowledged.size());
        }
    }

    /// The witness and the primary are lost at once: nothing goes on by itself, an operator's word
    /// brings the service back with all that was acknowledged, and the old primary joins again.
    @Test
    void theLastOfThreeVotesServesByForce() throws Exception {
        LedgerService ledger = new LedgerService(a.disk());
        formPair(ledger);
        try (Workload load = new Workload(ledger, lab.client(), 2)) {
            load.awaitCommits(5);
            theVoteIsAddedWhileModulesRun(load);
            refusedWhileVotesAnswer();
            kill(WITNESS);
            a.powerOff();
            awaitWarning(b, "reaches no other vote");
            cluster.must(b, List.of("cluster", "witness", "remove", "--force"));
            awaitVotes(b, 0);
            // A take-over that waited for votes may go on by itself now that b's own word counts.
            Shell.Result word = cluster.safe(b, List.of("prim", "-m", MODULE, "--force"));
            assertTrue(word.isOk() || word.text().contains("take-over is under way"), word.text());
            cluster.awaitState(b, MODULE, "ALONE", SOON);
            load.awaitCommits(20);
            a.powerOn();
            cluster.startDaemon(a);
            awaitPair(b, a);
            awaitVotes(a, 0);
            load.awaitCommits(5);
            Set<String> acknowledged = load.acknowledged();
            Set<String> kept = lab.client().call(ledger::readAll);
            List<String> lost =
                    acknowledged.stream().filter(entry -> !kept.contains(entry)).toList();
            assertEquals(List.of(), lost, "lost of " + acknowledged.size());
        }
    }

    private void refusedWhileVotesAnswer() {
        Shell.Result refused = cluster.safe(b, List.of("cluster", "witness", "remove", "--force"));
        assertEquals(1, refused.exit(), refused.text());
        assertTrue(refused.text().contains("HA-4123"), refused.text());
    }

    private void formPair(LedgerService ledger) throws Exception {
        for (LabNode node : List.of(a, b)) {
            ledger.prepare(node);
            cluster.startDaemon(node);
        }
        cluster.init("three");
        cluster.must(b, cluster.joining(b, a, cluster.token(a)));
        List<String> install = new ArrayList<>();
        install.addAll(List.of("install", cluster.archive(MODULE).toString()));
        install.addAll(ledger.parameters(cluster.dist()));
        cluster.must(a, install);
        cluster.must(a, List.of("prim", "-m", MODULE));
        cluster.awaitState(a, MODULE, "ALONE", Duration.ofMinutes(1));
        lab.client()
                .call(() -> {
                    ledger.createSchema();
                    return true;
                });
        cluster.must(b, List.of("start", "-m", MODULE));
        awaitPair(a, b);
    }

    private void theVoteIsAddedWhileModulesRun(Workload load) throws Exception {
        String token = cluster.must(a, List.of("cluster", "witness", "add"));
        startWitness();
        cluster.must(
                witness,
                List.of(
                        "cluster",
                        "join",
                        token,
                        "--via",
                        a.address(Network.SERVICE),
                        "--node-name",
                        "w",
                        "--address",
                        "default=" + witness.address(0),
                        "--address",
                        "second=" + witness.address(1)));
        awaitVotes(a, 3);
        awaitVotes(b, 3);
        load.awaitCommits(5);
        assertEquals("PRIM", state(a));
        assertEquals("SECOND", state(b));
        assertTrue(cluster.must(b, List.of("cluster", "state")).contains("w votes, answers"));
    }

    private void theWitnessAloneChangesNothing(Workload load) throws Exception {
        Instant from = Instant.now();
        kill(WITNESS);
        awaitWarning(a, "third vote missing");
        awaitWarning(b, "third vote missing");
        load.awaitCommits(20);
        spawnWitness();
        awaitVotes(a, 3);
        awaitVotes(b, 3);
        assertEquals(List.of(), transitions(from));
        Shell.Result there = cluster.safe(witness, List.of("cluster", "state"));
        assertEquals(3, there.exit(), there.text());
        assertTrue(there.text().contains("ask a data node"), there.text());
        long kib = residentKib();
        System.out.println("witness: " + kib + " KiB resident");
        assertTrue(kib <= WITNESS_KIB_MAX, "the witness takes " + kib + " KiB");
    }

    private void aCutBetweenTheNodesLeavesPrimServing(Workload load) throws Exception {
        Instant from = Instant.now();
        lab.network().cut("a", "b");
        cluster.awaitState(a, MODULE, "ALONE", SOON);
        Await.until("b is out", SOON, () -> state(b).equals("WAIT"));
        assertTrue(transitions(from).contains("a PEER_SILENT_MAJORITY"), "" + transitions(from));
        load.awaitCommits(5);
        lab.network().heal();
        awaitPair(a, b);
    }

    private void anIsolatedPrimIsReplaced(Workload load) throws Exception {
        Instant from = Instant.now();
        lab.network().isolate("a");
        cluster.awaitState(b, MODULE, "ALONE", SOON);
        assertTrue(transitions(from).contains("b TAKES_OVER_BY_MAJORITY"), "" + transitions(from));
        assertEquals("PRIM", state(a), "it waits without a lease");
        load.awaitCommits(5);
        lab.network().heal();
        awaitPair(b, a);
    }

    private void powerLossOfPrim(Workload load) throws Exception {
        Instant from = Instant.now();
        b.powerOff();
        cluster.awaitState(a, MODULE, "ALONE", SOON);
        load.awaitCommits(5);
        long ms = Duration.between(from, Instant.now()).toMillis();
        System.out.println("power loss of PRIM: commits again after " + ms + " ms");
        assertTrue(transitions(from).contains("a TAKES_OVER_BY_MAJORITY"), "" + transitions(from));
        b.powerOn();
        cluster.startDaemon(b);
        awaitPair(a, b);
    }

    private void theVoteIsRemovedWhileModulesRun(Workload load) throws Exception {
        Instant from = Instant.now();
        cluster.must(a, List.of("cluster", "witness", "remove"));
        awaitVotes(a, 0);
        awaitVotes(b, 0);
        load.awaitCommits(5);
        assertEquals(List.of(), transitions(from));
    }

    /// Starts the witness and waits until it can be told to join.
    private void startWitness() {
        Process process = spawnWitness();
        Await.until(
                "the witness answers",
                SOON,
                () -> {
                    assertTrue(process.isAlive(), "safe-witness ended; log: " + logs);
                    return LocalApi.get(cluster.socket(witness), "/health").status() == 200;
                });
    }

    private Process spawnWitness() {
        List<String> words =
                List.of(
                        cluster.dist().resolve("bin/safe-witness").toString(),
                        "--home",
                        cluster.home().toString());
        return witness.spawn(logs.resolve("w.log"), Map.of(), words);
    }

    private void kill(String commandLine) {
        for (long pid : witness.processes(commandLine)) {
            assertTrue(ProcessHandle.of(pid).orElseThrow().destroyForcibly());
        }
        Await.until("the witness is dead", SOON, () -> witness.processes(commandLine).isEmpty());
    }

    private long residentKib() throws IOException {
        long pid = witness.processes(WITNESS).getFirst();
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            String line = lines.filter(text -> text.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", ""));
        }
    }

    private String state(LabNode node) {
        return cluster.state(node, MODULE).map(ModuleView::state).orElse("");
    }

    private void awaitPair(LabNode prim, LabNode second) {
        cluster.awaitState(prim, MODULE, "PRIM", Duration.ofMinutes(1));
        cluster.awaitState(second, MODULE, "SECOND", Duration.ofMinutes(1));
    }

    /// Waits until so many voters count and answer.
    private void awaitVotes(LabNode node, int count) {
        Await.until(
                count + " votes seen from " + node.name(),
                Duration.ofSeconds(40),
                () -> {
                    int votes = 0;
                    JsonNode shown =
                            LocalApi.get(cluster.socket(node), "/cluster").body().path("votes");
                    for (JsonNode seat : shown.path("seats")) {
                        votes +=
                                seat.path("isVoter").asBoolean() && seat.path("isUp").asBoolean()
                                        ? 1
                                        : 0;
                    }
                    return votes == count && shown.path("blocked").asText().isEmpty();
                });
    }

    private void awaitWarning(LabNode node, String text) {
        Await.until(
                node.name() + " warns: " + text,
                SOON,
                () ->
                        LocalApi.get(cluster.socket(node), "/node")
                                .body()
                                .path("warnings")
                                .toString()
                                .contains(text));
    }

    /// The rules that fired on either node with a change of state, as `a RULE`.
    private List<String> transitions(Instant from) {
        List<String> rules = new ArrayList<>();
        for (LabNode node : List.of(a, b)) {
            if (!node.isUp()) continue;
            for (JsonNode entry : cluster.journalSince(node, MODULE, from)) {
                JsonNode fields = entry.path("fields");
                String to = fields.path("to").asText();
                if (!to.isEmpty() && !to.equals(fields.path("from").asText())) {
                    rules.add(node.name() + " " + entry.path("event").asText());
                }
            }
        }
        return rules;
    }
}
