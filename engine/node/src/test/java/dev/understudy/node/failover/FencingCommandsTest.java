package dev.understudy.node.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.UserConfig.Fencing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real programs of `isolation.fencing`: bounded, in order, with the peer's name.
class FencingCommandsTest {
    @TempDir Path folder;

    private static Fencing shell(String id, String script, long withinMs) {
        return new Fencing(id, List.of("/bin/sh", "-c", script), Duration.ofMillis(withinMs));
    }

    /// `true` or `false`, and how it ended.
    private static String run(FencingCommands commands, long timeoutMs) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        commands.run(
                TimeUnit.MILLISECONDS.toNanos(timeoutMs),
                (isDone, text) -> answer.complete(isDone + " " + text));
        return answer.get(20, TimeUnit.SECONDS);
    }

    private static FencingCommands commands(Fencing... all) {
        return new FencingCommands("shop", "a", "b", Arrays.asList(all), System::nanoTime);
    }

    @Test
    void exitCodeZeroIsSuccess() throws Exception {
        Path said = folder.resolve("said");
        String script = "env | grep -v -e ^PWD -e ^SHLVL -e ^_ | sort > " + said;
        assertEquals("true ipmi: exit code 0", run(commands(shell("ipmi", script, 5_000)), 5_000));
        assertEquals(
                List.of(
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                        "UNDERSTUDY_MODULE=shop",
                        "UNDERSTUDY_NODE=a",
                        "UNDERSTUDY_PEER=b"),
                Files.readAllLines(said));
    }

    @Test
    void theNextOneIsTriedWhenOneFails() throws Exception {
        String answer =
                run(
                        commands(
                                shell("bmc", "echo no route >&2; exit 3", 5_000),
                                shell("pdu", "exit 0", 5_000)),
                        10_000);
        assertEquals("true pdu: exit code 0", answer);
    }

    @Test
    void failuresAreSaid() throws Exception {
        Fencing missing = new Fencing("none", List.of("/no/such"), Duration.ofSeconds(1));
        String answer =
                run(
                        commands(
                                shell("bmc", "echo one; echo no route >&2; exit 3", 5_000),
                                missing),
                        9_000);
        assertTrue(
                answer.startsWith("false bmc: exit code 3, no route; none: cannot be started: "),
                answer);
    }

    @Test
    void whatIsTooSlowIsKilledWithItsChildren() throws Exception {
        Path pid = folder.resolve("pid");
        String script = "sleep 60 & echo $! > " + pid + "; wait";
        long fromNs = System.nanoTime();
        assertEquals(
                "false bmc: not done within 0.5 s, killed",
                run(commands(shell("bmc", script, 500)), 5_000));
        assertTrue(System.nanoTime() - fromNs < TimeUnit.SECONDS.toNanos(10));
        long child = Long.parseLong(Files.readString(pid).strip());
        assertGone(child);
    }

    @Test
    void allTogetherHaveTheTimeGiven() throws Exception {
        String answer =
                run(
                        commands(shell("one", "sleep 60", 60_000), shell("two", "exit 0", 60_000)),
                        400);
        assertEquals("false one: not done within 0.4 s, killed; two: no time was left", answer);
    }

    /// A program that says much and reads its input waits for nobody.
    @Test
    void nothingIsWaitedFor() throws Exception {
        String script = "cat; head -c 3000000 /dev/zero; echo last";
        assertEquals("true bmc: exit code 0", run(commands(shell("bmc", script, 9_000)), 9_000));
    }

    @Test
    void closingEndsWhatRuns() throws Exception {
        Path pid = folder.resolve("pid");
        FencingCommands commands =
                commands(shell("bmc", "echo $$ > " + pid + "; exec sleep 60", 60_000));
        CompletableFuture<String> answer = new CompletableFuture<>();
        commands.run(
                TimeUnit.SECONDS.toNanos(60),
                (isDone, text) -> answer.complete(isDone + " " + text));
        TwoNodes.await("the program runs", () -> Files.exists(pid) && pid.toFile().length() > 0);
        commands.close();
        assertEquals("false the module is closed", answer.get(10, TimeUnit.SECONDS));
        assertGone(Long.parseLong(Files.readString(pid).strip()));
    }

    private static void assertGone(long pid) throws InterruptedException {
        TwoNodes.await(
                "process " + pid + " is gone",
                () -> ProcessHandle.of(pid).map(p -> !p.isAlive()).orElse(true));
        assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    }
}
