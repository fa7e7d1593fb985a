package dev.understudy.tests.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.tests.cluster.Json;
import dev.understudy.tests.cluster.LocalApi;
import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.demo.Stage;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.Shell;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What people get wrong: each a message with what, where and remedy, an exit code, and nothing
/// half installed.
@Tag("cli")
class BadInputIT {
    private static Stage stage;
    private static TestCluster cluster;
    private static LabNode node;
    private static LabNode joiner;
    private static Path archive;

    @BeforeAll
    static void play() throws Exception {
        stage = Stages.ledger("BadInputIT");
        cluster = stage.cluster();
        cluster.startDaemons();
        cluster.init("bad-input");
        node = cluster.lab().nodes().getFirst();
        joiner = cluster.lab().nodes().getLast();
        archive = cluster.archive("ledger");
        mistakesOfAJoiner();
    }

    @AfterAll
    static void end() {
        stage.close();
    }

    @AfterEach
    void nothingIsHalfInstalled() throws IOException {
        for (LabNode member : cluster.lab().nodes()) {
            String modules = LocalApi.get(cluster.socket(member), "/modules").body().toString();
            if (modules.contains("\"ledger\"")) {
                uninstall(); // the next test must not suffer
            }
            assertFalse(modules.contains("\"ledger\""), modules);
            Path folder = member.seen(cluster.home().resolve("lib/modules/ledger"));
            assertFalse(Files.exists(folder.resolve("staged.json")), folder + "/staged.json");
            Path active = folder.resolve("active.json");
            assertTrue(
                    !Files.exists(active)
                            || Json.parse(Files.readString(active))
                                    .path("version")
                                    .asText()
                                    .isEmpty(),
                    active + " is in force");
        }
    }

    /// The second node joins in the end: nothing of the mistakes before is in its way.
    private static void mistakesOfAJoiner() throws Exception {
        String token = cluster.token(node);
        char last = token.charAt(token.length() - 1);
        String wrong = token.substring(0, token.length() - 1) + (last == '0' ? '1' : '0');
        refused(1, cluster.safe(joiner, cluster.joining(joiner, node, wrong)), "HA-42", "token");
        refused(
                1,
                cluster.safe(joiner, cluster.joining(joiner, node, "no-token")),
                "HA-4201",
                "token");
        try (AutoCloseable _ = occupied(joiner, 9453)) {
            refused(
                    1,
                    cluster.safe(joiner, cluster.joining(joiner, node, token)),
                    "HA-4119",
                    "9453");
        }
        assertEquals(List.of("a"), members(node));
        cluster.must(joiner, cluster.joining(joiner, node, token));
        assertEquals(List.of("a", "b"), members(node));
    }

    private static List<String> members(LabNode member) {
        List<String> names = new ArrayList<>();
        Json.parse(cluster.must(member, List.of("cluster", "state", "--format", "json")))
                .path("cluster")
                .path("members")
                .forEach(entry -> names.add(entry.path("name").asText()));
        return names;
    }

    /// Somebody else listens on a port.
    private static AutoCloseable occupied(LabNode member, int port) throws Exception {
        return member.network().call(() -> new ServerSocket(port));
    }

    @Test
    void aTruncatedArchiveIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        Path file = copy("truncated.safe", Arrays.copyOf(bytes, bytes.length / 2));
        refused(1, install(file), "truncated.safe");
    }

    @Test
    void anAlteredArchiveIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        bytes[bytes.length / 3] ^= 1;
        refused(1, install(copy("altered.safe", bytes)), "altered.safe");
    }

    @Test
    void anArchiveThatIsNotThereIsNamed() {
        Path file = cluster.lab().directory().resolve("absent.safe");
        refused(3, install(file), "absent.safe", "no such file");
    }

    @Test
    void anUnknownKeyIsNamedWithItsNeighbour() throws IOException {
        Path module = moduleWith("plattforms: [linux]\n");
        refused(
                1,
                cluster.safe(node, List.of("lint", module.toString())),
                "plattforms",
                "platforms",
                "module.yaml:5");
        Path packed = cluster.lab().directory().resolve("unknown-key.safe");
        refused(
                1,
                cluster.safe(node, List.of("pack", "-o", packed.toString(), module.toString())),
                "plattforms");
        assertFalse(Files.exists(packed));
    }

    @Test
    void aMissingDirectoryIsNamed() {
        refused(
                1,
                install(archive, "data-dir=" + node.disk() + "/not-there"),
                "HA-4406",
                "'data'",
                "not-there");
    }

    @Test
    void aProcessWithAnOpenFileBelowIsNamedAtInstallation() throws Exception {
        try (AutoCloseable _ = held()) {
            refused(1, install(archive), "HA-4406", "sleep (pid ", "/ledger/held");
        }
    }

    /// From the installation on nobody can come to write below: the directory is mounted read-only.
    @Test
    void anInstalledDirectoryTakesNoWritesBeforeItServes() {
        installed();
        String file = node.disk() + "/ledger/by-hand";
        Await.until(
                file + " is refused",
                Shell.PATIENCE,
                () ->
                        node.exec(Shell.PATIENCE, "", List.of("touch", file))
                                .err()
                                .contains("Read-only file system"));
        uninstall();
    }

    private static AutoCloseable held() throws IOException {
        String file = node.disk() + "/ledger/held";
        node.must("touch", file);
        node.spawn(
                cluster.logs().resolve("holder.log"),
                Map.of(),
                List.of("sleep", "600"),
                Path.of(file));
        Await.until("sleep runs", Shell.PATIENCE, () -> asleep("pgrep"));
        return () -> {
            Await.until("sleep is gone", Shell.PATIENCE, () -> !asleep("pkill"));
            node.must("rm", "-f", file);
        };
    }

    /// Only processes of the node are seen, and ended, from inside it.
    private static boolean asleep(String command) {
        return node.exec(Shell.PATIENCE, "", List.of(command, "-x", "sleep")).isOk();
    }

    @Test
    void anOccupiedVirtualAddressIsReportedAtInstallation() {
        occupyAddress();
        try {
            refused(1, install(archive), "HA-4406", "'main'", Lab.VIRTUAL_IP);
        } finally {
            freeAddress();
        }
    }

    /// Taken after the installation: the data are served, the state says what clients miss and why.
    @Test
    void anOccupiedVirtualAddressIsReportedAtTheStart() {
        installed();
        occupyAddress();
        try {
            cluster.must(node, List.of("prim", "-m", "ledger"));
            Await.until(
                    () -> "state tells of the address; " + cluster.describe("ledger"),
                    Shell.PATIENCE,
                    () -> {
                        String state = cluster.must(node, List.of("state", "-m", "ledger"));
                        return state.contains("HA-2107")
                                && state.contains(Lab.VIRTUAL_IP)
                                && state.contains("remedy: ");
                    });
        } finally {
            freeAddress();
        }
        uninstall();
    }

    private static void occupyAddress() {
        cluster.lab().client().must("ip", "addr", "add", Lab.VIRTUAL_IP + "/24", "dev", "eth0");
    }

    private static void freeAddress() {
        cluster.lab().client().must("ip", "addr", "del", Lab.VIRTUAL_IP + "/24", "dev", "eth0");
    }

    /// A second daemon on a node whose ports are taken by the first: the same home is locked,
    /// another one may not listen.
    @Test
    void aSecondDaemonOfTheSameHomeIsRefused() {
        Shell.Result result =
                node.exec(
                        Shell.PATIENCE,
                        "",
                        List.of(
                                cluster.dist().resolve("bin/safed").toString(),
                                "--home",
                                cluster.home().toString()));
        assertEquals(3, result.exit(), result.text());
        assertTrue(result.text().contains("HA-"), result.text());
        assertNoTrace(result);
    }

    @Test
    void aFullDiskLeavesNothingHalfInstalled() throws IOException {
        node.fillDisk(0);
        try {
            refused(3, install(archive), "space");
        } finally {
            node.freeDisk();
        }
        nothingIsHalfInstalled();
        installed();
        uninstall();
    }

    private static void installed() {
        Shell.Result result = install(archive);
        assertEquals(0, result.exit(), result.text());
    }

    private static void uninstall() {
        for (LabNode member : cluster.lab().nodes()) {
            cluster.must(member, List.of("stop", "-m", "ledger"));
        }
        cluster.must(node, List.of("uninstall", "-m", "ledger"));
    }

    private static Shell.Result install(Path file, String... settings) {
        List<String> words = new ArrayList<>(List.of("install", file.toString()));
        words.addAll(stage.application().parameters(cluster.dist()));
        for (String setting : settings) {
            words.addAll(List.of("--set", setting));
        }
        return cluster.safe(node, words);
    }

    private static Path copy(String name, byte[] bytes) throws IOException {
        return Files.write(cluster.lab().directory().resolve(name), bytes);
    }

    private static Path moduleWith(String key) throws IOException {
        Path module = cluster.lab().directory().resolve("unknown-key");
        Files.createDirectories(module.resolve("conf"));
        Files.writeString(
                module.resolve("module.yaml"),
                "format: 1\nname: x\nversion: 1.0.0\nkind: mirror\n" + key);
        Files.writeString(module.resolve("conf/userconfig.yaml"), "format: 1\n");
        return module;
    }

    /// What, where and remedy, and the exit code of tools/EXIT.md.
    private static void refused(int exit, Shell.Result result, String... words) {
        assertEquals(exit, result.exit(), result.text());
        for (String word : words) {
            assertTrue(result.text().contains(word), word + " is missing in: " + result.text());
        }
        assertTrue(
                result.text().contains("remedy: ") || result.text().contains("; "),
                "no remedy: " + result.text());
        assertNoTrace(result);
    }

    private static void assertNoTrace(Shell.Result result) {
        assertFalse(
                result.text().contains("\tat "), "a stack trace is no message: " + result.text());
    }
}
