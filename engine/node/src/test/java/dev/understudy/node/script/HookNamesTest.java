package dev.understudy.node.script;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.understudy.safe.SafeModule;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// A hook that the format knows is run by the engine, and the other way round.
class HookNamesTest {
    private static final Set<String> FORMAT = new TreeSet<>(SafeModule.HOOKS);

    @Test
    void theEngineRunsWhatTheFormatKnows() {
        assertEquals(
                FORMAT,
                Arrays.stream(Hook.values())
                        .map(Hook::scriptName)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void theDecisionsAskForWhatTheFormatKnows() {
        assertEquals(
                FORMAT,
                Arrays.stream(dev.understudy.core.failover.Hook.values())
                        .map(dev.understudy.core.failover.Hook::script)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }
}
