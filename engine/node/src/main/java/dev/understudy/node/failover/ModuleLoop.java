package dev.understudy.node.failover;

import dev.understudy.core.failover.Beat;
import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Failover;
import dev.understudy.core.failover.Fenced;
import dev.understudy.core.failover.MessageCodec;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.failover.Step;
import dev.understudy.core.failover.TwoVoteRegister;
import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import dev.understudy.node.journal.Decisions;
import dev.understudy.node.journal.Entry;
import dev.understudy.node.journal.Journal;
import dev.understudy.node.store.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The loop of one module: takes an event, lets the core decide, carries the effects out in order.
///
/// One thread owns the module's state, so nothing here is locked. What the core decided is visible
/// to others (heart, API) before its effects are carried out.
public final class ModuleLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleLoop.class);
    private static final int INBOX_MAX = 4_096;

    private final String module;
    private final Ticker ticker;
    private final Journal journal;
    private final Decisions decisions;
    private final NodeRecords records;
    private final DataPath data;
    private final Surroundings around;
    private final Answers answers;
    private final RegisterVotes votes;
    private final BlockingQueue<Event> inbox = new ArrayBlockingQueue<>(INBOX_MAX);
    private final List<BiConsumer<Node, Long>> watchers = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile Published published;
    private volatile boolean open = true;
    private final Redundancy redundancy;
    private final Counts counts = new Counts();
    private long sinceMs = System.currentTimeMillis();
    private String cause = "BOOT";

    /// What others may see of the loop.
    ///
    /// @param node as the core last decided
    /// @param atNs when the loop was last seen at work
    /// @param sinceMs wall clock at which the state was entered
    /// @param rule name of the rule that fired last
    /// @param reason its words
    private record Published(Node node, long atNs, long sinceMs, String rule, String reason) {}

    /// Prepares the loop from what the node remembers; [#start] lets it run.
    ///
    /// @param decisions keeps every step of the core; closed with the loop
    /// @param data makes the data path, which reports to the given inbox
    /// @param around makes the rest, which reports to the given inbox
    ModuleLoop(
            String module,
            Settings settings,
            NodeRecords records,
            RegisterVotes votes,
            Life life,
            Ticker ticker,
            Journal journal,
            Decisions decisions,
            Answers answers,
            DataPath data,
            Surroundings around) {
        this.module = module;
        this.ticker = ticker;
        this.journal = journal;
        this.decisions = decisions;
        this.records = records;
        this.votes = votes;
        this.answers = answers;
        this.data = data;
        this.around = around;
        this.redundancy = new Redundancy(module, this::append);
        long now = ticker.nowNs();
        Step boot =
                Failover.boot(
                        settings,
                        records.saved(),
                        records.register(),
                        life.incarnation(),
                        life.bootId(),
                        now);
        this.published = new Published(boot.next(), now, sinceMs, "", "");
        this.thread =
                Thread.ofPlatform().name("module-" + module).daemon().unstarted(() -> run(boot));
    }

    /// This process and this boot of the machine.
    ///
    /// @param incarnation higher than that of every earlier process of this node
    /// @param bootId of the machine
    public record Life(long incarnation, String bootId) {}

    /// Lets the loop run.
    public void start() {
        decisions.start();
        thread.start();
    }

    /// Offers an event; the sender is never blocked.
    ///
    /// A full inbox means that the loop has been stuck for minutes: the event is dropped and
    /// logged, and the silence that follows is what the peer judges.
    public void offer(Event event) {
        if (!inbox.offer(event)) {
            LOG.error("module {}: inbox full, dropped {}", module, event);
        }
    }

    /// The node as the core last decided.
    public Node node() {
        return published.node();
    }

    /// Wall clock in milliseconds at which the state was entered.
    public long sinceMs() {
        return published.sinceMs();
    }

    /// Name of the rule that fired last; empty before the first.
    public String rule() {
        return published.rule();
    }

    /// The words of the rule that fired last, with what it saw.
    public String reason() {
        return published.reason();
    }

    /// How often each rule fired since this process started.
    Counts counts() {
        return counts;
    }

    /// Calls `watcher` after each step, on the loop's thread, with the new node; it must not block.
    Runnable watch(BiConsumer<Node, Long> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /// Gives the beat to send now, or null if the loop has not been at work for half a lease: a
    /// loop that hangs must not be spoken for.
    public byte @Nullable [] beat(long nowNs) {
        Published now = published;
        if (nowNs - now.atNs() > now.node().settings().timing().leaseNs() / 2) return null;
        Beat beat = Failover.beat(now.node(), nowNs);
        return MessageCodec.encode(beat);
    }

    /// Gives what the guard says if this process dies.
    public Fenced fenced() {
        Node node = published.node();
        return new Fenced(node.settings().self(), node.life().incarnation());
    }

    private void run(Step boot) {
        try {
            carryOut(boot);
            if (records.isLost()) {
                offer(
                        new Event.Suspect(
                                ticker.nowNs(), "the node's record or register cannot be read"));
            }
            while (open) {
                Event event = next();
                if (!open) return;
                if (!noted(event)) continue;
                cause = Cause.of(event);
                Step step = step(event);
                publish(step.next());
                carryOut(step);
            }
        } catch (InterruptedException e) {
            if (open) LOG.error("module {}: loop interrupted", module, e);
        } catch (RuntimeException | Error e) {
            // A broken rule must not serve: the lease runs out, the peer judges the silence.
            LOG.error("module {}: loop ended by a fault of our own; it serves no more", module, e);
            data.leaseUntil(0);
            around.vipUntil(0);
            around.dropVip();
            journalFault(e);
        }
    }

    private Step step(Event event) {
        Node before = published.node();
        try {
            Step step = Failover.step(before, event);
            decisions.stepped(before, event, step);
            return step;
        } catch (RuntimeException | Error e) {
            decisions.threw(before, event, e);
            throw e;
        }
    }

    /// What the votes decided is written to the own copy before the core hears of it, so that the
    /// next process of this node begins with it.
    private boolean noted(Event event) {
        if (!votes.isByMajority() || !(event instanceof Event.RegisterAnswered answered)) {
            return true;
        }
        return switch (answered.outcome()) {
            case RegisterOutcome.Committed(var now) -> keep(now);
            case RegisterOutcome.Refused(var current) -> keep(current);
            case RegisterOutcome.Unknown(), RegisterOutcome.NotAsked() -> true;
        };
    }

    private void journalFault(Throwable fault) {
        journal.append(
                Entry.alarm(
                                module,
                                "LOOP_FAULT",
                                "the module's loop stopped with a fault of its own: restart safed and report"
                                        + " it")
                        .with("fault", fault));
    }

    private Event next() throws InterruptedException {
        while (true) {
            long now = ticker.nowNs();
            Published seen = published;
            published = new Published(seen.node(), now, seen.sinceMs(), seen.rule(), seen.reason());
            Event waiting = inbox.poll();
            if (waiting != null) return waiting;
            long dueNs = Failover.nextWakeNs(seen.node());
            if (dueNs <= now) return new Event.Tick(now);
            // Not longer than a beat: a loop at rest still shows that it is alive.
            long waitNs = Math.min(dueNs - now, seen.node().settings().timing().beatNs());
            waiting = inbox.poll(waitNs, TimeUnit.NANOSECONDS);
            if (waiting != null) return waiting;
        }
    }

    private void publish(Node next) {
        Published before = published;
        if (before.node().state() != next.state()) sinceMs = System.currentTimeMillis();
        published = new Published(next, ticker.nowNs(), sinceMs, before.rule(), before.reason());
    }

    private void carryOut(Step step) {
        for (Effect effect : step.effects()) {
            if (!carryOut(effect)) return;
        }
        redundancy.look(step.next());
        for (var watcher : watchers) watcher.accept(step.next(), sinceMs);
    }

    /// Carries one effect out; false if the rest must not follow.
    private boolean carryOut(Effect effect) {
        switch (effect) {
            case Effect.Journal line -> write(line);
            case Effect.Persist persist -> {
                return persist(persist);
            }
            case Effect.KeepRegister(var register) -> {
                return keep(register);
            }
            case Effect.ChangeRegister change -> change(change.change());
            case Effect.TellPeer() -> around.tellPeer();
            case Effect.ArmGuard(var fenced) -> around.armGuard(fenced);
            case Effect.Answer answer -> answers.answer(answer);
            case Effect.LeaseUntil(var gateUntilNs, var vipUntilNs) -> {
                data.leaseUntil(gateUntilNs);
                around.vipUntil(vipUntilNs);
            }
            case Effect.RaiseVip() -> raiseVip();
            case Effect.DropVip() -> around.dropVip();
            case Effect.Probe probe -> probe(probe);
            case Effect.Fence fence -> fence(fence);
            case Effect.RunHook hook -> runHook(hook);
            case Effect.KillApplication() -> kill();
            case Effect.StartCheckers(var phase) -> around.startCheckers(phase);
            case Effect.StopCheckers() -> around.stopCheckers();
            case Effect.Data command -> data.command(command);
        }
        return true;
    }

    /// A rule that the module brings: its name and condition are what an operator wants to read.
    private static boolean isOfModule(Effect.Journal line) {
        return switch (line.rule()) {
            case RULE_HOLDS, RULE_SWAPS, RULE_RESTS -> true;
            default -> false;
        };
    }

    private void write(Effect.Journal line) {
        Published before = published;
        String reason =
                line.detail().isEmpty()
                        ? line.rule().reason()
                        : line.rule().reason() + " (" + line.detail() + ")";
        published =
                new Published(
                        before.node(), before.atNs(), before.sinceMs(), line.rule().name(), reason);
        boolean moved = line.from() != line.to();
        Node node = before.node();
        Entry.Draft draft =
                new Entry.Draft(
                        module,
                        moved ? Entry.Kind.TRANSITION : Entry.Kind.EVENT,
                        line.rule().number(),
                        line.rule().name(),
                        isOfModule(line) ? reason : line.rule().reason(),
                        moved ? Cause.seen(line, node, cause) : Cause.brief(line, node));
        append(draft);
        counts.count(line);
        if (moved) {
            LOG.info(
                    "{} {} -> {} rule={} {} {} {}",
                    module,
                    line.from(),
                    line.to(),
                    line.rule().number(),
                    line.rule().name(),
                    line.detail(),
                    node.settings().isLight() ? "" : node.register());
        } else {
            LOG.debug("{} {} rule={} {}", module, line.to(), line.rule().name(), line.detail());
        }
    }

    private void append(Entry.Draft draft) {
        try {
            journal.append(draft);
        } catch (UncheckedIOException e) {
            // The journal's disk is full or broken: the service matters more than its diary.
            LOG.error("journal cannot be written: {}", draft, e);
        }
    }

    private boolean persist(Effect.Persist persist) {
        try {
            records.write(persist.saved());
            return true;
        } catch (IOException e) {
            LOG.error("module {}: the node's record cannot be written", module, e);
            offer(new Event.Fault(ticker.nowNs(), "the node's record cannot be written: " + e));
            return false;
        }
    }

    private boolean keep(Register register) {
        try {
            records.write(register);
            return true;
        } catch (IOException e) {
            LOG.error("module {}: the register's copy cannot be written", module, e);
            offer(new Event.Fault(ticker.nowNs(), "the register's copy cannot be written: " + e));
            return false;
        }
    }

    private void change(RegisterChange change) {
        RegisterOutcome own =
                votes.onOwnCopy(module, records.register(), copy -> own(copy, change));
        if (own != null) {
            offer(new Event.RegisterAnswered(ticker.nowNs(), own));
        } else {
            votes.change(
                    module,
                    change,
                    outcome -> offer(new Event.RegisterAnswered(ticker.nowNs(), outcome)));
        }
    }

    private RegisterOutcome own(Register copy, RegisterChange change) {
        RegisterOutcome outcome = TwoVoteRegister.decide(copy, change);
        if (outcome instanceof RegisterOutcome.Committed(var now)) {
            try {
                records.write(now);
            } catch (IOException e) {
                LOG.error("module {}: the register's copy may not be durable", module, e);
                outcome = new RegisterOutcome.Unknown();
            }
        }
        return outcome;
    }

    private void raiseVip() {
        around.raiseVip(failure -> offer(new Event.VipFailed(ticker.nowNs(), failure)));
    }

    private void probe(Effect.Probe probe) {
        around.probe(
                probe.vip(),
                probe.timeoutNs(),
                seen ->
                        offer(
                                new Event.Probed(
                                        ticker.nowNs(),
                                        probe.id(),
                                        seen.witnessNs(),
                                        seen.vipAnswers())));
    }

    private void fence(Effect.Fence fence) {
        around.fence(
                fence.timeoutNs(),
                (isDone, text) ->
                        offer(new Event.FencingEnded(ticker.nowNs(), fence.run(), isDone, text)));
    }

    private void runHook(Effect.RunHook hook) {
        around.runHook(
                hook.hook(),
                hook.force(),
                hook.timeoutNs(),
                hook.from(),
                hook.to(),
                hook.services(),
                result -> offer(new Event.HookEnded(ticker.nowNs(), hook.run(), result)));
    }

    private void kill() {
        long withinNs = published.node().settings().timing().killNs();
        around.killApplication(withinNs, () -> offer(new Event.Killed(ticker.nowNs())));
    }

    /// Tells whether this node serves with its application up.
    public boolean isReady() {
        Node node = published.node();
        return node.isServing() && node.app().isUp() && !node.lease().isFrozen();
    }

    /// Ends the loop without changing anything of the module; the lease then runs out.
    @Override
    public void close() throws IOException {
        open = false;
        // Woken by an event, not interrupted: an interrupt would close the journal of all modules
        // under a write.
        offer(new Event.Tick(ticker.nowNs()));
        try {
            thread.join(5_000);
            if (thread.isAlive()) thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        decisions.close();
        records.close();
    }
}
