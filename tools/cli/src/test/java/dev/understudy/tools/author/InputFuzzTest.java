package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.sun.management.ThreadMXBean;
import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Platform;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.lint.Report;
import dev.understudy.safe.read.Resolver;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.safe.read.YamlReader;
import dev.understudy.safe.sign.AllowedSigners;
import dev.understudy.safe.sign.SigningKey;
import dev.understudy.safe.sign.SshSignature;
import dev.understudy.safe.sign.Verification;
import dev.understudy.tools.importer.Importer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Whatever bytes come in, what reads them answers with findings or with an `IOException` that has
/// words: it does not fail in another way, hang, or take memory without bound.
///
/// `-Dfuzz.seconds` (for each reader; 1) and `-Dfuzz.seed`; a failure names the seed and keeps the
/// bytes in `target/fuzz/`.
class InputFuzzTest {
    private static final long SECONDS = Long.getLong("fuzz.seconds", 1);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final long TIME_NS_MAX = Duration.ofSeconds(10).toNanos();

    /// Allocated in one call, garbage included.
    private static final long ALLOCATED_MAX = 512L << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// Words that are near to something that is parsed.
    private static final List<String> WORDS =
            List.of(
                    "$(virtual-ip)",
                    "$(",
                    "$$(",
                    "&a [*a]",
                    "!!str",
                    "<<: ",
                    "- ",
                    ": ",
                    "{",
                    "}",
                    "[",
                    "]",
                    "\n",
                    "\t",
                    "\u0000",
                    "\uFEFF",
                    "99999999999999999999",
                    "-1",
                    "1e999",
                    "0x",
                    "platforms: [",
                    "when: ",
                    "id: a",
                    "if: 'a.b == up && (",
                    "PK\u0001\u0002",
                    "PK\u0005\u0006",
                    "../",
                    "//",
                    "CON",
                    "\u00ff\u00fe",
                    "<!DOCTYPE x [",
                    "<![CDATA[",
                    "&#0;",
                    "%A%",
                    "/>",
                    "<rfs>",
                    "<virtual_addr addr=\"",
                    "*/60s",
                    "10MiB/s",
                    "(((((((((((((((((((((",
                    "import { x } from 'safe';",
                    "`${",
                    "/(a+)+$/",
                    "await ",
                    "export default ");

    /// What reads.
    interface Target {
        /// Reads.
        ///
        /// @throws IOException with words for people
        void read(byte[] bytes) throws IOException;
    }

    @TestFactory
    List<DynamicTest> nothingBreaksAReader() throws IOException {
        byte[] archive = Archive.of(Cases.base()).toBytes();
        byte[] config = bytes(Cases.base(), "conf/userconfig.yaml");
        byte[] manifest = bytes(Cases.base(), "module.yaml");
        SigningKey key = SigningKey.generate();
        String signature = key.sign(archive).armored();
        String signers =
                "ann,bob namespaces=\"safe-*\",valid-before=\"20991231\" " + key.key().line();
        return List.of(
                test("archive", InputFuzzTest::archive, archive),
                test("configuration", InputFuzzTest::configuration, config),
                test("manifest", InputFuzzTest::manifest, manifest),
                test("yaml", InputFuzzTest::yaml, config, manifest),
                test("script", InputFuzzTest::script, script()),
                test(
                        "import archive",
                        InputFuzzTest::foreign,
                        zip(XML.getBytes(StandardCharsets.UTF_8))),
                test(
                        "import userconfig.xml",
                        bytes -> foreign(zip(bytes)),
                        XML.getBytes(StandardCharsets.UTF_8)),
                test(
                        "signature",
                        bytes -> signature(archive, bytes, key),
                        signature.getBytes(StandardCharsets.US_ASCII)),
                test(
                        "allowed signers",
                        bytes -> AllowedSigners.parse(new String(bytes, StandardCharsets.UTF_8)),
                        signers.getBytes(StandardCharsets.US_ASCII)),
                test(
                        "key",
                        bytes -> SigningKey.parse(new String(bytes, StandardCharsets.UTF_8)),
                        KEY.getBytes(StandardCharsets.US_ASCII)));
    }

    private static final String XML =
            """
            <safe><macro name="D" value="/srv/d"/><service mode="mirror" boot="on" maxloop="3">
            <heart pulse="700" timeout="30s"><heartbeat name="default"/></heart>
            <vip><interface_list><interface><real_interface><virtual_addr addr="192.0.2.1" where="one_side_alias"/>
            </real_interface></interface></interface_list></vip>
            <rfs async="second"><replicated dir="%D%"><notreplicated path="a"/><tocheck path="b"/></replicated></rfs>
            <errd polltimer="10"><proc name="x" atleast="1" action="restart" class="prim"/></errd>
            <check><tcp ident="p" when="prim"><to addr="127.0.0.1" port="80"/></tcp></check>
            <failover><![CDATA[r: if (tcp.p == down) then restart]]></failover></service></safe>
            """;

    // the head of a key file, without a key
    private static final String KEY =
            """
            -----BEGIN OPENSSH PRIVATE KEY-----
            b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB
            -----END OPENSSH PRIVATE KEY-----
            """;

    private static byte[] bytes(Map<String, Archive.File> files, String path) {
        return java.util.Objects.requireNonNull(files.get(path)).bytes();
    }

    private static byte[] script() throws IOException {
        return Files.readAllBytes(Path.of("../../module-library/postgresql/checkers/query.js"));
    }

    private static void archive(byte[] bytes) {
        use(SafeReader.read("x.safe", bytes));
    }

    private static void configuration(byte[] bytes) {
        Map<String, Archive.File> files = Cases.base();
        files.put("conf/userconfig.yaml", new Archive.File(bytes, false));
        module(files);
    }

    private static void manifest(byte[] bytes) {
        Map<String, Archive.File> files = Cases.base();
        files.put("module.yaml", new Archive.File(bytes, false));
        module(files);
    }

    private static void script(byte[] bytes) {
        Map<String, Archive.File> files = Cases.base();
        files.put("scripts/start_prim.js", new Archive.File(bytes, false));
        module(files);
    }

    private static void module(Map<String, Archive.File> files) {
        Archive archive = Archive.of(files);
        ReadResult read = SafeReader.of(archive);
        use(read);
        Source source = new Source("", archive, read);
        String text = Report.text(source.lint(), "", _ -> Optional.empty());
        assertFalse(text.contains("Exception"), text);
    }

    private static void use(ReadResult read) {
        Report.json(read.findings());
        read.module()
                .ifPresent(m -> {
                    if (!Finding.anyError(read.findings())) {
                        Resolver.resolve(
                                m, Resolver.exampleTexts(m, Platform.DEBIAN), Platform.DEBIAN);
                    }
                });
    }

    private static void yaml(byte[] bytes) {
        YamlReader.read("x.yaml", bytes, new ArrayList<>());
    }

    private static void foreign(byte[] archive) throws IOException {
        Importer.read("x", archive);
    }

    private static byte[] zip(byte[] xml) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("conf/userconfig.xml"));
            zip.write(xml);
            zip.putNextEntry(new ZipEntry("bin/start_prim"));
            zip.write("#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    private static void signature(byte[] archive, byte[] bytes, SigningKey key) throws IOException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        SshSignature.parse(text);
        AllowedSigners allowed = AllowedSigners.parse("ann " + key.key().line());
        Verification.of("x.safe", archive, text, allowed, Instant.EPOCH);
    }

    private static DynamicTest test(String name, Target target, byte[]... good) {
        return DynamicTest.dynamicTest(name, () -> run(name, target, good));
    }

    private static void run(String name, Target target, byte[][] good) throws IOException {
        for (byte[] one : good) {
            assertEquals("", problem(target, one)); // warms up too: no start of a class is measured
        }
        SplittableRandom random = new SplittableRandom(SEED + name.hashCode());
        List<byte[]> corpus = new ArrayList<>(List.of(good));
        long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
        long inputs = 0;
        while (System.nanoTime() < end) {
            byte[] bytes = mutated(corpus.get(random.nextInt(corpus.size())), corpus, random);
            inputs++;
            String problem = problem(target, bytes);
            if (!problem.isEmpty()) {
                Path kept = Path.of("target", "fuzz", name.replace(' ', '-') + "-" + inputs);
                Files.createDirectories(kept.getParent());
                Files.write(kept, bytes);
                throw new AssertionError(
                        "seed=%d, input %d, kept in %s: %s".formatted(SEED, inputs, kept, problem));
            }
            if (corpus.size() < 200 && random.nextInt(50) == 0) corpus.add(bytes);
        }
        System.out.printf("{\"reader\":\"%s\",\"seed\":%d,\"inputs\":%d}%n", name, SEED, inputs);
    }

    private static String problem(Target target, byte[] bytes) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long begun = System.nanoTime();
        try {
            target.read(bytes);
        } catch (IOException refused) {
            if (refused.getMessage() == null || refused.getMessage().isBlank()) {
                return "refused without words: " + refused;
            }
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            StackTraceElement[] at = e.getStackTrace();
            return e + (at.length == 0 ? "" : " at " + at[0]);
        }
        long tookNs = System.nanoTime() - begun;
        long took = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        if (tookNs > TIME_NS_MAX) return "it took " + tookNs / 1_000_000 + " ms";
        return took > ALLOCATED_MAX ? "it allocated " + (took >> 20) + " MiB" : "";
    }

    private static byte[] mutated(byte[] from, List<byte[]> corpus, SplittableRandom random) {
        byte[] bytes = from.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            bytes =
                    switch (random.nextInt(8)) {
                        case 0 -> flipped(bytes, at, (byte) (1 << random.nextInt(8)));
                        case 1 -> java.util.Arrays.copyOf(bytes, at);
                        case 2 ->
                                spliced(
                                        bytes,
                                        at,
                                        WORDS.get(random.nextInt(WORDS.size()))
                                                .getBytes(StandardCharsets.UTF_8),
                                        random.nextInt(3));
                        case 3 -> {
                            byte[] other = corpus.get(random.nextInt(corpus.size()));
                            int begin = other.length == 0 ? 0 : random.nextInt(other.length);
                            yield spliced(
                                    bytes,
                                    at,
                                    java.util.Arrays.copyOfRange(
                                            other,
                                            begin,
                                            Math.min(other.length, begin + random.nextInt(200))),
                                    random.nextInt(20));
                        }
                        case 4 -> spliced(bytes, at, new byte[0], random.nextInt(40));
                        case 5 -> repeated(bytes, at, random);
                        case 6 -> number(bytes, at, random);
                        default -> flipped(bytes, at, (byte) random.nextInt(256));
                    };
        }
        return bytes.length > 400_000 ? java.util.Arrays.copyOf(bytes, 400_000) : bytes;
    }

    private static byte[] flipped(byte[] bytes, int at, byte mask) {
        if (bytes.length > 0) bytes[at] ^= mask;
        return bytes;
    }

    private static byte[] spliced(byte[] bytes, int at, byte[] middle, int gone) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(bytes, 0, at);
        out.writeBytes(middle);
        int rest = Math.min(bytes.length, at + gone);
        out.write(bytes, rest, bytes.length - rest);
        return out.toByteArray();
    }

    private static byte[] repeated(byte[] bytes, int at, SplittableRandom random) {
        int length = Math.min(bytes.length - at, 1 + random.nextInt(8));
        byte[] piece = java.util.Arrays.copyOfRange(bytes, at, at + Math.max(0, length));
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        int times = 1 << random.nextInt(16);
        for (int i = 0; i < times && many.size() < 300_000; i++) many.writeBytes(piece);
        return spliced(bytes, at, many.toByteArray(), 0);
    }

    // Lengths and offsets at their limits, four bytes in the order of ZIP.
    private static byte[] number(byte[] bytes, int at, SplittableRandom random) {
        byte[] limit =
                HexFormat.of()
                        .parseHex(
                                List.of("ffffffff", "00000080", "ffffff7f", "00000000", "01000000")
                                        .get(random.nextInt(5)));
        return spliced(bytes, at, limit, 4);
    }
}
