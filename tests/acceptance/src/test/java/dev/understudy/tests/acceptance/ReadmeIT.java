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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The block of README.md for authors, typed on a node of a real cluster; then what an
/// administrator does with that module: signatures asked for, an upgrade, the way back.
@Tag("cli")
class ReadmeIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static Stage stage;
    private static TestCluster cluster;
    private static LabNode node;
    private static LabNode peer;

    @BeforeAll
    static void play() throws Exception {
        stage = Stages.ledger("ReadmeIT");
        cluster = stage.cluster();
        cluster.startDaemons();
        cluster.form("readme");
        node = cluster.lab().nodes().getFirst();
        peer = cluster.lab().nodes().getLast();
        for (LabNode one : List.of(node, peer)) one.must("mkdir", "-p", one.disk() + "/notes");
    }

    @AfterAll
    static void end() {
        stage.close();
    }

    private static Shell.Result shell(Path folder, String text) {
        String prepared =
                "set -e; export PATH='%s':\"$PATH\" UNDERSTUDY_HOME='%s'; cd '%s'\n%s"
                        .formatted(cluster.dist().resolve("bin"), cluster.home(), folder, text);
        return node.exec(PATIENCE, "", List.of("bash", "-c", prepared));
    }

    private static String version(LabNode at) throws IOException {
        return Json.parse(
                        LocalApi.get(cluster.socket(at), "/modules/notes/config").body().toString())
                .path("version")
                .asText();
    }

    private static void refused(Shell.Result result, String code) throws IOException {
        assertEquals(1, result.exit(), result.text());
        assertTrue(result.text().contains(code), result.text());
        assertTrue(result.text().contains("remedy: "), result.text());
        for (LabNode one : List.of(node, peer)) {
            Path folder = one.seen(cluster.home().resolve("lib/modules/notes"));
            assertFalse(Files.exists(folder.resolve("staged.json")), "half installed");
        }
    }

    /// A light module as `safe new` makes it, its unit of systemd replaced by a program, for there
    /// is no systemd in the lab: it serves, is watched and restarted, and stops.
    @Test
    void aLightModuleServesOnOneNode() throws Exception {
        Path folder = Files.createDirectories(cluster.lab().directory().resolve("light"));
        cluster.must(node, List.of("cluster", "signatures", "off")); // the other test asks for them
        Await.until(
                "the other node asks for none",
                PATIENCE,
                () -> !cluster.must(peer, List.of("cluster", "state")).contains("require"));
        Shell.Result made =
                shell(
                        folder,
                        """
                        safe new light web --yes; cd web
                        python3 - <<'END'
                        import re
                        path = 'conf/userconfig.yaml'
                        text = open(path).read()
                        text = text.replace('type: systemd', 'type: command\\n    foreground: on')
                        text = text.replace('unit: $(service).service',
                            "start: [/usr/bin/python3, -m, http.server, '$(port)']")
                        open(path, 'w').write(text.replace('    boot: manual\\n', ''))
                        END
                        sed -i '/service: {type/d' module.yaml
                        safe pack -o web.safe; safe install web.safe; safe start -m web
                        """);
        assertEquals(0, made.exit(), made.text());
        cluster.awaitState(node, "web", "UP", PATIENCE);
        String ask =
                "python3 -c 'import urllib.request as u; u.urlopen(\"http://127.0.0.1:8080\")'";
        Shell.Result serves = shell(folder, "safe state --check -m web; " + ask);
        assertEquals(0, serves.exit(), serves.text());
        Shell.Result explained = shell(folder, "safe explain -m web");
        assertTrue(explained.text().contains("web (light) on a is UP"), explained.text());
        long first = node.processes("http.server").getFirst();
        assertTrue(ProcessHandle.of(first).orElseThrow().destroyForcibly());
        Await.until(
                "the program runs again",
                PATIENCE,
                () -> node.processes("http.server").stream().anyMatch(pid -> pid != first));
        Shell.Result stopped = shell(folder, "safe stop -m web");
        assertEquals(0, stopped.exit(), stopped.text());
        assertEquals(List.of(), node.processes("http.server"));
    }

    @Test
    void fromNothingToAnInstalledSignedModuleAndOn() throws Exception {
        Path folder = Files.createDirectories(cluster.lab().directory().resolve("author"));
        String readme =
                Files.readString(Path.of(System.getProperty("project")).resolve("README.md"));
        int begin = readme.indexOf("```sh\nsafe new mirror");
        String block =
                readme.substring(begin + 6, readme.indexOf("```", begin + 6))
                        .replace(
                                "virtual-ip=10.0.0.9",
                                "virtual-ip="
                                        + Lab.VIRTUAL_IP
                                        + " --set data-dir="
                                        + node.disk()
                                        + "/notes");
        Shell.Result done = shell(folder, block);
        assertEquals(0, done.exit(), done.text());
        assertTrue(done.text().contains("notes 0.1.0 installed, revision 1"), done.text());
        for (LabNode one : List.of(node, peer)) assertEquals("0.1.0", version(one));

        Path notes = folder.resolve("notes");
        Shell.Result asked =
                shell(notes, "safe cluster signatures require --allowed-signers allowed_signers");
        assertEquals(0, asked.exit(), asked.text());
        Await.until(
                "the other node asks for signatures too",
                Shell.PATIENCE,
                () -> cluster.must(peer, List.of("cluster", "state")).contains("require"));
        String next =
                "sed -i 's/^version: .*/version: 0.2.0/' module.yaml; safe pack -o next.safe >/dev/null\n";
        refused(shell(notes, next + "safe upgrade next.safe"), "HA-4413");
        refused(shell(notes, "cp notes.safe.sig next.safe.sig; safe upgrade next.safe"), "HA-4414");
        refused(
                shell(
                        notes,
                        "ssh-keygen -q -t ed25519 -N '' -f other; rm next.safe.sig; safe sign --key other"
                                + " next.safe; safe upgrade next.safe"),
                "HA-4415");
        Shell.Result upgraded =
                shell(
                        notes,
                        "safe sign --key key next.safe; safe plan next.safe -o p; safe apply p");
        assertEquals(0, upgraded.exit(), upgraded.text());
        for (LabNode one : List.of(node, peer)) assertEquals("0.2.0", version(one));
        refused(shell(notes, "safe install notes.safe"), "HA-4416");
        refused(shell(notes, "safe apply p"), "HA-4417");
        Shell.Result back = shell(notes, "safe rollback -m notes");
        assertEquals(0, back.exit(), back.text());
        for (LabNode one : List.of(node, peer)) assertEquals("0.1.0", version(one));

        // there is no unit notes.service in the lab, and preflight finds that on both nodes
        Shell.Result preflight = shell(notes, "safe preflight -m notes");
        assertEquals(1, preflight.exit(), preflight.text());
        for (String words :
                new String[] {
                    "a: service 'app': no unit notes.service",
                    "b: service 'app'",
                    "MiB/s",
                    "first copy about"
                }) {
            assertTrue(
                    preflight.text().contains(words), words + " is missing in " + preflight.text());
        }
    }
}
