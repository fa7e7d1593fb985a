package dev.understudy.safe.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.ReadResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Archives made to be read in two ways, to write elsewhere, or to exhaust: each is refused with
/// its rule, quickly, and a second reader in another language agrees.
@SuppressWarnings("ByteBufferBackingArray") // little() allocates
class HostileArchivesTest {
    @TempDir Path folder;

    /// One entry as it will stand in the file; every field can lie.
    private static final class Entry {
        byte[] localName;
        byte[] centralName;
        byte[] data = "x".getBytes(StandardCharsets.UTF_8);
        byte[] extra = {};
        int flags = 0x0800;
        int method;
        int mode = 0100644;
        int centralSize = -1;
        int crc = -1;
        int offset = -1;
        boolean isHidden;

        Entry(String name) {
            localName = name.getBytes(StandardCharsets.UTF_8);
            centralName = localName;
        }
    }

    private static byte[] zip(byte[] prefix, byte[] comment, byte[] tail, List<Entry> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream central = new ByteArrayOutputStream();
        out.writeBytes(prefix);
        int listed = 0;
        for (Entry e : entries) {
            int at = e.offset >= 0 ? e.offset : out.size();
            int crc = e.crc >= 0 ? e.crc : Archive.crc(e.data);
            if (e.offset < 0) {
                ByteBuffer h = little(30);
                h.putInt(0x04034b50).putShort((short) 10).putShort((short) e.flags);
                h.putShort((short) e.method).putShort((short) 0).putShort((short) 0x21);
                h.putInt(crc).putInt(e.data.length).putInt(e.data.length);
                h.putShort((short) e.localName.length).putShort((short) e.extra.length);
                out.writeBytes(h.array());
                out.writeBytes(e.localName);
                out.writeBytes(e.extra);
                out.writeBytes(e.data);
            }
            if (e.isHidden) {
                continue;
            }
            listed++;
            int size = e.centralSize >= 0 ? e.centralSize : e.data.length;
            ByteBuffer c = little(46);
            c.putInt(0x02014b50).putShort((short) 0x030a).putShort((short) 10);
            c.putShort((short) e.flags).putShort((short) e.method).putShort((short) 0);
            c.putShort((short) 0x21).putInt(crc).putInt(size).putInt(size);
            c.putShort((short) e.centralName.length).putShort((short) e.extra.length);
            c.putShort((short) 0).putShort((short) 0).putShort((short) 0);
            c.putInt(e.mode << 16).putInt(at);
            central.writeBytes(c.array());
            central.writeBytes(e.centralName);
            central.writeBytes(e.extra);
        }
        ByteBuffer end = little(22);
        end.putInt(0x06054b50).putShort((short) 0).putShort((short) 0);
        end.putShort((short) listed).putShort((short) listed).putInt(central.size());
        end.putInt(out.size()).putShort((short) comment.length);
        out.writeBytes(central.toByteArray());
        out.writeBytes(end.array());
        out.writeBytes(comment);
        out.writeBytes(tail);
        return out.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static final byte[] NONE = {};

    private static byte[] one(String name, Consumer<Entry> change) {
        Entry e = new Entry(name);
        change.accept(e);
        return zip(NONE, NONE, NONE, List.of(e));
    }

    private static byte[] named(String... names) {
        return zip(NONE, NONE, NONE, Stream.of(names).map(Entry::new).toList());
    }

    /// Archives by what they try, each after the rule that refuses it.
    private static Map<String, byte[]> corpus() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        String[] names = {
            "../evil",
            "lib/../../evil",
            "/etc/passwd",
            "//server/share/x",
            "C:/x",
            "C:x",
            "..\\evil",
            "a\\b",
            "./x",
            "a//b",
            "a/",
            "con",
            "lib/AUX.js",
            "nul.txt",
            "com1",
            "a:stream",
            "trailing.",
            "trailing ",
            "line\nbreak",
            "esc\u001b[2J",
            "nul\u0000byte",
            "rtl\u202etxt",
            "\u00e9.js",
            "e\u0301.js",
            "",
            "x".repeat(201)
        };
        for (String name : names) {
            all.put("A001 name " + Names.printable(name), named(name));
        }
        all.put("A004 one name twice", named("lib/a.js", "lib/a.js"));
        all.put("A004 case twins", named("lib/A.js", "lib/a.js"));
        all.put("A004 file and folder", named("lib", "lib/a.js"));
        all.put("A003 symbolic link", one("lib/a.js", e -> e.mode = 0120777));
        all.put("A003 set user id", one("lib/a.js", e -> e.mode = 0104755));
        all.put("A003 writable by all", one("lib/a.js", e -> e.mode = 0100666));
        all.put("A003 central says less", one("lib/a.js", e -> e.centralSize = 0));
        all.put("A003 central says more", one("lib/a.js", e -> e.centralSize = 1 << 20));
        all.put("A007 wrong check sum", one("lib/a.js", e -> e.crc = 7));
        all.put(
                "A003 two names",
                one("lib/a.js", e -> e.centralName = "lib/b.js".getBytes(StandardCharsets.UTF_8)));
        all.put("A003 unicode path field", one("lib/good.js", e -> e.extra = unicodePath()));
        all.put("A006 encrypted", one("lib/a.js", e -> e.flags |= 1));
        all.put("A006 deflated", one("lib/a.js", e -> e.method = 8));
        all.put("A006 LZMA", one("lib/a.js", e -> e.method = 14));
        all.put("A003 descriptor", one("lib/a.js", e -> e.flags |= 8));
        all.putAll(layouts());
        return all;
    }

    private static Map<String, byte[]> layouts() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        Entry a = new Entry("lib/a.js");
        Entry b = new Entry("lib/b.js");
        Entry overlapping = new Entry("lib/b.js");
        overlapping.offset = 0;
        Entry hidden = new Entry("lib/b.js");
        hidden.isHidden = true;
        all.put("A003 overlapping entries", zip(NONE, NONE, NONE, List.of(a, overlapping)));
        all.put("A002 hidden entry", zip(NONE, NONE, NONE, List.of(a, hidden)));
        all.put("A003 not sorted", zip(NONE, NONE, NONE, List.of(b, a)));
        all.put("A002 program in front", zip(new byte[] {'M', 'Z', 0, 0}, NONE, NONE, List.of(a)));
        all.put("A003 bytes behind", zip(NONE, NONE, new byte[] {0}, List.of(a)));
        byte[] inner = zip(NONE, NONE, NONE, List.of(b));
        all.put("A003 archive in the comment", zip(NONE, inner, NONE, List.of(a)));
        all.put("A003 comment", zip(NONE, new byte[] {'h', 'i'}, NONE, List.of(a)));
        List<Entry> many = new ArrayList<>();
        for (int i = 0; i < 70_000; i++) {
            many.add(new Entry("lib/f" + i));
        }
        all.put("A005 70000 entries", zip(NONE, NONE, NONE, many));
        all.put("A005 too long", new byte[Archive.BYTES_MAX + 1]);
        all.put("A002 empty archive", zip(NONE, NONE, NONE, List.of()));
        all.put("A002 nothing", NONE);
        byte[] long4 = named("lib/a.js");
        ByteBuffer.wrap(long4).order(ByteOrder.LITTLE_ENDIAN).putInt(22, -1);
        all.put("A002 four gigabytes announced", long4);
        return all;
    }

    // Info-ZIP's field 0x7075: some readers take this name instead.
    private static byte[] unicodePath() {
        byte[] name = "../evil.js".getBytes(StandardCharsets.UTF_8);
        ByteBuffer field = little(9 + name.length);
        field.putShort((short) 0x7075).putShort((short) (5 + name.length)).put((byte) 1);
        return field.putInt(Archive.crc("lib/good.js".getBytes(StandardCharsets.UTF_8)))
                .put(name)
                .array();
    }

    @TestFactory
    Stream<DynamicTest> eachIsRefusedByItsRule() {
        return corpus().entrySet().stream()
                .map(e ->
                        DynamicTest.dynamicTest(
                                e.getKey(), () -> refused(e.getKey(), e.getValue())));
    }

    private static void refused(String name, byte[] bytes) {
        ReadResult read =
                assertTimeoutPreemptively(
                        Duration.ofSeconds(5), () -> SafeReader.read("x.safe", bytes));
        assertTrue(read.module().isEmpty());
        assertTrue(Finding.anyError(read.findings()));
        assertEquals(
                name.substring(0, 4), read.findings().getFirst().id(), read.findings()::toString);
    }

    @Test
    void aReaderInAnotherLanguageAgrees() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("python3", "src/test/python/check_safe.py"));
        int index = 0;
        for (byte[] bytes : corpus().values()) {
            Path file = folder.resolve("bad" + index++ + ".safe");
            Files.write(file, bytes);
            command.add(file.toString());
        }
        Path good = folder.resolve("good.safe");
        Files.write(good, Modules.archive("scripts/x.js", "#!/bin/x\n").toBytes());
        command.add(good.toString());
        Path out = folder.resolve("out.txt");
        Process python =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        assertEquals(0, python.waitFor(), () -> "see " + out);
        List<String> lines = Files.readAllLines(out);
        assertEquals(index + 1, lines.size(), lines::toString);
        assertTrue(
                lines.stream().limit(index).allMatch(l -> l.startsWith("BAD ")), lines::toString);
        assertTrue(lines.getLast().startsWith("good"), lines.getLast());
    }

    @Test
    void theCheckScriptIsShort() throws IOException {
        assertTrue(Files.readAllLines(Path.of("src/test/python/check_safe.py")).size() <= 60);
    }
}
