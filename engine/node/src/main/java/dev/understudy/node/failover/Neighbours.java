package dev.understudy.node.failover;

import dev.understudy.core.failover.Beat;
import dev.understudy.core.failover.Node;
import dev.understudy.node.check.CheckSources.Verdict;
import java.util.Optional;

/// Judges another module for a checker of type module; pure.
final class Neighbours {
    private Neighbours() {}

    /// Tells whether a module serves with its application up.
    ///
    /// @param module as this node has it
    /// @param where name of the node; empty for this one
    static Verdict verdict(Optional<ModuleRuntime> module, String name, Optional<String> where) {
        return module.map(runtime -> verdict(runtime.node(), name, where))
                .orElseGet(() -> Verdict.down("module " + name + " is not installed here"));
    }

    static Verdict verdict(Node node, String name, Optional<String> where) {
        String self = node.settings().self().name();
        String peer = node.settings().peer().name();
        if (where.isEmpty() || where.get().equals(self)) {
            return node.isServing() && node.app().isUp()
                    ? Verdict.UP
                    : Verdict.down(
                            name
                                    + " is "
                                    + node.state()
                                    + (node.isServing() ? " without its application" : ""));
        }
        if (!where.get().equals(peer)) {
            return Verdict.down(name + " does not run on " + where.get());
        }
        Beat beat = node.peer().beat();
        long silentNs = node.nowNs() - node.peer().receivedNs();
        if (beat == null || silentNs >= node.settings().timing().graceNs()) {
            return Verdict.down(peer + " is silent");
        }
        return beat.isServing() && !beat.marks().isBusy() && !beat.marks().isAppFailed()
                ? Verdict.UP
                : Verdict.down(name + " is " + beat.state() + " on " + peer);
    }
}
