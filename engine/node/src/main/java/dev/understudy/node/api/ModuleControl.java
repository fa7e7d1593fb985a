package dev.understudy.node.api;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// Controls the modules of this node; the API's door to the failover shell.
///
/// All methods may be called from any thread, also concurrently; none but the returned stage may
/// block for longer than a few milliseconds.
public interface ModuleControl {
    /// Names the configured modules of this node, sorted.
    List<String> modules();

    /// Shows what this node is sure of about one module; empty if no such module is configured.
    Optional<ModuleState> state(String module);

    /// Carries out an operator's command.
    ///
    /// The stage ends when the outcome is known (for `START`: the module serves, follows, or waits
    /// and says for what), never exceptionally for an expected refusal.
    ///
    /// @param caller for the journal: who asked and from where
    CompletionStage<Outcome> command(
            String module, Command command, CommandOptions options, Caller caller);

    /// Tells whether a load balancer may send clients to this node: PRIM, ALONE or UP with a
    /// started application. Cheap: asked every second without a token.
    boolean isReady(String module);
}
