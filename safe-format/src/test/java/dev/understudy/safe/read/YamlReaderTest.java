package dev.understudy.safe.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Node;
import dev.understudy.safe.Platform;
import dev.understudy.safe.ReadResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlReaderTest {
    @Nested
    class Scalars {
        @ParameterizedTest
        @CsvSource({
            "12,12",
            "-3,-3",
            "+4,4",
            "0,0",
            "007x,",
            "1:30,",
            "no,",
            "2026-11-22,",
            "'''12''',"
        })
        void wholeNumbersAreDecimalAndAllElseIsText(String written, Long expected) {
            Node.Scalar scalar = scalar("a: " + written);
            assertEquals(expected == null ? written.replace("'", "") : expected, scalar.value());
        }

        @Test
        void nothingIsNothing() {
            assertNull(scalar("a:").value());
            assertNull(scalar("a: ~").value());
            assertEquals("", scalar("a: ''").value());
        }

        @Test
        void decimalsKeepTheirText() {
            assertEquals(1.50, scalar("a: 1.50").value());
            assertEquals("1.50", scalar("a: 1.50").text());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: true|1:4|Y005",
                "a: 010|1:4|Y007",
                "a: 0x1f|1:4|Y007",
                "a: 1234567890123456789|1:4|Y007",
                "a: &x 1|1:4|Y003",
                "a: *x|1:4|Y003",
                "a: !!str 1|1:4|Y003",
                "a: !x [1]|1:4|Y003",
                "<<: {a: 1}|1:1|Y003",
                "{a: 1, a: 2}|1:8|Y004",
                "[1]: 2|1:1|Y008",
                "- 1|1:1|Y008",
                "a: [1|1:6|Y001",
                "'\"ö😀\": {b: 010}'|1:12|Y007",
            })
    void whatIsNotAllowedHasItsPlace(String text, String place, String id) {
        List<Finding> findings = new ArrayList<>();
        String yaml = text.startsWith("'") ? text.substring(1, text.length() - 1) : text;
        YamlReader.read("x", yaml.getBytes(StandardCharsets.UTF_8), findings);
        assertEquals(
                "x:" + place + " " + id,
                findings.getFirst().position() + " " + findings.getFirst().id());
    }

    @Test
    void hostileFilesAreRefusedQuickly() {
        String[] texts = {
            "a: " + "[".repeat(100_000),
            "a: " + "{b: ".repeat(50_000),
            "- ".repeat(100_000),
            "? ".repeat(100_000),
            "a: &a [" + "&b [".repeat(1000),
            "a: \"" + "\\u0041".repeat(40_000) + "\"",
            "a: " + "9".repeat(200_000),
            "a: |\n" + " x\n".repeat(60_000),
            "a".repeat(262_000) + ": 1",
            "a: 'x\n" + "\n".repeat(200_000) + "'",
            "%YAML 1.1\n---\na: 1\n---\nb: 1",
            "\uFEFFa: 1",
            "a: \u202e1",
            "a: 1\r2",
            "\ta: 1",
            "a: @x",
        };
        for (String text : texts) {
            long start = System.nanoTime();
            List<Finding> findings = new ArrayList<>();
            YamlReader.read("x", text.getBytes(StandardCharsets.UTF_8), findings);
            long ms = (System.nanoTime() - start) / 1_000_000;
            String shown = text.substring(0, Math.min(20, text.length()));
            assertTrue(ms < 20_000, () -> shown + " took " + ms + " ms");
        }
    }

    /// Whatever a configuration becomes by changes at random, reading and resolving it ends with
    /// findings or a configuration, never with an exception.
    @Test
    void changedConfigurationsNeverThrow() {
        long seed = 20_261_122L;
        Random random = new Random(seed);
        String[] pieces = {
            ":",
            "-",
            "[",
            "]",
            "{",
            "}",
            "\n",
            "  ",
            "$(",
            ")",
            "$$(",
            "'",
            "\"",
            "on",
            "true",
            "1",
            "#",
            "&",
            "*",
            "!",
            "id",
            "port",
            "when: set",
            "99999999999999999",
            "é"
        };
        int good = 0;
        for (int i = 0; i < 3000; i++) {
            StringBuilder text = new StringBuilder(Modules.CONFIG);
            for (int changes = random.nextInt(3) + 1; changes > 0; changes--) {
                int at = random.nextInt(text.length());
                int end = Math.min(text.length(), at + random.nextInt(6));
                text.replace(at, end, pieces[random.nextInt(pieces.length)]);
            }
            ReadResult read =
                    SafeReader.of(Modules.archive("conf/userconfig.yaml", text.toString()));
            if (read.module().isPresent()) {
                var resolved =
                        Resolver.resolve(
                                read.module().get(),
                                Map.of("virtual-ip", "10.0.0.9"),
                                Platform.DEBIAN);
                assertEquals(
                        Finding.anyError(resolved.findings()),
                        resolved.config().isEmpty(),
                        text::toString);
                good += resolved.config().isPresent() ? 1 : 0;
            }
        }
        assertTrue(good > 100, "too few survive to show anything: " + good);
    }

    private static Node.Scalar scalar(String text) {
        List<Finding> findings = new ArrayList<>();
        Node.Mapping root =
                YamlReader.read("x", text.getBytes(StandardCharsets.UTF_8), findings).orElseThrow();
        assertEquals(List.of(), findings);
        return assertInstanceOf(Node.Scalar.class, root.get("a"));
    }
}
