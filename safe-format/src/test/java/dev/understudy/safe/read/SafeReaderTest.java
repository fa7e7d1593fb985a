package dev.understudy.safe.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.ReadResult;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SafeReaderTest {
    @Test
    void whatIsWrittenIsRead() {
        byte[] bytes = Modules.archive("scripts/start_prim.js", "export default 1;").toBytes();
        ReadResult read = SafeReader.read("shop.safe", bytes);
        assertTrue(read.isGood(), () -> read.findings().toString());
        assertEquals(
                "scripts/start_prim.js",
                read.module().orElseThrow().hook("start_prim").orElseThrow());
        assertEquals(Archive.digest(bytes), read.module().orElseThrow().digest());
    }

    @Test
    void everyFlippedByteIsRefusedOrKeepsTheFiles() {
        byte[] good = Modules.archive().toBytes();
        for (int i = 0; i < good.length; i++) {
            for (int mask : new int[] {1, 0x20, 0x80, 0xff}) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) mask;
                ReadResult read = SafeReader.read("shop.safe", bad);
                // What is accepted has one byte form, so a changed byte is never the same module.
                read.module().ifPresent(m -> assertTrue(Arrays.equals(m.archive().toBytes(), bad)));
                assertTrue(
                        Finding.anyError(read.findings()) || isRenamed(read),
                        "accepted with byte " + i + " changed");
            }
        }
    }

    // The executable bit (once in the file) may differ: then it is another, equally good module.
    private static boolean isRenamed(ReadResult read) {
        return read.module().orElseThrow().archive().files().values().stream()
                .anyMatch(Archive.File::executable);
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] good = Modules.archive().toBytes();
        for (int length = 0; length < good.length; length++) {
            assertTrue(
                    Finding.anyError(SafeReader.read("x", Arrays.copyOf(good, length)).findings()));
        }
        assertTrue(
                Finding.anyError(
                        SafeReader.read("x", Arrays.copyOf(good, good.length + 1)).findings()));
    }

    @Test
    void randomBytesAreRefusedQuickly() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(400)];
            random.nextBytes(bytes);
            if (bytes.length > 4) {
                System.arraycopy(new byte[] {'P', 'K', 3, 4}, 0, bytes, 0, 4);
            }
            assertTrue(Finding.anyError(SafeReader.read("x", bytes).findings()));
        }
    }

    @Test
    void namesThatDifferOnlyInCaseAreRefused() {
        ReadResult read = SafeReader.of(Modules.archive("lib/a.js", "", "lib/A.js", ""));
        assertEquals("A004", read.findings().getFirst().id());
    }

    @Test
    void namesOutsideOfTheModuleAreRefused() {
        for (String name :
                new String[] {
                    "../x", "/etc/x", "a//b", "a/./b", "con", "lib/AUX.js", "a:b", "a b", "é", "x."
                }) {
            ReadResult read =
                    SafeReader.read(
                            "x.safe", Archive.of(Map.of(name, Modules.file("x"))).toBytes());
            assertEquals("A001", read.findings().getFirst().id(), name);
        }
    }
}
