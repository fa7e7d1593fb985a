package dev.understudy.node.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.core.failover.Timing;
import dev.understudy.safe.Archive;
import dev.understudy.safe.Platform;
import dev.understudy.safe.UserConfig;
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

    @Test
    void fastSettingsFitTogether() {
        Timing fast =
                SettingsOf.timing(
                        config("heartbeats: {interval: 50ms, lease: 180ms, timeout: 500ms}\n"));
        assertEquals(500_000_000L, fast.graceNs());
        assertEquals(150_000_000L, fast.probeNs());
    }

    private static UserConfig config(String more) {
        Map<String, Archive.File> files =
                Map.of(
                        "module.yaml",
                        file("format: 1\nname: m\nversion: 1.0.0\nkind: mirror\n"),
                        "conf/userconfig.yaml",
                        file(
                                "format: 1\nreplication: {directories: [{id: data, path: /srv/m}]}\n"
                                        + more));
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
}
