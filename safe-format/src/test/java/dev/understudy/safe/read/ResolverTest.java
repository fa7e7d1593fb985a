package dev.understudy.safe.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Checker;
import dev.understudy.safe.Platform;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.Replication;
import dev.understudy.safe.Resolved;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.Service;
import dev.understudy.safe.Size;
import dev.understudy.safe.UserConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResolverTest {
    @Test
    void valuesReplaceReferencesAndKeepTheirType() {
        UserConfig config = config(Map.of("virtual-ip", "10.0.0.9", "port", "81"), Platform.DEBIAN);
        assertEquals("/10.0.0.9", config.virtualIps().getFirst().address().toString());
        Service.Command app =
                assertInstanceOf(Service.Command.class, config.services().getFirst().kind());
        assertEquals(
                List.of("/usr/bin/shop", "--port", "81", "--data=/var/lib/shop/x"), app.start());
        assertTrue(app.isOk(Service.Step.START, 2));
        assertEquals(new Checker.Tcp("localhost", 81), config.checkers().getFirst().kind());
        assertEquals(Duration.ofMinutes(2), config.timeouts().start());
    }

    @Test
    void platformsHaveTheirOwnDefaults() {
        UserConfig config = config(Map.of("virtual-ip", "10.0.0.9"), Platform.REDHAT);
        assertEquals("/srv/shop", config.replication().directories().getFirst().path());
    }

    @Test
    void anItemOfAnEmptyOptionalParameterIsDropped() {
        assertEquals(
                1,
                config(Map.of("virtual-ip", "::1"), Platform.DEBIAN)
                        .replication()
                        .directories()
                        .size());
        assertEquals(
                2,
                config(Map.of("virtual-ip", "::1", "conf-dir", "/etc/shop"), Platform.DEBIAN)
                        .replication()
                        .directories()
                        .size());
    }

    @Test
    void whatIsWrongWithValuesIsSaidByName() {
        Resolved resolved =
                Resolver.resolve(
                        module(), Map.of("port", "0", "virtul-ip", "10.0.0.9"), Platform.DEBIAN);
        assertTrue(resolved.config().isEmpty());
        assertEquals(
                """
                module.yaml:7:3: error [M007] parameter 'virtual-ip' has no value (Address of the service); give it: --set virtual-ip=…
                values: error [M008] parameter 'port' must be a port from 1 to 65535, not '0'
                values: error [M009] the module has no parameter 'virtul-ip'; did you mean 'virtual-ip'?
                """,
                lines(resolved.findings()));
    }

    @Test
    void quarantineHasLimits() {
        assertEquals(
                Replication.Quarantine.DEFAULT, quarantine("{directories: [{id: a, path: /d}]}"));
        assertEquals(
                new Replication.Quarantine(new Size(3L << 20), Duration.ofHours(36)),
                quarantine(
                        "{quarantine: {max-size: 3MiB, max-age: 36h}, directories: [{id: a, path:"
                                + " /d}]}"));
    }

    private static Replication.Quarantine quarantine(String replication) {
        Resolved resolved =
                Resolver.resolve(
                        module(
                                "conf/userconfig.yaml",
                                "format: 1\nreplication: " + replication + "\n"),
                        Map.of("virtual-ip", "10.0.0.9"),
                        Platform.DEBIAN);
        return resolved.config().orElseThrow().replication().quarantine();
    }

    @Test
    void differencesFromTheSchemaHaveTheirPlace() {
        String config =
                """
                format: 1
                services:
                  - id: web
                    type: systemd
                    nmae: x
                  - id: app
                    type: command
                    unit: x
                    start: /bin/true
                    ok-codes: {start: [900]}
                    ready: {within: 3s}
                virtual-ips: [{id: Main, address: $(virtual-ipp)}]
                replication: {durability: ram, directories: [{id: a, path: data}]}
                module: {boot: yes, restart-limit: {count: 3}}
                timeouts: {start: 30}
                """;
        Resolved resolved =
                Resolver.resolve(
                        module("conf/userconfig.yaml", config),
                        Map.of("virtual-ip", "10.0.0.9"),
                        Platform.DEBIAN);
        assertEquals(
                """
                conf/userconfig.yaml:3:5: error [C002] property 'unit' is missing; add it: one line of text, at most 200 characters
                conf/userconfig.yaml:5:5: error [C012] property 'nmae' is not known; did you mean 'name'?
                conf/userconfig.yaml:8:5: error [C004] property 'unit' is not used for type 'command'; used for type 'command': id, type, platforms, when, boot, ready, watch, start, stop, force-stop, status, ok-codes, foreground, user, directory, environment
                conf/userconfig.yaml:9:12: error [C003] expected a list: a program by its absolute path, then its arguments, found '/bin/true'
                conf/userconfig.yaml:10:24: error [C003] expected a whole number from 0 to 255, found '900'
                conf/userconfig.yaml:11:12: error [C003] expected one of tcp, after, file, command; for instance {tcp: 5432, within: 60s}, found a mapping
                conf/userconfig.yaml:12:20: error [C003] expected a name of lower case letters, digits and '-', at most 32, a letter first, found 'Main'
                conf/userconfig.yaml:12:35: error [C005] parameter 'virtual-ipp' is not declared; did you mean $(virtual-ip)?
                conf/userconfig.yaml:13:27: error [C003] expected memory or disk, found 'ram'
                conf/userconfig.yaml:13:60: error [C003] expected an absolute path, found 'data'
                conf/userconfig.yaml:14:16: error [C003] expected on, off or auto, found 'yes'
                conf/userconfig.yaml:14:36: error [C002] property 'within' is missing; add it: a duration such as 500ms, 30s, 2m or 24h
                conf/userconfig.yaml:15:19: error [C003] expected a duration such as 500ms, 30s, 2m or 24h, found '30'
                """,
                lines(resolved.findings()));
    }

    private static String lines(List<?> findings) {
        StringBuilder out = new StringBuilder();
        findings.forEach(f -> out.append(f).append('\n'));
        return out.toString();
    }

    private static UserConfig config(Map<String, String> values, Platform platform) {
        Resolved resolved = Resolver.resolve(module(), values, platform);
        assertEquals(List.of(), resolved.findings());
        return resolved.config().orElseThrow();
    }

    private static SafeModule module(String... replaced) {
        ReadResult read = SafeReader.read("shop.safe", Modules.archive(replaced).toBytes());
        assertEquals(List.of(), read.findings());
        return read.module().orElseThrow();
    }
}
