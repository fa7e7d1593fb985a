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

    private static Map<String, Archive.File> withRule(String rule) {
        Map<String, Archive.File> files = Cases.base();
        String config = java.util.Objects.requireNonNull(files.get("conf/userconfig.yaml")).text();
        config =
                config.replace(
                                "checkers: [",
                                "checkers: [{id: lan, type: interface, interface: eth0, when: both, action: none}, ")
                        + rule;
        files.put(
                "conf/userconfig.yaml",
                new Archive.File(config.getBytes(StandardCharsets.UTF_8), false));
        return files;
    }

    private static boolean serves(Simulation.Outcome end, String node, String state) {
        return end.timeline().stream()
                .anyMatch(m -> m.node().equals(node) && m.text().contains("-> " + state + " "));
    }

    @Test
    void aRuleExchangesTheRolesWhenTheOtherPlaceIsBetter() {
        SafeModule module =
                module(
                        withRule(
                                "rules: [{id: worse, if: 'interface.lan == down && remote.interface.lan == up', for: 5s, then: swap}]\n"));
        try (Simulation simulation = new Simulation(module, Platform.DEBIAN)) {
            assertTrue(simulation.faults().contains("down:interface.lan"));
            for (long seed = 1; seed <= 3; seed++) {
                Simulation.Outcome end = simulation.run("down:interface.lan", seed);
                assertFalse(end.bothServed(), end::toString);
                assertTrue(end.outageMs() > 0 && end.outageMs() < 20_000, end::toString);
                assertTrue(serves(end, "server2", "PRIM"), end::toString);
                Simulation.Moment acts =
                        end.timeline().stream()
                                .filter(m -> m.text().contains("RULE_SWAPS"))
                                .findFirst()
                                .orElseThrow();
                // up to 10 s until it is noticed, and 5 s for which the rule must hold
                assertTrue(acts.ms() > 5_000 && acts.ms() < 16_000, end::toString);
                assertTrue(acts.text().contains("worse"), end::toString);
            }
        }
    }

    @Test
    void aRuleWhoseConditionDoesNotHoldDoesNothing() {
        SafeModule module =
                module(
                        withRule(
                                "rules: [{id: both, if: 'interface.lan == down && remote.interface.lan == down', then: swap}]\n"));
        try (Simulation simulation = new Simulation(module, Platform.DEBIAN)) {
            Simulation.Outcome end = simulation.run("down:interface.lan", 1);
            assertEquals(0, end.outageMs(), end::toString);
            assertFalse(serves(end, "server2", "PRIM"), end::toString);
        }
    }

    @Test
    void aRuleMayStopTheNodeWhoseScriptSaysSo() {
        Map<String, Archive.File> files =
                withRule("rules: [{id: licence, if: 'custom.licence == down', then: stop}]\n");
        try (Simulation simulation = new Simulation(module(files), Platform.DEBIAN)) {
            Simulation.Outcome end = simulation.run("down:custom.licence", 1);
            assertTrue(serves(end, "server1", "STOP"), end::toString);
            assertTrue(serves(end, "server2", "ALONE"), end::toString);
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
