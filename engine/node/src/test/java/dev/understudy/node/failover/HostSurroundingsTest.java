package dev.understudy.node.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Phase;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HostSurroundingsTest {
    /// A node that waits for a resource has to notice that it is there again.
    @Test
    void whatIsNeededBeforeAStartIsLookedAtAllTheTime() {
        for (Phase phase : Phase.values()) {
            assertTrue(
                    HostSurroundings.checksOf(phase).contains(dev.understudy.node.check.Phase.PRE),
                    phase.toString());
        }
        assertEquals(
                Set.of(dev.understudy.node.check.Phase.PRE), HostSurroundings.checksOf(Phase.PRE));
    }
}
