package dev.understudy.tests.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.tests.cluster.LocalApi;
import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.demo.Stage;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.Network;
import dev.understudy.tests.lab.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What people get wrong: each a message with what, where and remedy, an exit code, and nothing
/// half installed.
class BadInputIT {
    private static Stage stage;
    private static TestCluster cluster;
    private static LabNode node;
    private static Path archive;

    @BeforeAll
    static void play() throws Exception {
        stage = Stages.ledger("BadInputIT");
        cluster = stage.cluster();
        cluster.form("bad-input");
        node = cluster.lab().nodes().getFirst();
        archive = cluster.archive("ledger");
    }

    @AfterAll
    static void end() {
        stage.close();
    }

    @AfterEach
    void nothingIsHalfInstalled() throws IOException {
        for (LabNode member : cluster.lab().nodes()) {
            LocalApi.Answer answer = LocalApi.get(cluster.socket(member), "/modules");
            if (!answer.body().toString().contains("\"ledger\"")) {
                assertFalse(
                        Files.exists(
                                member.seen(
                                        cluster.home().resolve("lib/modules/ledger/active.json"))));
                continue;
            }
            Shell.Result uninstalled = cluster.safe(member, List.of("uninstall", "-m", "ledger"));
            assertTrue(uninstalled.isOk(), uninstalled.text());
        }
    }

    @Test
    void aTruncatedArchiveIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        refused(
                install(copy("truncated.safe", Arrays.copyOf(bytes, bytes.length / 2))),
                "truncated.safe");
        assertNotInstalled();
    }

    @Test
    void anAlteredArchiveIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        bytes[bytes.length / 3] ^= 1;
        refused(install(copy("altered.safe", bytes)), "altered.safe");
        assertNotInstalled();
    }

    @Test
    void anUnknownKeyIsNamedWithItsNeighbour() throws IOException {
        Path module = cluster.lab().directory().resolve("unknown-key");
        Files.createDirectories(module.resolve("conf"));
        Files.writeString(
                module.resolve("module.yaml"),
                "format: 1\nname: x\nversion: 1.0.0\nkind: mirror\nplattforms: [linux]\n");
        Files.writeString(module.resolve("conf/userconfig.yaml"), "format: 1\n");
        Shell.Result lint = cluster.safe(node, List.of("lint", module.toString()));
        refused(lint, "plattforms", "platforms", "module.yaml:5");
    }

    @Test
    void aMissingDirectoryIsNamed() {
        Shell.Result result = install(archive, "data-dir=" + node.disk() + "/not-there");
        if (result.isOk()) {
            result = cluster.safe(node, List.of("prim", "-m", "ledger"));
        }
        refused(result, "not-there");
    }

    @Test
    void aProcessWithAnOpenFileBelowIsNamed() throws Exception {
        String file = node.disk() + "/ledger/held";
        node.must("touch", file);
        Process holder =
                node.spawn(
                        cluster.logs().resolve("holder.log"),
                        Map.of(),
                        List.of("sleep", "600"),
                        Path.of(file));
        try {
            Shell.Result result = install(archive);
            if (result.isOk()) {
                result = cluster.safe(node, List.of("prim", "-m", "ledger"));
            }
            refused(result, "sleep");
        } finally {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void anOccupiedVirtualAddressIsReported() {
        cluster.lab().client().must("ip", "addr", "add", Lab.VIRTUAL_IP + "/24", "dev", "eth0");
        try {
            Shell.Result result = install(archive);
            if (result.isOk()) {
                result = cluster.safe(node, List.of("prim", "-m", "ledger"));
            }
            refused(result, Lab.VIRTUAL_IP);
        } finally {
            cluster.lab().client().must("ip", "addr", "del", Lab.VIRTUAL_IP + "/24", "dev", "eth0");
        }
    }

    @Test
    void aPortInUseIsNamed() {
        Path home = node.disk().resolve("second");
        Shell.Result result =
                node.exec(
                        Shell.PATIENCE,
                        "",
                        List.of(
                                "timeout",
                                "20",
                                cluster.dist().resolve("bin/safed").toString(),
                                "--home",
                                home.toString()));
        assertNotEquals(0, result.exit());
        assertTrue(result.text().contains("9453") || result.text().contains("9454"), result.text());
    }

    @Test
    void aFullDiskLeavesNothingHalfInstalled() {
        node.fillDisk(0);
        try {
            Shell.Result result = install(archive);
            if (!result.isOk()) {
                refused(result);
            }
        } finally {
            node.freeDisk();
        }
    }

    @Test
    void aWrongTokenIsRefused() {
        LabNode other = cluster.lab().nodes().getLast();
        Shell.Result result =
                cluster.safe(
                        other,
                        List.of(
                                "cluster",
                                "join",
                                "us1-wrong-token",
                                "--via",
                                node.address(Network.SERVICE)));
        refused(result, "token");
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

    private static void refused(Shell.Result result, String... words) {
        assertTrue(
                List.of(1, 2, 3).contains(result.exit()),
                "exit " + result.exit() + ": " + result.text());
        for (String word : words) {
            assertTrue(result.text().contains(word), word + " is missing in: " + result.text());
        }
        assertFalse(
                result.text().contains("\tat "), "a stack trace is no message: " + result.text());
    }

    private static void assertNotInstalled() throws IOException {
        for (LabNode member : cluster.lab().nodes()) {
            assertEquals(404, LocalApi.get(cluster.socket(member), "/modules/ledger").status());
        }
    }
}
