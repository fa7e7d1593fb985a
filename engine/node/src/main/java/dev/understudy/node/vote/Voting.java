package dev.understudy.node.vote;

import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import dev.understudy.core.register.Ask;
import dev.understudy.core.register.Attempt;
import dev.understudy.core.register.Ballots;
import dev.understudy.core.register.Change;
import dev.understudy.core.register.Config;
import dev.understudy.core.register.Form;
import dev.understudy.core.register.Memory;
import dev.understudy.core.register.ModuleValue;
import dev.understudy.core.register.Outcome;
import dev.understudy.core.register.Reply;
import dev.understudy.node.store.Ticker;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the registers of this node's modules are decided: by majority while there is a third vote,
/// else by each node's own copy.
///
/// One thread makes all attempts. The own voter's file and the copies of modules change under one
/// lock, so that no copy is decided on after the votes have begun with it.
public final class Voting implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Voting.class);
    private static final long ROUND_NS = 250_000_000L;
    private static final long LASTS_NS = 700_000_000L;

    private final NodeId self;
    private final VoteMemory memory;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Map<NodeId, VoteClient> clients = new HashMap<>();
    private final Map<String, Supplier<Register>> copies = new HashMap<>();
    private final Map<String, Pending> pending = new HashMap<>();
    private final List<Consumer<Form>> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService loop =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("votes").daemon().factory());
    private Ballots ballots;

    /// The change of a module that was asked for last.
    private record Pending(RegisterChange change, String request, boolean isUnknown) {}

    /// @param incarnation higher than that of every earlier process of this node
    public Voting(
            NodeId self,
            long incarnation,
            VoteMemory memory,
            Ticker ticker,
            RandomGenerator random) {
        this.self = self;
        this.memory = memory;
        this.ticker = ticker;
        this.random = random;
        ballots = Ballots.of(self, incarnation);
    }

    // ---- who votes

    /// The configuration that this node's voter knows.
    public Config config() {
        return memory.memory().config();
    }

    /// Tells whether a majority decides.
    public boolean isByMajority() {
        return config().form() == Form.MAJORITY;
    }

    /// Tells each change between own copies and majority.
    public void onForm(Consumer<Form> listener) {
        listeners.add(listener);
    }

    /// Answers another node that asks for this one's vote.
    ///
    /// @throws IOException if it cannot be made durable
    public Reply answer(Ask ask) throws IOException {
        Form before;
        Form after;
        Reply reply;
        synchronized (this) {
            before = config().form();
            boolean begins = ask instanceof Ask.Adopt && before == Form.OWN_COPIES;
            reply = memory.answer(ask, begins ? this::withCopies : remembered -> remembered);
            after = config().form();
        }
        if (before != after) {
            LOG.info("registers are decided by {} from now on: {}", after, config());
            listeners.forEach(listener -> listener.accept(after));
        }
        return reply;
    }

    private Memory withCopies(Memory remembered) {
        Memory with = remembered;
        for (var copy : copies.entrySet()) {
            Register own = newer(remembered, copy.getKey(), copy.getValue().get());
            if (own.epoch().value() > 0) {
                with = with.withOwnCopy(copy.getKey(), ModuleValue.of(own, "own-" + self));
            }
        }
        return with;
    }

    private static Register newer(Memory remembered, String module, Register own) {
        Register voted = ModuleValue.register(remembered.cell(module).value());
        return voted.epoch().isAfter(own.epoch()) ? voted : own;
    }

    /// Gives up the other voters for good, by an operator's word: this node's own copies count from
    /// now on, with what it voted for last.
    ///
    /// @throws IOException if it cannot be made durable
    void giveUpOthers() throws IOException {
        Config forced = config().byForce();
        LOG.warn("the other votes are given up by force: {}", forced);
        Reply reply = answer(new Ask.Adopt(forced));
        if (isByMajority()) throw new IllegalStateException("not adopted: " + reply);
    }

    // ---- modules

    /// Names the copy of a module's register that this node decides on while there are two votes.
    public synchronized Runnable module(String module, Supplier<Register> copy) {
        copies.put(module, copy);
        return () -> {
            synchronized (this) {
                copies.remove(module, copy);
            }
        };
    }

    /// Decides on the own copy, if that is what decides now.
    ///
    /// @param own the copy as the module's record has it
    /// @param decides decides and makes durable, given the copy that counts
    /// @return what it said; null if a majority decides: [#change] is to be asked
    public synchronized @Nullable RegisterOutcome onOwnCopy(
            String module,
            Register own,
            java.util.function.Function<Register, RegisterOutcome> decides) {
        Memory now = memory.memory();
        return now.config().form() == Form.MAJORITY ? null : decides.apply(newer(now, module, own));
    }

    /// Asks the voters for a change of a module's register; repeated after an unknown outcome it is
    /// the same change.
    ///
    /// @param told on another thread
    public void change(String module, RegisterChange wanted, Consumer<RegisterOutcome> told) {
        loop.execute(() -> {
            Pending last = pending.get(module);
            boolean repeats = last != null && last.isUnknown() && last.change().equals(wanted);
            String request = repeats && last != null ? last.request() : newRequest();
            pending.put(module, new Pending(wanted, request, true));
            begin(
                    module,
                    ModuleValue.change(wanted, request),
                    repeats,
                    outcome -> {
                        boolean open = outcome instanceof Outcome.Unknown;
                        pending.put(module, new Pending(wanted, request, open));
                        told.accept(ModuleValue.outcome(outcome));
                    });
        });
    }

    // ---- attempts; all on the loop

    /// Runs on the thread of the attempts.
    void execute(Runnable run) {
        loop.execute(run);
    }

    String newRequest() {
        String name = ballots.request();
        ballots = ballots.next();
        return name;
    }

    void begin(String key, Change change, boolean repeats, Consumer<Outcome> told) {
        Config config = config();
        if (config.form() == Form.OWN_COPIES) {
            told.accept(repeats ? new Outcome.Unknown() : new Outcome.OwnCopies(config));
            return;
        }
        new Running(config, key, change, repeats, told);
    }

    /// Sends a request to a voter; what is lost is lost.
    void send(NodeId to, Ask ask, Consumer<Reply> answer) {
        if (to.equals(self)) {
            try {
                answer.accept(answer(ask));
            } catch (IOException e) {
                LOG.error("this node's vote cannot be made durable", e);
            }
            return;
        }
        VoteClient client = client(to);
        if (client != null) {
            client.ask(ask, reply -> onLoop(() -> answer.accept(reply)));
        }
    }

    private void onLoop(Runnable run) {
        try {
            loop.execute(run);
        } catch (RejectedExecutionException closed) {
            LOG.debug("an answer came after the end");
        }
    }

    private synchronized @Nullable VoteClient client(NodeId node) {
        return clients.get(node);
    }

    /// Makes a voter on another host known; replaces an earlier one of that name.
    synchronized void reach(NodeId node, @Nullable VoteClient client) {
        VoteClient old = client == null ? clients.remove(node) : clients.put(node, client);
        if (old != null) old.close();
        if (client != null) client.start();
    }

    /// What each voter that answers says of itself.
    Map<NodeId, Reply.Self> selves() {
        Map<NodeId, Reply.Self> selves = new TreeMap<>();
        try {
            if (answer(new Ask.Greet()) instanceof Reply.Self own) selves.put(self, own);
        } catch (IOException e) {
            LOG.error("this node's voter does not answer", e);
        }
        synchronized (this) {
            clients.forEach((node, client) -> {
                Reply.Self said = client.self();
                if (said != null) selves.put(node, said);
            });
        }
        return selves;
    }

    /// One attempt under way.
    private final class Running {
        private final Consumer<Outcome> told;
        private Attempt attempt;

        Running(Config config, String key, Change change, boolean repeats, Consumer<Outcome> told) {
            this.told = told;
            long now = ticker.nowNs();
            Attempt.Step step =
                    Attempt.begin(
                            config,
                            key,
                            change,
                            ballots.ballot(),
                            repeats,
                            now,
                            ROUND_NS,
                            now + LASTS_NS,
                            random.nextLong());
            ballots = ballots.next();
            attempt = step.attempt();
            carryOut(step);
        }

        private void carryOut(Attempt.Step step) {
            attempt = step.attempt();
            ballots = ballots.met(attempt.roundMet());
            if (step.outcome() == null) {
                Attempt then = attempt;
                long in = Math.max(0, then.times().wakeNs() - ticker.nowNs());
                var due =
                        loop.schedule(
                                () -> {
                                    if (attempt.equals(then)) carryOut(then.tick(ticker.nowNs()));
                                },
                                in,
                                TimeUnit.NANOSECONDS);
                if (due.isCancelled()) LOG.debug("the end cancels an attempt");
            }
            for (Attempt.Effect effect : step.effects()) {
                switch (effect) {
                    case Attempt.Effect.Send(NodeId to, Ask ask) when to.equals(self) ->
                            // after the others: its answer is here when its write is durable
                            onLoop(() -> send(to, ask, reply -> heard(to, reply)));
                    case Attempt.Effect.Send(NodeId to, Ask ask) ->
                            send(to, ask, reply -> heard(to, reply));
                    case Attempt.Effect.Learned(Config config) ->
                            onLoop(() -> send(self, new Ask.Adopt(config), _ -> {}));
                    case Attempt.Effect.Ended(Outcome outcome) -> told.accept(outcome);
                }
            }
        }

        private void heard(NodeId from, Reply reply) {
            Attempt.Step step = attempt.heard(from, reply, ticker.nowNs());
            if (!step.attempt().equals(attempt) || !step.effects().isEmpty()) carryOut(step);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            clients.values().forEach(VoteClient::close);
            clients.clear();
        }
        loop.shutdownNow();
    }
}
