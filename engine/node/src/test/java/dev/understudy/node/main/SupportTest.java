package dev.understudy.node.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.node.store.Home;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Secrets are planted wherever one could lie; none may come out.
class SupportTest {
    private static final String PASSWORD = "pa\"ss\\wörd-7";
    private static final String KEY =
            "-----BEGIN PRIVATE KEY-----\nMIIplanted\n-----END PRIVATE KEY-----";

    @TempDir Path folder;

    private static Map<String, String> opened(byte[] zip) throws Exception {
        Map<String, String> files = new TreeMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return files;
    }

    private Home planted() throws Exception {
        Home home = Home.below(folder);
        home.create();
        Files.createDirectories(home.journal());
        Files.createDirectories(home.logs());
        Path module = Files.createDirectories(home.modules().resolve("db"));
        Files.writeString(home.clusterFile(), "name: demo\n");
        Files.writeString(home.keys().resolve("node.key"), KEY);
        Files.writeString(home.tokens(), "{\"hash\":\"planted-hash\"}");
        Files.writeString(module.resolve("active.json"), "{\"module\":\"db\"}");
        Files.writeString(module.resolve("secrets-3.json"), "{\"password\":\"planted-too\"}");
        Files.writeString(
                home.journal().resolve("journal.jsonl"),
                """
                {"text":"login with pa\\"ss\\\\wörd-7 failed"}
                {"text":"curl -H Authorization: Bearer planted.bearer.token"}
                {"text":"safe cluster join us1-PLANTEDPLANTED"}
                """);
        Files.writeString(home.logs().resolve("safed.log"), "x " + PASSWORD + "\n" + KEY + "\n");
        return home;
    }

    @Test
    void noSecretComesOut() throws Exception {
        byte[] zip =
                new Support(planted(), List.of(PASSWORD))
                        .zip(
                                Map.of(
                                        "modules.json",
                                        ("{\"v\":\"" + PASSWORD + "\"}")
                                                .getBytes(StandardCharsets.UTF_8)));
        Map<String, String> files = opened(zip);
        String all = files.toString();
        for (String secret :
                List.of(
                        PASSWORD,
                        "wörd",
                        "MIIplanted",
                        "planted-hash",
                        "planted-too",
                        "planted.bearer",
                        "us1-PLANTED")) {
            assertFalse(all.contains(secret), secret);
        }
        assertTrue(files.getOrDefault("logs/safed.log", "").startsWith("x (secret)"), all);
        assertTrue(
                files.getOrDefault("journal/journal.jsonl", "")
                        .contains("login with (secret) failed"));
    }

    @Test
    void whatIsNeededIsThere() throws Exception {
        Map<String, String> files =
                opened(
                        new Support(planted(), List.of())
                                .zip(Map.of("node.json", new byte[] {'x'})));
        for (String name :
                List.of(
                        "node.json",
                        "etc/cluster.yaml",
                        "modules/db.json",
                        "journal/journal.jsonl",
                        "logs/safed.log",
                        "machine/proc/version",
                        "machine/proc/meminfo")) {
            assertFalse(files.getOrDefault(name, "").isEmpty(), name + " of " + files.keySet());
        }
        assertEquals("", files.getOrDefault("missing.txt", "absent"));
        assertTrue(
                files.keySet().stream().noneMatch(n -> n.contains("key") || n.contains("token")),
                files.keySet().toString());
    }

    @Test
    void ofALongFileTheEndIsTaken() throws Exception {
        Home home = planted();
        byte[] line = "0123456789abcde\n".getBytes(StandardCharsets.US_ASCII);
        try (var out = Files.newOutputStream(home.logs().resolve("big.log"))) {
            for (int i = 0; i < (32 << 20) / line.length; i++) out.write(line);
            out.write("the end".getBytes(StandardCharsets.US_ASCII));
        }
        Map<String, String> files = opened(new Support(home, List.of()).zip(Map.of()));
        String big = files.getOrDefault("logs/big.log", "");
        assertEquals(24 << 20, big.length());
        assertTrue(big.endsWith("the end"));
    }
}
