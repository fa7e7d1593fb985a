package dev.understudy.node.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsTest {
    private static final Pattern LINE =
            Pattern.compile(
                    "(understudy_[a-z_]+)\\{([a-z]+=\"([^\"\\\\]|\\\\.)*\",?)*\\} -?[0-9]+(\\.[0-9]+)?");

    @TempDir Path folder;
    private final FakeDoors fake = new FakeDoors();

    private List<String> lines() {
        return Metrics.text(fake.state(), List.of(fake.state("db").orElseThrow()), fake::fired)
                .lines()
                .toList();
    }

    @Test
    void everyLineIsWellFormedAndEachNameHasOneHead() {
        Set<String> heads = new HashSet<>();
        String head = "";
        for (String line : lines()) {
            if (line.startsWith("# TYPE ")) {
                head = line.split(" ", 4)[2];
                assertTrue(heads.add(head), "twice: " + line);
            } else if (!line.startsWith("# HELP ")) {
                var matcher = LINE.matcher(line);
                assertTrue(matcher.matches(), line);
                assertTrue(heads.contains(matcher.group(1)), "no head before " + line);
                assertEquals(head, matcher.group(1), "not with its own: " + line);
            }
        }
        assertTrue(heads.size() > 15, heads.toString());
    }

    @Test
    void theNumbersAreThere() {
        fake.state = ModuleState.State.ALONE;
        List<String> lines = lines();
        for (String wanted :
                List.of(
                        "understudy_module_state{module=\"db\",node=\"node1\",state=\"ALONE\"} 1",
                        "understudy_module_state{module=\"db\",node=\"node1\",state=\"PRIM\"} 0",
                        "understudy_module_health{health=\"degraded\",module=\"db\",node=\"node1\"} 1",
                        "understudy_replication_bytes_total{module=\"db\",node=\"node1\"} 4096",
                        "understudy_replication_write_seconds{module=\"db\",node=\"node1\",quantile=\"0.99\"}"
                                + " 0.000009",
                        "understudy_resource_up{module=\"db\",node=\"node1\",resource=\"tcp.db\"} 1",
                        "understudy_transitions_total{module=\"db\",node=\"node1\"} 3",
                        "understudy_application_restarts_total{module=\"db\",node=\"node1\"} 1",
                        "understudy_network_up{network=\"default\",node=\"node1\",peer=\"node2\"} 1")) {
            assertTrue(lines.contains(wanted), wanted + " is not in\n" + String.join("\n", lines));
        }
    }

    @Test
    void isServedWhereItIsLookedFor() throws Exception {
        try (ApiServer server =
                new ApiServer(
                        fake.doors(folder),
                        folder.resolve("api.sock"),
                        Clock.systemUTC(),
                        System::nanoTime)) {
            server.start();
            RawClient client = new RawClient(folder.resolve("api.sock"));
            RawClient.Answer answer = client.get("/metrics");
            assertEquals(200, answer.status(), answer.body());
            assertTrue(
                    String.valueOf(answer.headers().get("Content-Type")).startsWith("text/plain"));
            assertEquals(answer.body(), client.get("/api/v1/metrics").body());
        }
    }
}
