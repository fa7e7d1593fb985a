package dev.understudy.tests.simulator;

import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import dev.understudy.core.register.Ask;
import dev.understudy.core.register.Attempt;
import dev.understudy.core.register.Ballots;
import dev.understudy.core.register.Change;
import dev.understudy.core.register.Config;
import dev.understudy.core.register.ModuleValue;
import dev.understudy.core.register.Outcome;
import dev.understudy.core.register.Reply;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One daemon's attempts at the registers, over the simulated networks.
final class Votes {
    static final String KEY = "m";
    private static final long ROUND_NS = 120 * World.MS;
    private static final long LASTS_NS = 400 * World.MS;

    private final Daemon daemon;
    private final World world;
    private Ballots ballots;

    /// The change whose outcome is unknown; null if there is none.
    private @Nullable RegisterChange unknown;

    private String request = "";

    Votes(Daemon daemon) {
        this.daemon = daemon;
        this.world = daemon.world;
        ballots = Ballots.of(daemon.machine.id, daemon.incarnation);
    }

    /// Asks for a change of the module's register, as the shell does.
    void change(RegisterChange wanted, Consumer<RegisterOutcome> told) {
        boolean repeats = wanted.equals(unknown);
        if (!repeats) {
            request = ballots.request();
            ballots = ballots.next();
        }
        unknown = wanted;
        begin(
                KEY,
                ModuleValue.change(wanted, request),
                repeats,
                outcome -> {
                    if (!(outcome instanceof Outcome.Unknown)) {
                        unknown = null;
                    }
                    told.accept(ModuleValue.outcome(outcome));
                });
    }

    String newRequest() {
        String name = ballots.request();
        ballots = ballots.next();
        return name;
    }

    /// Makes an attempt; not answered if the process dies.
    void begin(String key, Change change, boolean repeats, Consumer<Outcome> told) {
        new Running(key, change, repeats, told);
    }

    /// One attempt under way.
    private final class Running {
        private final Consumer<Outcome> told;
        private Attempt attempt;

        Running(String key, Change change, boolean repeats, Consumer<Outcome> told) {
            this.told = told;
            long now = world.now;
            Config config = daemon.machine.disk.voter().memory.config();
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
                            world.random.nextLong());
            ballots = ballots.next();
            attempt = step.attempt();
            carryOut(step);
        }

        private void carryOut(Attempt.Step step) {
            attempt = step.attempt();
            ballots = ballots.met(attempt.roundMet());
            ArrayDeque<Attempt.Effect> effects = new ArrayDeque<>(step.effects());
            for (Attempt.Effect effect : effects) {
                switch (effect) {
                    case Attempt.Effect.Send(NodeId to, Ask ask) -> send(to, ask, this::heard);
                    case Attempt.Effect.Learned(Config config) ->
                            send(daemon.machine.id, new Ask.Adopt(config), this::heard);
                    case Attempt.Effect.Ended(Outcome outcome) -> told.accept(outcome);
                }
            }
            if (step.outcome() == null) {
                wake();
            }
        }

        private void wake() {
            Attempt then = attempt;
            long in = Math.max(1, attempt.times().wakeNs() - world.now);
            daemon.after(
                    in,
                    () -> {
                        if (attempt.equals(then)) {
                            carryOut(attempt.tick(world.now));
                        }
                    });
        }

        private void heard(NodeId from, Reply reply) {
            Attempt before = attempt;
            Attempt.Step step = before.heard(from, reply, world.now);
            if (!step.attempt().equals(before) || !step.effects().isEmpty()) {
                carryOut(step);
            }
        }
    }

    /// Takes an answer.
    interface Hears {
        void heard(NodeId from, Reply reply);
    }

    /// Sends a request and brings the answer back, unless either is lost.
    void send(NodeId to, Ask ask, Hears hears) {
        if (to.equals(daemon.machine.id)) {
            daemon.machine.disk.voter().ask(ask, reply -> later(() -> hears.heard(to, reply)));
            return;
        }
        if (to.equals(Witness.NAME)) {
            toWitness(ask, hears);
            return;
        }
        Machine peer = daemon.machine.other();
        world.datagram(
                daemon.machine.index,
                () -> {
                    if (peer.daemon == null || !peer.daemon.isRunning()) {
                        return;
                    }
                    peer.disk
                            .voter()
                            .ask(
                                    ask,
                                    reply ->
                                            world.datagram(
                                                    peer.index,
                                                    () -> later(() -> hears.heard(to, reply))));
                });
    }

    private void toWitness(Ask ask, Hears hears) {
        Witness witness = Objects.requireNonNull(world.witness);
        int index = daemon.machine.index;
        overWitnessNet(
                index,
                () -> {
                    if (!witness.isDown) {
                        witness.voter.ask(
                                ask,
                                reply ->
                                        overWitnessNet(
                                                index,
                                                () ->
                                                        later(() ->
                                                                hears.heard(Witness.NAME, reply))));
                    }
                });
    }

    private void overWitnessNet(int index, Runnable arrive) {
        Witness witness = Objects.requireNonNull(world.witness);
        if (witness.cut[index] || world.chance(world.loss)) {
            return;
        }
        world.in(
                world.between(100_000, 2 * World.MS),
                () -> {
                    if (!witness.cut[index]) {
                        arrive.run();
                    }
                });
    }

    /// To this process, if it still lives; when it runs.
    private void later(Runnable run) {
        daemon.after(20_000, run);
    }
}
