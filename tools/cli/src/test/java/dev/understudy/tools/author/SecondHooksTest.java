package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Platform;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.tools.testing.CaseResult;
import dev.understudy.tools.testing.TestRunner;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The hooks of a node that stands by are run twice and crashed behind each step, as all others.
class SecondHooksTest {
    private static final String MANIFEST =
            "permissions: {paths: [{path: /var/lib/shop-standby, access: write}]}\n";
    private static final String START =
            """
            import { file } from 'safe';
            export default async () => {
              await file.write('/var/lib/shop-standby', 'ready');
            };
            """;

    private static Archive.File file(String text) {
        return new Archive.File(text.getBytes(StandardCharsets.UTF_8), false);
    }

    private static List<CaseResult> results(String stop) {
        Map<String, Archive.File> files = Cases.base();
        String manifest = java.util.Objects.requireNonNull(files.get("module.yaml")).text();
        files.put("module.yaml", file(manifest + MANIFEST));
        files.put("scripts/start_second.js", file(START));
        files.put("scripts/stop_second.js", file(stop));
        var module = SafeReader.of(Archive.of(files)).module().orElseThrow();
        try (TestRunner runner = new TestRunner(module, Platform.DEBIAN)) {
            return runner.run();
        }
    }

    @Test
    void hooksThatCanBeRepeatedPass() {
        List<CaseResult> results =
                results(
                        """
                        import { file } from 'safe';
                        export default async () => {
                          await file.remove('/var/lib/shop-standby');
                        };
                        """);
        assertTrue(results.stream().allMatch(CaseResult::isOk), results::toString);
        for (String hook : List.of("start_second", "stop_second")) {
            for (String how : List.of("script dies", "power goes")) {
                assertEquals(
                        1,
                        results.stream()
                                .filter(r -> r.name().equals(hook + ", " + how + " at step 1"))
                                .count(),
                        results::toString);
            }
        }
    }

    @Test
    void aStopThatNeedsWhatItRemovesIsFound() {
        List<String> failed =
                results(
                                """
                                import { file } from 'safe';
                                export default async () => {
                                  if (!await file.remove('/var/lib/shop-standby')) throw new Error('not there');
                                };
                                """)
                        .stream()
                        .filter(r -> !r.isOk())
                        .map(CaseResult::name)
                        .toList();
        assertTrue(
                failed.contains("a second standing by, and a second end of it, change nothing"),
                failed::toString);
        assertTrue(failed.contains("stop_second, script dies at step 1"), failed::toString);
    }
}
