package dev.understudy.node.api;

import java.io.IOException;
import java.util.List;
import java.util.Map;
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

    /// Explains what a module does and why, and what each failure would lead to; empty if no such
    /// module is configured. May take some tenths of a second.
    ///
    /// @param atMs a moment in the past, milliseconds since 1970 UTC; 0 for the present
    /// @throws IOException if the journal's files cannot be read
    Optional<Explanation> explain(String module, long atMs) throws IOException;

    /// Tells whether a module starts when this machine boots; empty if there is no such module.
    ///
    /// @throws IOException if the setting cannot be read
    Optional<Boot> boot(String module) throws IOException;

    /// Sets it on this node, over restarts.
    ///
    /// @param word `on`, `off`, `auto` (as it was before) or `configured` (as the configuration
    ///   says)
    /// @throws IOException if it cannot be written
    void boot(String module, String word) throws IOException;

    /// Switches checkers off, or on again; until then or until the daemon ends.
    ///
    /// @param resource as `tcp.db`; empty for all
    /// @return the resources that this is about; empty if there is none such
    List<String> checkers(String module, String resource, boolean isOn);

    /// Sets a resource of class `custom.` on this node.
    ///
    /// @param text why, for people
    /// @throws IllegalStateException if too many were set
    void say(String module, String resource, boolean isUp, String text);

    /// Whether a module starts at boot.
    ///
    /// @param module its name
    /// @param value `on`, `off` or `auto`
    /// @param from `operator` or `configuration`
    record Boot(String module, String value, String from) {}

    /// Gives the quarantine of a module; empty if there is no such module, or it replicates
    /// nothing.
    default Optional<ModuleQuarantine> quarantine(String module) {
        return Optional.empty();
    }

    /// Tells how often something happened to a module since the daemon started.
    Fired fired(String module);

    /// How often something happened.
    ///
    /// @param transitions changes of state
    /// @param restarts restarts of the application
    /// @param rules how often each rule fired, by its name; rules that never did are left out
    record Fired(long transitions, long restarts, Map<String, Long> rules) {
        /// Nothing happened.
        public static final Fired NOTHING = new Fired(0, 0, Map.of());
    }

    /// Tells whether a load balancer may send clients to this node: PRIM, ALONE or UP with a
    /// started application. Cheap: asked every second without a token.
    boolean isReady(String module);
}
