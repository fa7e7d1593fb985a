package dev.understudy.tests.simulator;

import dev.understudy.core.register.Acceptor;
import dev.understudy.core.register.Ask;
import dev.understudy.core.register.Memory;
import dev.understudy.core.register.Reply;
import dev.understudy.core.register.VoteCodec;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// The shell around one voter's memory: one request after the other, durable before it answers.
final class Voter {
    private record Waiting(Ask ask, Consumer<Reply> answer) {}

    private final World world;
    private final LongSupplier writeNs;

    /// What survives.
    Memory memory;

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean isWriting;

    /// Counts deaths: what an earlier life was about to answer is never answered.
    private int life;

    private int asked;

    /// @param writeNs how long the next durable write takes
    Voter(World world, Memory memory, LongSupplier writeNs) {
        this.world = world;
        this.memory = memory;
        this.writeNs = writeNs;
    }

    void ask(Ask ask, Consumer<Reply> answer) {
        waiting.add(new Waiting(ask, answer));
        drain();
    }

    /// The process dies: what is not durable is gone, nobody is answered.
    void die() {
        life++;
        waiting.clear();
        isWriting = false;
    }

    private void drain() {
        while (!waiting.isEmpty() && !isWriting) {
            Waiting next = waiting.poll();
            Acceptor.Step step = Acceptor.step(memory, coded(next.ask()));
            boolean persists = step.effects().getFirst() instanceof Acceptor.Effect.Persist;
            if (!persists) {
                next.answer().accept(step.reply());
                continue;
            }
            isWriting = true;
            int mine = life;
            world.in(
                    writeNs.getAsLong(),
                    () -> {
                        if (mine != life) {
                            return;
                        }
                        isWriting = false;
                        memory = step.memory();
                        next.answer().accept(step.reply());
                        drain();
                    });
        }
    }

    /// Every eighth goes through the bytes of the wire.
    private Ask coded(Ask ask) {
        return (++asked & 7) != 0
                ? ask
                : Objects.requireNonNull(VoteCodec.ask(VoteCodec.encode(ask)));
    }
}
