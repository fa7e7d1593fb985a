package dev.understudy.node.failover;

import dev.understudy.core.failover.Beat;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.State;
import dev.understudy.node.journal.Entry;
import java.util.function.Consumer;

/// Raises an alarm in the journal when a module that serves loses what protects it, and says when
/// that is over.
final class Redundancy {
    /// Name of both entries.
    static final String ENTRY = "DEGRADED";

    private static final String OVER = "over";

    private final String module;
    private final Consumer<Entry.Draft> journal;
    private boolean isDegraded;

    Redundancy(String module, Consumer<Entry.Draft> journal) {
        this.module = module;
        this.journal = journal;
    }

    /// What is lacking while this node serves; empty if nothing is, or it does not serve.
    static String lack(Node node) {
        if (!node.isServing()) return "";
        if (node.lease().isFrozen()) {
            return "heartbeats of the peer are missing: writes wait";
        }
        if (node.state() == State.ALONE) return "no synchronised second: " + peer(node);
        if (node.app().trouble().retryNs() != 0) {
            return "the application does not run: " + node.app().trouble().cause();
        }
        return "";
    }

    private static String peer(Node node) {
        Beat beat = node.peer().beat();
        String name = node.settings().peer().name();
        long silentNs = node.nowNs() - node.peer().receivedNs();
        if (beat == null) return name + " has not been heard";
        if (silentNs >= node.settings().timing().graceNs()) return name + " is silent";
        return name + " is " + beat.state() + ", its data " + beat.data();
    }

    /// Looks at the node after a step.
    void look(Node node) {
        String lack = lack(node);
        if (lack.isEmpty() == !isDegraded) return;
        isDegraded = !lack.isEmpty();
        String over =
                node.isServing()
                        ? "degraded no more: the module is " + node.state()
                        : "degraded no more: the module does not serve here";
        journal.accept(
                Entry.alarm(module, ENTRY, isDegraded ? "degraded: " + lack : over)
                        .with("state", node.state())
                        .with(OVER, !isDegraded));
    }

    /// Tells whether an entry says that it is over.
    static boolean isOver(Entry entry) {
        return "true".equals(entry.facts().get(OVER));
    }
}
