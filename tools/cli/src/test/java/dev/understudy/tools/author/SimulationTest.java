package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.tools.testing.Simulation;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A module on two virtual nodes, by the shipping decisions.
class SimulationTest {
    private static SafeModule module(Map<String, Archive.File> files) {
        return SafeReader.of(Archive.of(files)).module().orElseThrow();
    }

    @Test
    void afterEveryFaultOneNodeServesWithinSeconds() {
        try (Simulation simulation = new Simulation(module(Cases.base()), Platform.DEBIAN)) {
            for (String fault : Simulation.FAULTS) {
                for (long seed = 1; seed <= 3; seed++) {
                    Simulation.Outcome end = simulation.run(fault, seed);
                    assertFalse(end.bothServed(), end::toString);
                    assertTrue(end.outageMs() >= 0 && end.outageMs() < 20_000, end::toString);
                }
            }
        }
    }

    @Test
    void aPowerLossIsNoticedInTwoSecondsAndEqualSeedsGiveEqualRuns() {
        try (Simulation simulation = new Simulation(module(Cases.base()), Platform.DEBIAN)) {
            Simulation.Outcome end = simulation.run("power-off", 7);
            assertTrue(end.outageMs() > 1_500 && end.outageMs() < 4_000, end::toString);
            assertEquals(end, simulation.run("power-off", 7));
        }
    }

    @Test
    void aStartHookThatNeverSucceedsIsAnOutage() {
        Map<String, Archive.File> files = Cases.base();
        String script =
                """
                import { services } from 'safe';
                let started = 0;
                export default async ctx => {
                  if (ctx.action === 'nothing') started++;
                  throw new Error('no licence on this server');
                };
                """;
        files.put(
                "scripts/start_prim.js",
                new Archive.File(script.getBytes(StandardCharsets.UTF_8), false));
        try (Simulation simulation = new Simulation(module(files), Platform.DEBIAN)) {
            assertEquals(-1, simulation.run("power-off", 1).outageMs());
        }
    }
}
