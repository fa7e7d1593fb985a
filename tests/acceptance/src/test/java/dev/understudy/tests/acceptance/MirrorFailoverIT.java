package dev.understudy.tests.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.demo.Result;
import dev.understudy.tests.demo.Scenario;
import dev.understudy.tests.demo.Stage;
import dev.understudy.tests.demo.Workload;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.Shell;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A mirror with the ledger under four writers: whatever fails, nothing acknowledged is lost and
/// both copies end equal.
@Tag("lab")
class MirrorFailoverIT {
    private static final String MODULE = "ledger";
    private static final Duration FAILOVER = Duration.ofSeconds(20);
    private static final Duration RETURN = Duration.ofMinutes(1);

    private static Stage stage;
    private static Workload load;
    private static Scenario scenario;
    private static TestCluster cluster;
    private static Lab lab;

    @BeforeAll
    static void play() throws Exception {
        stage = Stages.ledger("MirrorFailoverIT");
        stage.install();
        load = stage.load();
        stage.join();
        cluster = stage.cluster();
        lab = cluster.lab();
        scenario = new Scenario(cluster, stage.application(), load, Stages.TIMELINE, 1);
    }

    @AfterAll
    static void end() {
        load.close();
        stage.close();
    }

    @BeforeEach
    void inSync() {
        lab.network().heal();
        cluster.awaitInSync(MODULE, RETURN);
    }

    @Test
    void powerLossOfEitherSideLosesNothing() throws Exception {
        scenario.powerOff(1);
        scenario.powerOff(2);
        nothingLost();
        assertTrue(last("power-off").gapMs() < 10_000, "gap " + last("power-off").gapMs() + " ms");
    }

    @Test
    void powerLossOfTheSecondIsNotNoticedByClients() throws Exception {
        LabNode primary = primary();
        LabNode second = cluster.other(primary);
        second.powerOff();
        cluster.awaitState(primary, MODULE, "ALONE", FAILOVER);
        load.awaitCommits(10);
        second.powerOn();
        cluster.startDaemon(second);
        cluster.awaitInSync(MODULE, RETURN);
        assertEquals(primary, primary());
        scenario.check();
        nothingLost();
    }

    @Test
    void aNodeThatStartsBeforeItsNetworkIsUpReturnsWhenItIs() throws Exception {
        LabNode primary = primary();
        LabNode second = cluster.other(primary);
        second.powerOff();
        cluster.awaitState(primary, MODULE, "ALONE", FAILOVER);
        second.powerOn();
        List<String> addresses =
                second.must("ip", "-o", "-4", "address", "show", "scope", "global")
                        .lines()
                        .toList();
        assertFalse(addresses.isEmpty());
        for (String line : addresses) {
            second.must("ip", "address", "flush", "dev", line.split("\\s+", -1)[1]);
        }
        cluster.startDaemon(second);
        // The mounts, for which the boot of a machine waits, do not wait for the network.
        Await.until(
                "the daemon has settled",
                FAILOVER,
                () -> Files.exists(second.seen(cluster.home().resolve("run/settled"))));
        for (String line : addresses) {
            String[] words = line.split("\\s+", -1);
            second.must("ip", "address", "add", words[3], "dev", words[1]);
        }
        second.must("ip", "route", "add", "default", "via", Lab.GATEWAY);
        cluster.awaitInSync(MODULE, RETURN);
        assertEquals(primary, primary());
        nothingLost();
    }

    @Test
    void aPrimaryThatIsCutOffIsReplaced() throws Exception {
        LabNode before = primary();
        LabNode after = cluster.other(before);
        lab.network().isolate(before.name());
        cluster.awaitState(after, MODULE, "ALONE", FAILOVER);
        load.awaitCommits(5);
        lab.network().heal();
        cluster.awaitInSync(MODULE, RETURN);
        assertEquals(after, primary());
        scenario.check();
        nothingLost();
    }

    /// What `protect` can see: the nodes do not hear each other, the virtual address answers. A cut
    /// of everything between the nodes that leaves both the witness is beyond it (see FAILOVER.md).
    @Test
    void nodesThatDoNotHearEachOtherLeaveOneServing() throws Exception {
        LabNode before = primary();
        lab.network().silence("a", "b");
        cluster.awaitState(before, MODULE, "ALONE", FAILOVER);
        assertTrue(
                cluster.state(cluster.other(before), MODULE)
                        .filter(view ->
                                !view.state().equals("ALONE") && !view.state().equals("PRIM"))
                        .isPresent(),
                cluster.describe(MODULE));
        load.awaitCommits(5);
        lab.network().heal();
        cluster.awaitInSync(MODULE, RETURN);
        scenario.check();
        nothingLost();
    }

    @Test
    void oneHeartbeatNetworkIsEnough() {
        LabNode before = primary();
        lab.network().cut("a", "b", 1);
        load.awaitCommits(50);
        assertEquals(before, primary());
        assertTrue(cluster.isInSync(MODULE), cluster.describe(MODULE));
    }

    @Test
    void deathOfTheDaemonFencesAndHandsOver() throws Exception {
        scenario.daemonDeath(1);
        nothingLost();
        assertTrue(
                last("daemon-death").gapMs() < 5000, "gap " + last("daemon-death").gapMs() + " ms");
    }

    @Test
    void deathOfDaemonAndGuardLeavesNothingBehindThatServes() throws Exception {
        LabNode before = primary();
        LabNode after = cluster.other(before);
        String data = before.disk() + "/ledger/ledger";
        kill(before, TestCluster.GUARD);
        kill(before, TestCluster.SAFED);
        assertFalse(
                before.exec(Duration.ofSeconds(5), "", List.of("sh", "-c", "echo x >> " + data))
                        .isOk(),
                "the application's directory must not take writes without the engine");
        cluster.awaitState(after, MODULE, "ALONE", FAILOVER);
        assertEquals(60, connectionsWithFlushedCaches(60));
        before.kill();
        before.powerOn();
        cluster.startDaemon(before);
        cluster.awaitInSync(MODULE, RETURN);
        scenario.check();
        nothingLost();
    }

    @Test
    void swapAndOrderlyStopHandOver() throws Exception {
        scenario.swap(1);
        scenario.stop(1);
        scenario.applicationKill(1);
        nothingLost();
    }

    /// What the daemons decided through deaths, losses of power and swaps until now is what the
    /// rules decide when another process tells them the same again.
    @Test
    void theDecisionsOfBothRunAgain() throws Exception {
        scenario.swap(1);
        scenario.daemonDeath(1);
        for (LabNode node : lab.nodes()) {
            Shell.Result replay = cluster.safe(node, List.of("replay", "--journal", "-m", MODULE));
            assertTrue(replay.isOk(), replay.text());
            assertTrue(replay.out().contains(" transitions: as recorded"), replay.text());
            assertFalse(replay.out().contains(", 0 transitions"), replay.text());
        }
        nothingLost();
    }

    /// A client that waits for nothing would otherwise hold a connection to nobody until its own
    /// time runs out.
    @Test
    void aSwapEndsTheConnectionsOfClients() throws Exception {
        LabNode before = primary();
        CountDownLatch connected = new CountDownLatch(1);
        CompletableFuture<Long> ended =
                lab.client().start("idle client", () -> endOfConnection(connected));
        assertTrue(connected.await(10, TimeUnit.SECONDS));
        cluster.must(before, List.of("swap", "-m", MODULE));
        long swappedNs = System.nanoTime();
        cluster.awaitState(cluster.other(before), MODULE, "PRIM", FAILOVER);
        long endedNs = ended.get(20, TimeUnit.SECONDS);
        assertTrue(
                endedNs - swappedNs < 3_000_000_000L,
                "ended " + (endedNs - swappedNs) / 1_000_000 + " ms after the swap");
    }

    private static long endOfConnection(CountDownLatch connected) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(15_000);
            socket.connect(new InetSocketAddress(Lab.VIRTUAL_IP, stage.application().port()), 5000);
            connected.countDown();
            int read = socket.getInputStream().read();
            assertEquals(-1, read);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (SocketException _) {
            return System.nanoTime(); // a reset says the same
        }
        return System.nanoTime();
    }

    private static int connectionsWithFlushedCaches(int count) throws Exception {
        int reached = 0;
        for (int i = 0; i < count; i++) {
            lab.client().must("ip", "neigh", "flush", "all");
            reached += lab.client().call(MirrorFailoverIT::connects) ? 1 : 0;
        }
        return reached;
    }

    private static boolean connects() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(Lab.VIRTUAL_IP, stage.application().port()), 1000);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static void kill(LabNode node, String commandLine) {
        List<Long> pids = node.processes(commandLine);
        assertFalse(pids.isEmpty(), commandLine);
        pids.forEach(pid -> Shell.must("kill", "-9", Long.toString(pid)));
        Await.until(
                commandLine + " is dead",
                Duration.ofSeconds(5),
                () -> pids.stream().noneMatch(pid -> ProcessHandle.of(pid).isPresent()));
    }

    private static LabNode primary() {
        return cluster.primary(MODULE).orElseThrow();
    }

    private static Result last(String event) {
        return scenario.results().reversed().stream()
                .filter(result -> result.event().equals(event))
                .findFirst()
                .orElseThrow();
    }

    private static void nothingLost() {
        assertEquals(0, scenario.lost(), "acknowledged commits lost");
        assertEquals(0, scenario.differing(), "files differ");
    }
}
