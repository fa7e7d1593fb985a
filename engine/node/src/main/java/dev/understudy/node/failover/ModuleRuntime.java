package dev.understudy.node.failover;

import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Message;
import dev.understudy.core.failover.MessageCodec;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Settings;
import dev.understudy.node.api.Command;
import dev.understudy.node.api.CommandOptions;
import dev.understudy.node.api.Explanation;
import dev.understudy.node.api.ModuleControl;
import dev.understudy.node.api.ModuleQuarantine;
import dev.understudy.node.api.ModuleState;
import dev.understudy.node.api.Outcome;
import dev.understudy.node.check.ResourceState;
import dev.understudy.node.heart.Heart;
import dev.understudy.node.journal.Decisions;
import dev.understudy.node.journal.Entry;
import dev.understudy.node.journal.Journal;
import dev.understudy.node.store.Ticker;
import dev.understudy.safe.UserConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.LocalTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// One configured module on this node: its loop, its data path and what surrounds it.
public final class ModuleRuntime implements AutoCloseable {
    private static final int EXPLAINED_MAX = 2_000;

    private final ModuleLoop loop;
    private final Commands commands;
    private final DataPath data;
    private final Surroundings around;
    private final Ticker ticker;
    private final Facts facts;
    private final Views views;
    private final RandomGenerator random;
    private final Journal journal;
    private final Runnable attached;
    private final SwapBackTimes swapBack;

    /// What is fixed for a module while it is configured.
    ///
    /// @param name of the module
    /// @param version of the active archive
    /// @param digest of archive and configuration
    /// @param isReplicating it has replicated directories
    /// @param durability `memory` or `disk`
    /// @param boot whether it starts at boot by its configuration: on, off or auto
    /// @param swapBack when the preferred primary gets the service back
    public record Facts(
            String name,
            String version,
            String digest,
            boolean isReplicating,
            String durability,
            String boot,
            UserConfig.SwapBack swapBack) {}

    /// What the API shows beside the core's node.
    ///
    /// @param addresses the virtual addresses
    /// @param resources the checkers' findings
    /// @param off ids of the checkers that are switched off
    /// @param action what the failure of a resource leads to by itself
    /// @param say sets a resource of class `custom.`
    /// @param enable switches checkers off and on, see [dev.understudy.node.check.Checkers#enable]
    /// @param quarantine empty for a module that replicates nothing
    /// @param running adds to the name of a hook what it says of its progress
    public record Views(
            Supplier<List<ModuleState.Address>> addresses,
            Supplier<List<ResourceState>> resources,
            Supplier<List<String>> off,
            UnaryOperator<String> action,
            Saying say,
            BiFunction<String, Boolean, List<String>> enable,
            Optional<ModuleQuarantine> quarantine,
            UnaryOperator<String> running) {}

    /// Sets resources of class `custom.`.
    @FunctionalInterface
    public interface Saying {
        /// Sets one.
        ///
        /// @param detail why, for people
        void say(String id, boolean isUp, String detail);
    }

    /// Makes what reports to the loop.
    ///
    /// @param data makes the data path; events go to the consumer given
    /// @param around makes the surroundings; events go to the consumer given
    public record Makers(
            Function<Consumer<Event>, DataPath> data,
            Function<Consumer<Event>, Surroundings> around) {}

    private ModuleRuntime(
            Facts facts,
            Views views,
            ModuleLoop loop,
            Commands commands,
            DataPath data,
            Surroundings around,
            Ticker ticker,
            RandomGenerator random,
            Journal journal,
            BootSetting boot,
            Heart heart) {
        this.facts = facts;
        this.views = views;
        this.loop = loop;
        this.commands = commands;
        this.data = data;
        this.around = around;
        this.ticker = ticker;
        this.random = random;
        this.journal = journal;
        this.boot = boot;
        this.swapBack =
                new SwapBackTimes(
                        facts.swapBack(),
                        LocalTime::now,
                        () -> loop.node().settings().isSwapBackOpen(),
                        open -> loop.offer(new Event.SwapBack(ticker.nowNs(), open)));
        this.attached = heart.attach(facts.name(), loop::beat, new Ear(loop));
    }

    /// Opens a module's records and prepares its loop; [#start] lets it run.
    ///
    /// @param settings as the configuration says with two votes
    /// @param folder of the module's records
    /// @throws IOException if the records cannot be opened
    public static ModuleRuntime open(
            Facts facts,
            Settings settings,
            Path folder,
            ModuleLoop.Life life,
            Ticker ticker,
            Journal journal,
            Heart heart,
            RegisterVotes votes,
            RandomGenerator random,
            Views views,
            Makers makers)
            throws IOException {
        NodeRecords records = NodeRecords.open(folder);
        Commands commands = new Commands(facts.name());
        Relay relay = new Relay();
        DataPath data = makers.data().apply(relay);
        Surroundings around = makers.around().apply(relay);
        ModuleLoop loop =
                new ModuleLoop(
                        facts.name(),
                        SettingsOf.votes(settings, settings, votes.isByMajority()),
                        records,
                        votes,
                        life,
                        ticker,
                        journal,
                        new Decisions(
                                folder,
                                facts.name(),
                                settings.self().name(),
                                Decisions.BYTES_MAX,
                                InstantSource.system()),
                        commands,
                        data,
                        around);
        relay.to(loop);
        Runnable watching = loop.watch((node, _) -> commands.watch(node));
        ModuleRuntime runtime =
                new ModuleRuntime(
                        facts,
                        views,
                        loop,
                        commands,
                        data,
                        around,
                        ticker,
                        random,
                        journal,
                        new BootSetting(folder, facts.boot()),
                        heart);
        runtime.wasStarted = records.saved().isStarted();
        runtime.watching = watching;
        runtime.voting =
                votes.attach(
                        facts.name(),
                        records::register,
                        () ->
                                loop.offer(
                                        new Event.Configured(
                                                ticker.nowNs(),
                                                SettingsOf.votes(
                                                        loop.node().settings(),
                                                        settings,
                                                        votes.isByMajority()))));
        return runtime;
    }

    private final BootSetting boot;
    private boolean wasStarted;
    private Runnable watching = () -> {};
    private Runnable voting = () -> {};

    /// Lets the module run.
    ///
    /// @param atBoot start it as if an operator had said so
    public void start(boolean atBoot) {
        loop.start();
        swapBack.start();
        if (atBoot) offer(dev.understudy.core.failover.Command.START, CommandOptions.NONE, 0);
    }

    /// Tells whether the module ran when the daemon before this one ended.
    public boolean wasStarted() {
        return wasStarted;
    }

    /// The node as the core last decided.
    public Node node() {
        return loop.node();
    }

    /// Hands an event to the loop.
    public void offer(Event event) {
        loop.offer(event);
    }

    /// What the API shows.
    ModuleState state() {
        return StateView.of(
                facts,
                loop,
                data.numbers(),
                views.addresses().get(),
                views.resources().get(),
                views.off().get(),
                views.action(),
                views.quarantine().map(ModuleQuarantine::warning).orElse(""),
                views.running(),
                ticker.nowNs());
    }

    /// The quarantine, if the module replicates something.
    Optional<ModuleQuarantine> quarantine() {
        return views.quarantine();
    }

    /// Explains a moment.
    ///
    /// @param atMs milliseconds since 1970 UTC; 0 for the present
    /// @throws IOException if the journal's files cannot be read
    Explanation explain(long atMs) throws IOException {
        ModuleState shown = state();
        long nowMs = System.currentTimeMillis();
        if (atMs == 0 || atMs >= nowMs) {
            return Explain.now(
                    shown, loop.node(), journal.tail(facts.name(), EXPLAINED_MAX), nowMs);
        }
        return Explain.then(
                shown,
                journal.before(facts.name(), java.time.Instant.ofEpochMilli(atMs), EXPLAINED_MAX),
                atMs);
    }

    /// Whether the module starts at boot: on, off or auto.
    ///
    /// @throws IOException if what an operator said cannot be read
    public String boot() throws IOException {
        return boot.value();
    }

    /// The same for the API.
    ModuleControl.Boot shownBoot() throws IOException {
        return new ModuleControl.Boot(
                facts.name(), boot.value(), boot.isSaid() ? "operator" : "configuration");
    }

    /// Remembers whether the module starts at boot.
    ///
    /// @param word one of [BootSetting#WORDS]
    void boot(String word) throws IOException {
        boot.say(word);
    }

    /// Switches checkers off or on.
    ///
    /// @return ids of those that were meant; empty if there is none such
    List<String> checkers(String id, boolean isOn) {
        List<String> ids = views.enable().apply(id, isOn);
        // What is not looked at any more holds nothing up.
        if (!isOn) ids.forEach(one -> offer(new Event.ResourceUnknown(ticker.nowNs(), one)));
        journal.append(
                Entry.event(
                        facts.name(),
                        isOn ? "CHECKERS_ON" : "CHECKERS_OFF",
                        (isOn ? "switched on: " : "switched off: ") + String.join(", ", ids)));
        return ids;
    }

    /// Sets a resource that scripts and operators say, for the module's failover rules.
    void say(String id, boolean isUp, String detail) {
        views.say().say(id, isUp, detail);
    }

    /// How often rules fired.
    Counts counts() {
        return loop.counts();
    }

    /// Tells whether clients may be sent here.
    boolean isReady() {
        return loop.isReady();
    }

    /// Carries out a command; the stage ends with its outcome.
    CompletionStage<Outcome> command(Command command, CommandOptions options) {
        if (options.noSync()) {
            return CompletableFuture.completedFuture(
                    new Outcome.Refused(
                            "refused",
                            "an exchange without the data would serve a copy that lacks writes",
                            "let the copies become equal and 'swap', or 'stop' here and say 'prim"
                                    + " --force' there: it tells what is lost"));
        }
        long id = commands.begin(command, loop.node().state());
        CompletionStage<Outcome> outcome = commands.outcome(id);
        offer(Modules.coreCommand(command), options, id);
        return outcome;
    }

    private void offer(
            dev.understudy.core.failover.Command command, CommandOptions options, long id) {
        long bits = random.nextLong();
        loop.offer(
                new Event.Commanded(
                        ticker.nowNs(),
                        id,
                        command,
                        options.force(),
                        options.fullSync(),
                        options.discards(),
                        bits == 0 ? 1 : bits));
    }

    /// Seals anew what the guard says if this process dies: keys, addresses or mounts changed.
    public void rearm() {
        around.armGuard(loop.fenced());
    }

    @Override
    public void close() throws IOException {
        attached.run();
        watching.run();
        voting.run();
        swapBack.close();
        loop.close();
        commands.abandon("safed ends, or the module is configured anew");
        around.close();
        data.close();
    }

    /// Passes events on to a loop that is made after those who report to it.
    private static final class Relay implements Consumer<Event> {
        private final java.util.concurrent.CompletableFuture<ModuleLoop> loop =
                new java.util.concurrent.CompletableFuture<>();

        void to(ModuleLoop made) {
            loop.complete(made);
        }

        @Override
        public void accept(Event event) {
            loop.join().offer(event);
        }
    }

    /// Hears the peer's beats.
    private record Ear(ModuleLoop loop) implements Heart.Sink {
        @Override
        public void heard(long nowNs, String network, byte[] beat, boolean fenced) {
            Message message = MessageCodec.decode(beat);
            if (message != null) loop.offer(new Event.Heard(nowNs, message));
        }

        @Override
        public void paused(long nowNs, long pausedNs) {
            loop.offer(new Event.Paused(nowNs, pausedNs));
        }
    }
}
