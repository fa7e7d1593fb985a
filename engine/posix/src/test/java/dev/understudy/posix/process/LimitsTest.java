package dev.understudy.posix.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LimitsTest {
    @Test
    void aLimitIsRaisedAndNeverLowered() throws Exception {
        long now = Limits.raiseOpenFiles(1);
        assertTrue(now > 1);
        long more = Limits.raiseOpenFiles(now + 10);
        assertTrue(more >= now);
        String line =
                Files.readAllLines(Path.of("/proc/self/limits")).stream()
                        .filter(l -> l.startsWith("Max open files"))
                        .findFirst()
                        .orElseThrow();
        assertEquals(more, Long.parseLong(line.split("\\s+", -1)[3]));
    }
}
