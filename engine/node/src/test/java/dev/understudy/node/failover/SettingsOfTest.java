package dev.understudy.node.failover;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Timing;
import dev.understudy.safe.Archive;
import dev.understudy.safe.Platform;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.lint.Linter;
import dev.understudy.safe.read.Resolver;
import dev.understudy.safe.read.SafeReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsOfTest {
    /// What FAILOVER.md promises is what a module without a word about heartbeats gets.
    @Test
    void aModuleThatSaysNothingGetsTheDefaults() {
        assertEquals(Timing.DEFAULT, SettingsOf.timing(config("")));
    }

    /// The commands' times come on top of the window, on both nodes; by other policies nothing is
    /// run.
    @Test
    void fencingLengthensTheWindow() {
        String fencing =
                "fencing: [{id: bmc, command: [/bin/a], within: 3s}, {id: pdu, command: [/bin/b]}]";
        var protect = SettingsOf.of("a", "b", "1", config("isolation: {" + fencing + "}\n"));
        assertEquals(13_000_000_000L, protect.fencingNs());
        assertEquals(17_000_000_000L, protect.timing().windowNs());
        assertEquals(17_000_000_000L / 8, protect.timing().marginNs());
        assertTrue(protect.isFencing());
        var manual =
                SettingsOf.of(
                        "a", "b", "1", config("isolation: {policy: manual, " + fencing + "}\n"));
        assertEquals(0, manual.fencingNs());
        assertEquals(Timing.DEFAULT, manual.timing());
    }

    @Test
    void fastSettingsFitTogether() {
        Timing fast =
                SettingsOf.timing(
                        config("heartbeats: {interval: 50ms, lease: 200ms, timeout: 500ms}\n"));
        assertEquals(500_000_000L, fast.graceNs());
        assertEquals(150_000_000L, fast.probeNs());
    }

    /// An author learns of times that do not fit together from lint, not from a daemon that refuses
    /// the module.
    @Test
    void whatLintAcceptsTheEngineAccepts() {
        int accepted = 0;
        int refused = 0;
        for (int interval : new int[] {20, 50, 100, 200, 500}) {
            for (int lease : new int[] {80, 150, 200, 400, 800, 1500, 1900, 3000}) {
                for (int timeout : new int[] {100, 200, 350, 364, 365, 500, 1000, 2000, 4000}) {
                    String beats =
                            "heartbeats: {interval: %dms, lease: %dms, timeout: %dms}\n"
                                    .formatted(interval, lease, timeout);
                    if (isRefusedByLint(beats)) {
                        refused++;
                    } else {
                        accepted++;
                        assertDoesNotThrow(() -> SettingsOf.timing(config(beats)), beats);
                    }
                }
            }
        }
        assertTrue(accepted > 40 && refused > 40, accepted + " accepted, " + refused + " refused");
    }

    private static boolean isRefusedByLint(String more) {
        return Linter.lint(read(more)).stream().anyMatch(finding -> finding.id().equals("C028"));
    }

    private static UserConfig config(String more) {
        var read = read(more);
        var resolved =
                Resolver.resolve(
                        read.module().orElseThrow(() -> new AssertionError(read.findings())),
                        Map.of(),
                        Platform.DEBIAN);
        return resolved.config().orElseThrow(() -> new AssertionError(resolved.findings()));
    }

    private static ReadResult read(String more) {
        Map<String, Archive.File> files =
                Map.of(
                        "module.yaml",
                        file("format: 1\nname: m\nversion: 1.0.0\nkind: mirror\n"),
                        "conf/userconfig.yaml",
                        file(
                                "format: 1\nreplication: {directories: [{id: data, path: /srv/m}]}\n"
                                        + more));
        return SafeReader.of(Archive.of(files));
    }

    private static Archive.File file(String text) {
        return new Archive.File(text.getBytes(StandardCharsets.UTF_8), false);
    }
}
