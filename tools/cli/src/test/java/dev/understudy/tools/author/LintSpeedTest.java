package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.tools.Safe;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A bundle of modules is checked in one call, scripts included.
class LintSpeedTest {
    private static final int MODULES = 1000;
    private static final long CPU_NS_MAX = 10_000_000_000L;

    private static String safe(String... arguments) {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        assertEquals(0, Safe.run(writer, writer, arguments), out::toString);
        writer.flush();
        return out.toString();
    }

    /// Counts the time of the processor, not that of the clock: other programs may run beside.
    @Test
    void aThousandModulesTakeTenSecondsAtMost(@TempDir Path folder) throws Exception {
        Path one = folder.resolve("m0.safe");
        safe("pack", "-o", one.toString(), "../../module-library/postgresql");
        List<String> arguments = new ArrayList<>(List.of("lint", one.toString()));
        for (int i = 1; i < MODULES; i++) {
            Path other = folder.resolve("m" + i + ".safe");
            Files.copy(one, other);
            arguments.add(other.toString());
        }
        var threads = ManagementFactory.getThreadMXBean();
        long begunNs = threads.getCurrentThreadCpuTime();
        String text = safe(arguments.toArray(new String[0]));
        long tookNs = threads.getCurrentThreadCpuTime() - begunNs;
        assertTrue(text.contains(MODULES + " modules: no findings"), text);
        assertTrue(tookNs < CPU_NS_MAX, "it took " + tookNs / 1_000_000 + " ms of the processor");
    }
}
