package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Action;
import dev.understudy.core.failover.FailoverRules;
import dev.understudy.core.failover.Phase;
import dev.understudy.core.rules.Condition;
import dev.understudy.core.rules.Value;
import java.util.EnumSet;
import java.util.List;

/// The failover rules of the simulated module.
final class SimRules {
    static final String DISK = "script.disk";
    static final String LAN = "ping.lan";
    static final String QUERY = "script.query";
    static final List<String> RESOURCES = List.of(LAN, DISK, QUERY);

    /// One that is reasonable, one that waits, and one that would swap to and fro for ever.
    static final FailoverRules ALL =
            new FailoverRules(
                    List.of(
                            new FailoverRules.Entry(
                                    "worse",
                                    "script.disk == down && remote.script.disk == up",
                                    new Condition.All(
                                            List.of(
                                                    is(false, DISK, Value.DOWN),
                                                    is(true, DISK, Value.UP))),
                                    World.SECOND,
                                    Action.SWAP),
                            new FailoverRules.Entry(
                                    "lan",
                                    "ping.lan == down && remote.ping.lan != down",
                                    new Condition.All(
                                            List.of(
                                                    is(false, LAN, Value.DOWN),
                                                    new Condition.Not(is(true, LAN, Value.DOWN)))),
                                    World.SECOND,
                                    Action.WAIT),
                            new FailoverRules.Entry(
                                    "quarrel",
                                    "script.query == down",
                                    is(false, QUERY, Value.DOWN),
                                    World.SECOND,
                                    Action.SWAP)),
                    List.of(
                            new FailoverRules.Watched(LAN, EnumSet.allOf(Phase.class)),
                            new FailoverRules.Watched(DISK, EnumSet.allOf(Phase.class)),
                            new FailoverRules.Watched(QUERY, EnumSet.allOf(Phase.class))));

    private SimRules() {}

    private static Condition is(boolean isRemote, String resource, Value value) {
        return new Condition.Is(isRemote, List.of(resource), value);
    }
}
