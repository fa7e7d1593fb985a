package dev.understudy.node.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.core.failover.Action;
import dev.understudy.core.failover.FailoverRules;
import dev.understudy.core.failover.Phase;
import dev.understudy.core.rules.Condition;
import dev.understudy.core.rules.Value;
import dev.understudy.safe.Archive;
import dev.understudy.safe.Platform;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.read.Resolver;
import dev.understudy.safe.read.SafeReader;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RulesOfTest {
    private static UserConfig config(String text) {
        Map<String, Archive.File> files =
                Map.of(
                        "module.yaml",
                        file("format: 1\nname: m\nversion: 1.0.0\nkind: mirror\n"),
                        "conf/userconfig.yaml",
                        file(text));
        var read = SafeReader.of(Archive.of(files));
        var resolved =
                Resolver.resolve(
                        read.module().orElseThrow(() -> new AssertionError(read.findings())),
                        Map.of(),
                        Platform.DEBIAN);
        return resolved.config().orElseThrow(() -> new AssertionError(resolved.findings()));
    }

    private static Archive.File file(String text) {
        return new Archive.File(text.getBytes(StandardCharsets.UTF_8), false);
    }

    @Test
    void namesStandForResourcesAndTheirPhases() {
        FailoverRules rules =
                RulesOf.of(
                        config(
                                """
                                format: 1
                                checkers:
                                  - {id: b, type: tcp, port: 80, when: both}
                                  - {id: a, type: tcp, port: 81}
                                  - {id: lan, type: ping, address: 10.0.0.1, when: pre}
                                processes: [{id: p, name: x}]
                                rules:
                                  - {id: one, if: 'tcp.* == down && remote.ping.lan != down', then: swap, for: 500ms}
                                  - {id: two, if: '!(custom.licence == up || process.p == unknown)', then: restart}
                                """));
        assertEquals(
                List.of(
                        new FailoverRules.Watched("custom.licence", Set.of()),
                        new FailoverRules.Watched("ping.lan", EnumSet.allOf(Phase.class)),
                        new FailoverRules.Watched("process.p", EnumSet.of(Phase.PRIM)),
                        new FailoverRules.Watched("tcp.a", EnumSet.of(Phase.PRIM)),
                        new FailoverRules.Watched("tcp.b", EnumSet.of(Phase.PRIM, Phase.SECOND))),
                rules.watched());
        assertEquals(
                new FailoverRules.Entry(
                        "one",
                        "tcp.* == down && remote.ping.lan != down",
                        new Condition.All(
                                List.of(
                                        new Condition.Is(
                                                false, List.of("tcp.b", "tcp.a"), Value.DOWN),
                                        new Condition.Not(
                                                new Condition.Is(
                                                        true, List.of("ping.lan"), Value.DOWN)))),
                        500_000_000L,
                        Action.SWAP),
                rules.rules().getFirst());
        assertEquals(3_000_000_000L, rules.rules().get(1).stableNs());
    }
}
