package dev.understudy.tests.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.ledger.Ledger;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import dev.understudy.tests.lab.Shell;
import dev.understudy.tests.patch.SkippedCall;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The measuring instrument itself: a ledger on a single node, without the product. It must keep
/// every acknowledged entry over a loss of power, and a build of it that skips its fsync must be
/// caught.
@Tag("crash")
class PowerOffIT {

    @Test
    void anHonestLedgerLosesNothing() throws Exception {
        assertEquals(Set.of(), lostAfterPowerOff(""));
    }

    @Test
    void aLedgerThatSkipsItsFsyncIsCaught(@TempDir Path patch) throws Exception {
        new SkippedCall("dev.understudy.ledger.LedgerFile", "commit", "force")
                .write(ledgerJar(patch), patch);
        assertFalse(lostAfterPowerOff(patch + File.pathSeparator).isEmpty());
    }

    private static Set<String> lostAfterPowerOff(String patch) throws Exception {
        LabSpec spec = LabSpec.twoNodes(7).withDiskBytes(128L << 20).withNodes(List.of("a"));
        try (Lab lab = Lab.create(spec)) {
            LabNode node = lab.node("a");
            LedgerService ledger = new LedgerService(node.disk());
            ledger.prepare(node);
            serve(lab, patch);
            Set<String> acknowledged;
            try (Workload load = new Workload(ledger, lab.client(), 4)) {
                load.awaitCommits(50);
                assertTrue(load.longestSilenceNs(0, System.nanoTime()) > 0);
                node.powerOff();
                acknowledged = new TreeSet<>(load.acknowledged());
                node.powerOn();
                serve(lab, "");
                load.awaitCommits(5);
                acknowledged.removeAll(lab.client().call(ledger::readAll));
            }
            return acknowledged;
        }
    }

    private static void serve(Lab lab, String patch) {
        LabNode node = lab.node("a");
        node.network().must("ip", "addr", "replace", Lab.VIRTUAL_IP + "/24", "dev", "eth0");
        node.spawn(
                lab.directory().resolve("ledger.log"),
                Map.of(),
                List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xmx32m",
                        "-cp",
                        patch + classes(),
                        "dev.understudy.ledger.Ledger",
                        "serve",
                        node.disk() + "/ledger/ledger",
                        "7070"));
    }

    private static Path classes() {
        return Path.of(Ledger.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    private static Path ledgerJar(Path folder) throws Exception {
        if (Files.isRegularFile(classes())) {
            return classes();
        }
        Path jar = folder.resolve("ledger.jar");
        Shell.must(
                System.getProperty("java.home") + "/bin/jar",
                "--create",
                "--file",
                jar.toString(),
                "-C",
                classes().toString(),
                ".");
        return jar;
    }
}
