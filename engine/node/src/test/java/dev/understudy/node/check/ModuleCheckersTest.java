package dev.understudy.node.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.node.check.CheckSources.Verdict;
import dev.understudy.safe.Archive;
import dev.understudy.safe.Platform;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.read.Resolver;
import dev.understudy.safe.read.SafeReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ModuleCheckersTest {
    private final BlockingQueue<ResourceState> told = new LinkedBlockingQueue<>();
    private final AtomicBoolean isServiceUp = new AtomicBoolean(true);
    private final AtomicInteger scriptRuns = new AtomicInteger();
    private final CountDownLatch never = new CountDownLatch(1);

    private ModuleCheckers checkers(String userconfig) {
        return new ModuleCheckers(config(userconfig), new Sources(), told::add, System::nanoTime);
    }

    private static UserConfig config(String userconfig) {
        Map<String, Archive.File> files =
                Map.of(
                        "module.yaml",
                        file("format: 1\nname: m\nversion: 1.0.0\nkind: mirror\n"),
                        "conf/userconfig.yaml",
                        file("format: 1\n" + userconfig),
                        "checkers/q.js",
                        file("export default () => true;\n"));
        var read = SafeReader.of(Archive.of(files));
        var resolved =
                Resolver.resolve(
                        read.module().orElseThrow(() -> new AssertionError(read.findings())),
                        Map.of(),
                        Platform.DEBIAN);
        return resolved.config().orElseThrow(() -> new AssertionError(resolved.findings()));
    }

    private static Archive.File file(String text) {
        return new Archive.File(text.getBytes(StandardCharsets.UTF_8), false);
    }

    private ResourceState next() throws InterruptedException {
        ResourceState state = told.poll(60, TimeUnit.SECONDS);
        if (state == null) {
            throw new AssertionError("nothing was told within 60 s");
        }
        return state;
    }

    @Test
    void disksAddressesAndOtherModulesAreLookedAt() throws Exception {
        try (ModuleCheckers checkers =
                checkers(
                        """
                        checkers:
                          - {id: some, type: disk, path: /, free: 1KiB}
                          - {id: much, type: disk, path: /, free: 1000000TiB}
                          - {id: gone, type: disk, path: /no/such/place, free: 1KiB}
                          - {id: own, type: ip, address: 127.0.0.1, timeout: 1s}
                          - {id: db, type: module, name: db}
                          - {id: far, type: module, name: db, node: server2}
                        """)) {
            checkers.start(Phase.PRIM);
            Map<String, ResourceState> seen = new HashMap<>();
            while (seen.size() < 6) {
                ResourceState one = next();
                seen.put(one.id(), one);
            }
            assertEquals(Health.UP, of(seen, "disk.some").health());
            assertEquals(Health.DOWN, of(seen, "disk.gone").health());
            String full = of(seen, "disk.much").detail();
            assertTrue(full.endsWith("bytes are free at /, wanted are 1000000TiB"), full);
            assertEquals("127.0.0.1 within 500", of(seen, "ip.own").detail());
            assertEquals(Health.UP, of(seen, "module.db").health());
            assertEquals("db on server2", of(seen, "module.far").detail());
        }
    }

    @Test
    void whatAScriptSaysIsToldOnceAndForgottenWithTheModulesStop() throws InterruptedException {
        try (ModuleCheckers checkers = checkers("")) {
            checkers.start(Phase.PRE);
            checkers.say("custom.licence", false, "expired");
            checkers.say("custom.licence", false, "still");
            assertEquals(Health.DOWN, next().health());
            checkers.say("custom.licence", true, "");
            assertEquals(Health.UP, next().health());
            assertEquals(
                    List.of("custom.licence"),
                    checkers.states().stream().map(ResourceState::id).toList());
            assertEquals("none", checkers.action("custom.licence"));
            checkers.stop(Phase.PRE);
            assertEquals(List.of(), checkers.states());
            for (int i = 0; i < 100; i++) checkers.say("custom.n" + i, true, "");
            assertThrows(IllegalStateException.class, () -> checkers.say("custom.more", true, ""));
        }
    }

    @Test
    void tcpGoesUpAndDown() throws Exception {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        try (ModuleCheckers checkers =
                checkers(
                        "checkers: [{id: web, type: tcp, when: prim, address: 127.0.0.1, port: "
                                + server.getLocalPort()
                                + ", interval: 20ms, timeout: 1s, action: restart}]\n")) {
            assertEquals(Health.INIT, checkers.states().getFirst().health());
            checkers.start(Phase.SECOND);
            checkers.start(Phase.PRIM);
            checkers.start(Phase.PRIM);
            ResourceState up = next();
            assertEquals("tcp.web", up.id());
            assertEquals(Health.UP, up.health());
            server.close();
            ResourceState down = next();
            assertEquals(Health.DOWN, down.health());
            assertTrue(down.detail().startsWith("no connection to 127.0.0.1:"), down.detail());
            assertEquals("restart", checkers.action("tcp.web"));
            assertEquals("none", checkers.action("tcp.other"));
            checkers.stop(Phase.PRIM);
            assertEquals(Health.INIT, checkers.states().getFirst().health());
        } finally {
            server.close();
        }
    }

    @Test
    void servicesProcessesAndScriptsAreWatched() throws Exception {
        try (ModuleCheckers checkers =
                checkers(
                        "services: [{id: db, type: systemd, unit: x.service, when: prim, watch: {interval: 20ms, action: restart}}]\n"
                                + "processes: [{id: no, name: no-such-program, at-least: 1, interval: 20ms, when: prim, action: restart}]\n"
                                + "checkers: [{id: q, type: script, file: checkers/q.js, when: prim, interval: 20ms, timeout: 5s,"
                                + " failures: 3, action: swap}]\n")) {
            checkers.start(Phase.PRIM);
            Map<String, ResourceState> first = new HashMap<>();
            while (first.size() < 3) {
                ResourceState state = next();
                first.putIfAbsent(state.id(), state);
            }
            assertEquals(Health.UP, of(first, "service.db").health());
            assertEquals(Health.DOWN, of(first, "process.no").health());
            assertEquals(
                    "0 processes no-such-program, at least 1", of(first, "process.no").detail());
            assertEquals(Health.DOWN, of(first, "script.q").health());
            assertEquals("run 3", of(first, "script.q").detail());
            isServiceUp.set(false);
            ResourceState down = next();
            assertEquals("service.db", down.id());
            assertEquals("it stopped", down.detail());
            assertEquals("swap", checkers.action("script.q"));
        }
    }

    private static ResourceState of(Map<String, ResourceState> states, String id) {
        return Objects.requireNonNull(states.get(id), id);
    }

    @Test
    void hangingCheckBlocksNobodyAndStops() throws Exception {
        try (ModuleCheckers checkers =
                checkers(
                        "checkers: [{id: hang, type: script, file: checkers/q.js, when: second, interval: 20ms, timeout: 5s},"
                                + " {id: web, type: tcp, when: second, address: 127.0.0.1, port: 1, interval: 20ms, timeout: 1s}]\n")) {
            checkers.start(Phase.SECOND);
            assertEquals("tcp.web", next().id());
            checkers.stop(Phase.SECOND);
            assertEquals(
                    List.of(Health.INIT, Health.INIT),
                    checkers.states().stream().map(ResourceState::health).toList());
        }
    }

    private final class Sources implements CheckSources {
        @Override
        public Verdict service(String id) {
            return isServiceUp.get() ? Verdict.UP : Verdict.down("it stopped");
        }

        @Override
        public Verdict script(String file, String resource, Duration timeout)
                throws InterruptedException {
            if (resource.equals("script.hang")) {
                never.await();
            }
            return Verdict.down("run " + scriptRuns.incrementAndGet());
        }

        @Override
        public Verdict address(InetAddress address, Duration timeout) {
            return Verdict.down(address.getHostAddress() + " within " + timeout.toMillis());
        }

        @Override
        public Verdict module(String name, java.util.Optional<String> node) {
            return node.isEmpty() ? Verdict.UP : Verdict.down(name + " on " + node.get());
        }

        @Override
        public String virtualIp() {
            return "127.0.0.1";
        }
    }

    @Test
    void aCheckThatIsSwitchedOffStaysOffOverItsPhase() throws Exception {
        try (ModuleCheckers checkers =
                checkers(
                        "checkers: [{id: q, type: script, file: checkers/q.js, interval: 10ms},"
                                + " {id: r, type: script, file: checkers/q.js, interval: 10ms}]\n")) {
            assertEquals(List.of("script.q"), checkers.enable("script.q", false));
            assertEquals(List.of(), checkers.enable("script.absent", false));
            checkers.start(Phase.PRIM);
            assertEquals("script.r", next().id());
            assertEquals(List.of("script.q"), checkers.off());
            assertEquals(Health.INIT, checkers.states().getFirst().health());
            checkers.enable("script.q", true);
            assertEquals("script.q", next().id());
            assertEquals(List.of("script.q", "script.r"), checkers.enable("", false));
            assertTrue(
                    checkers.states().stream().allMatch(s -> s.health() == Health.INIT),
                    checkers.states().toString());
            checkers.stop(Phase.PRIM);
            checkers.enable("", true);
            assertTrue(checkers.states().stream().allMatch(s -> s.health() == Health.INIT));
        }
    }
}
