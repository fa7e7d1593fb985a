package dev.understudy.core.register;

import java.util.ArrayList;
import java.util.List;

/// A voter: pure decisions about one memory.
///
/// What makes it safe is that nothing is answered before it is durable; so durability is an effect,
/// and the answer comes after it.
public final class Acceptor {
    private Acceptor() {}

    /// What the shell has to do, in the order given; it stops if a write fails.
    public sealed interface Effect {
        /// Make this memory durable, as a whole.
        record Persist(Memory memory) implements Effect {}

        /// Answer.
        record Answer(Reply reply) implements Effect {}
    }

    /// One request answered.
    ///
    /// @param memory what is remembered from now on
    /// @param effects in order
    public record Step(Memory memory, List<Effect> effects) {
        /// Copies the list.
        public Step {
            effects = List.copyOf(effects);
        }

        /// The answer.
        public Reply reply() {
            return ((Effect.Answer) effects.getLast()).reply();
        }
    }

    /// Answers one request; equal arguments give equal steps.
    public static Step step(Memory memory, Ask ask) {
        return switch (ask) {
            case Ask.Prepare p when !votes(memory, p.era()) -> otherEra(memory);
            case Ask.Accept a when !votes(memory, a.era()) -> otherEra(memory);
            case Ask.Prepare p -> prepare(memory, p);
            case Ask.Accept a -> accept(memory, a);
            case Ask.Adopt(Config config) -> adopt(memory, config);
            case Ask.Greet() -> answer(memory, self(memory));
        };
    }

    private static boolean votes(Memory memory, long era) {
        return memory.config().era() == era && memory.votes();
    }

    private static Step prepare(Memory memory, Ask.Prepare p) {
        Cell cell = memory.cell(p.key());
        if (cell.promised().isAfter(p.ballot()) || isFull(memory, p.key())) {
            return answer(memory, new Reply.Later(p.key(), p.ballot(), cell.promised()));
        }
        Reply promise = new Reply.Promise(p.key(), p.ballot(), cell.accepted(), cell.value());
        if (cell.promised().equals(p.ballot())) {
            return answer(memory, promise); // the request came twice
        }
        Cell promised = new Cell(p.ballot(), cell.accepted(), cell.value());
        return durably(memory.with(p.key(), promised), promise);
    }

    private static Step accept(Memory memory, Ask.Accept a) {
        Cell cell = memory.cell(a.key());
        if (cell.promised().isAfter(a.ballot()) || isFull(memory, a.key())) {
            return answer(memory, new Reply.Later(a.key(), a.ballot(), cell.promised()));
        }
        Reply accepted = new Reply.Accepted(a.key(), a.ballot());
        Cell next = new Cell(a.ballot(), a.ballot(), a.value());
        return next.equals(cell)
                ? answer(memory, accepted)
                : durably(memory.with(a.key(), next), accepted);
    }

    private static Step adopt(Memory memory, Config config) {
        if (config.era() <= memory.config().era()) {
            return answer(memory, self(memory));
        }
        Memory next = memory.with(config);
        return durably(next, self(next));
    }

    private static boolean isFull(Memory memory, String key) {
        return memory.cells().size() >= Memory.CELLS_MAX && !memory.cells().containsKey(key);
    }

    private static Step otherEra(Memory memory) {
        return answer(memory, new Reply.OtherEra(memory.id(), memory.config()));
    }

    private static Reply self(Memory memory) {
        List<String> keys = new ArrayList<>(memory.cells().keySet());
        keys.remove(Config.KEY);
        return new Reply.Self(memory.id(), memory.config(), keys);
    }

    private static Step answer(Memory memory, Reply reply) {
        return new Step(memory, List.of(new Effect.Answer(reply)));
    }

    private static Step durably(Memory next, Reply reply) {
        return new Step(next, List.of(new Effect.Persist(next), new Effect.Answer(reply)));
    }
}
