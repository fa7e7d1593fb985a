package dev.understudy.node.failover;

import dev.understudy.node.api.Caller;
import dev.understudy.node.api.Command;
import dev.understudy.node.api.CommandOptions;
import dev.understudy.node.api.Explanation;
import dev.understudy.node.api.ModuleControl;
import dev.understudy.node.api.ModuleQuarantine;
import dev.understudy.node.api.ModuleState;
import dev.understudy.node.api.Outcome;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;

/// The modules of this node by name: the API's door to them.
public final class Modules implements ModuleControl {
    private final ConcurrentSkipListMap<String, ModuleRuntime> running =
            new ConcurrentSkipListMap<>();

    /// Adds a module; it is shown and takes commands from now on.
    public void add(String name, ModuleRuntime module) {
        running.put(name, module);
    }

    /// Takes a module out; the caller closes it.
    public Optional<ModuleRuntime> remove(String name) {
        return Optional.ofNullable(running.remove(name));
    }

    /// Finds a module.
    public Optional<ModuleRuntime> find(String name) {
        return Optional.ofNullable(running.get(name));
    }

    /// All modules.
    public Collection<ModuleRuntime> all() {
        return running.values();
    }

    @Override
    public List<String> modules() {
        return List.copyOf(running.keySet());
    }

    @Override
    public Optional<ModuleState> state(String module) {
        return find(module).map(ModuleRuntime::state);
    }

    @Override
    public CompletionStage<Outcome> command(
            String module, Command command, CommandOptions options, Caller caller) {
        ModuleRuntime runtime = running.get(module);
        if (runtime == null) {
            return CompletableFuture.completedFuture(
                    new Outcome.Refused(
                            "unknown-module",
                            "no module " + module + " is configured on this node",
                            "see 'safe state' for the modules of this node"));
        }
        return runtime.command(command, options);
    }

    @Override
    public Optional<Explanation> explain(String module, long atMs) throws IOException {
        Optional<ModuleRuntime> found = find(module);
        return found.isEmpty() ? Optional.empty() : Optional.of(found.get().explain(atMs));
    }

    @Override
    public Optional<Boot> boot(String module) throws IOException {
        Optional<ModuleRuntime> found = find(module);
        return found.isEmpty() ? Optional.empty() : Optional.of(found.get().shownBoot());
    }

    @Override
    public void boot(String module, String word) throws IOException {
        Optional<ModuleRuntime> found = find(module);
        if (found.isPresent()) found.get().boot(word);
    }

    @Override
    public List<String> checkers(String module, String resource, boolean isOn) {
        return find(module).map(m -> m.checkers(resource, isOn)).orElse(List.of());
    }

    @Override
    public Optional<ModuleQuarantine> quarantine(String module) {
        return find(module).flatMap(ModuleRuntime::quarantine);
    }

    @Override
    public void say(String module, String resource, boolean isUp, String text) {
        find(module).ifPresent(m -> m.say(resource, isUp, text));
    }

    @Override
    public Fired fired(String module) {
        return find(module)
                .map(ModuleRuntime::counts)
                .map(c -> new Fired(c.transitions(), c.restarts(), c.rules()))
                .orElse(Fired.NOTHING);
    }

    @Override
    public boolean isReady(String module) {
        ModuleRuntime runtime = running.get(module);
        return runtime != null && runtime.isReady();
    }

    static dev.understudy.core.failover.Command coreCommand(Command command) {
        return switch (command) {
            case START -> dev.understudy.core.failover.Command.START;
            case STOP -> dev.understudy.core.failover.Command.STOP;
            case FORCESTOP -> dev.understudy.core.failover.Command.FORCESTOP;
            case RESTART -> dev.understudy.core.failover.Command.RESTART;
            case STOPSTART -> dev.understudy.core.failover.Command.STOPSTART;
            case SWAP -> dev.understudy.core.failover.Command.SWAP;
            case PRIM -> dev.understudy.core.failover.Command.PRIM;
            case SECOND -> dev.understudy.core.failover.Command.SECOND;
            case DETACH -> dev.understudy.core.failover.Command.DETACH;
            case ATTACH -> dev.understudy.core.failover.Command.ATTACH;
            case FAILOVER_ON -> dev.understudy.core.failover.Command.FAILOVER_ON;
            case FAILOVER_OFF -> dev.understudy.core.failover.Command.FAILOVER_OFF;
        };
    }
}
