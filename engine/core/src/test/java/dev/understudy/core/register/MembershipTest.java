package dev.understudy.core.register;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.NodeId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Voters come and go while registers keep what they hold.
final class MembershipTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final NodeId W = new NodeId("w");

    /// Voters in one process, each asked at once.
    private static final class Group {
        final Map<NodeId, Memory> memories = new TreeMap<>();
        final Set<NodeId> down = new HashSet<>();
        final List<Config> eras = new ArrayList<>();
        Ballots ballots = Ballots.of(A, 1);

        Memory memory(NodeId node) {
            return java.util.Objects.requireNonNull(memories.get(node));
        }

        Reply ask(NodeId node, Ask ask) {
            Acceptor.Step step = Acceptor.step(memory(node), ask);
            memories.put(node, step.memory());
            return step.reply();
        }

        Outcome attempt(String key, Change change) {
            long now = 0;
            Attempt.Step step =
                    Attempt.begin(
                            memory(A).config(),
                            key,
                            change,
                            ballots.ballot(),
                            false,
                            now,
                            100,
                            1_000_000_000,
                            5);
            ballots = ballots.next();
            while (step.outcome() == null) {
                Attempt attempt = step.attempt();
                List<Attempt.Effect> effects = step.effects();
                step = new Attempt.Step(attempt, List.of());
                for (Attempt.Effect effect : effects) {
                    if (effect instanceof Attempt.Effect.Learned(Config config)) {
                        ask(A, new Ask.Adopt(config));
                    }
                    if (effect instanceof Attempt.Effect.Send(NodeId to, Ask ask)
                            && !down.contains(to)
                            && step.outcome() == null) {
                        Attempt.Step heard = step.attempt().heard(to, ask(to, ask), now);
                        List<Attempt.Effect> all = new ArrayList<>(step.effects());
                        all.addAll(heard.effects());
                        step = new Attempt.Step(heard.attempt(), all);
                    }
                }
                if (step.effects().isEmpty()) {
                    now = step.attempt().times().wakeNs();
                    step = step.attempt().tick(now);
                }
            }
            return step.outcome();
        }

        @Nullable Value read(String key) {
            Outcome read = attempt(key, Change.read("r" + ballots.count()));
            return assertInstanceOf(Outcome.Kept.class, read).current();
        }

        /// Drives to the end; false if it is blocked.
        boolean drive(@Nullable NodeId witness) {
            Set<String> renewed = new TreeSet<>();
            for (int i = 0; i < 50; i++) {
                Map<NodeId, Reply.Self> selves = new TreeMap<>();
                for (NodeId node : memories.keySet()) {
                    if (!down.contains(node)) {
                        selves.put(node, (Reply.Self) ask(node, new Ask.Greet()));
                    }
                }
                switch (Membership.next(List.of(A, B), witness, selves, renewed)) {
                    case Membership.Action.Done _ -> {
                        return true;
                    }
                    case Membership.Action.Blocked _ -> {
                        return false;
                    }
                    case Membership.Action.Tell(NodeId node, Config config) -> {
                        note(config);
                        ask(node, new Ask.Adopt(config));
                    }
                    case Membership.Action.Renew(String key) -> {
                        read(key);
                        renewed.add(key);
                    }
                    case Membership.Action.Decide(Config now, Config next) -> {
                        renewed.clear();
                        if (!decide(now, next)) {
                            return false;
                        }
                    }
                }
            }
            throw new AssertionError("no end: " + memories);
        }

        private boolean decide(Config now, Config next) {
            Outcome read = attempt(Config.KEY, Change.read("r" + ballots.count()));
            if (!(read instanceof Outcome.Kept(Value current))) {
                return false;
            }
            long from = current == null ? 0 : current.version();
            assertTrue(from <= now.era());
            Value wanted = next.asValue("c" + ballots.count());
            Outcome outcome = attempt(Config.KEY, new Change(wanted.request(), from, wanted));
            assertInstanceOf(Outcome.Changed.class, outcome);
            note(next);
            next.voters()
                    .forEach(voter -> {
                        if (memories.containsKey(voter.node()) && !down.contains(voter.node())) {
                            ask(voter.node(), new Ask.Adopt(next));
                        }
                    });
            return true;
        }

        private void note(Config config) {
            if (eras.isEmpty() || !eras.getLast().equals(config)) {
                eras.add(config);
            }
        }
    }

    private static Value module(long version) {
        return new Value("m" + version, version, 0, "text" + version);
    }

    private static Group three() {
        Group group = new Group();
        group.memories.put(A, Memory.fresh(1).withOwnCopy("m", module(7)));
        group.memories.put(B, Memory.fresh(2).withOwnCopy("m", module(8)));
        group.memories.put(W, Memory.fresh(3));
        assertTrue(group.drive(W));
        return group;
    }

    @Test
    void aThirdVoteBeginsWithTheNewerOfBothCopies() {
        Group group = three();
        assertEquals(3, group.memory(A).config().voters().size());
        for (NodeId down : List.of(A, B, W)) {
            group.down.clear();
            group.down.add(down);
            if (!down.equals(A)) {
                assertEquals(module(8), group.read("m"));
            }
        }
    }

    @Test
    void aWitnessThatLostItsMemoryDoesNotVoteUntilItIsReplaced() {
        Group group = three();
        group.memories.put(W, Memory.fresh(4));
        group.down.add(B);
        Outcome outcome = group.attempt("m", new Change("m9", 8, module(9)));
        assertInstanceOf(Outcome.NoMajority.class, outcome);
        group.down.clear();
        assertTrue(group.drive(W));
        group.down.add(B);
        assertInstanceOf(Outcome.Changed.class, group.attempt("m", new Change("m9", 8, module(9))));
    }

    @Test
    void aDataNodeThatLostItsMemoryIsAddedByTheOtherTwo() {
        Group group = three();
        group.memories.put(B, Memory.fresh(5));
        assertTrue(group.drive(W));
        group.down.add(W);
        assertEquals(module(8), group.read("m"));
    }

    @Test
    void aWitnessIsReplacedByAnotherHost() {
        Group group = three();
        group.attempt("m", new Change("m9", 8, module(9)));
        group.down.add(W);
        NodeId other = new NodeId("v");
        group.memories.put(other, Memory.fresh(6));
        assertTrue(group.drive(other));
        group.down.add(B);
        assertEquals(module(9), group.read("m"));
    }

    @Test
    void withoutAThirdVoteBothCopiesHoldWhatWasDecidedLast() {
        Group group = three();
        group.down.add(B);
        group.attempt("m", new Change("m9", 8, module(9)));
        group.down.clear();
        assertTrue(group.drive(null));
        for (NodeId node : List.of(A, B)) {
            assertEquals(Form.OWN_COPIES, group.memory(node).config().form());
            assertEquals(module(9), group.memory(node).cell("m").value());
        }
    }

    /// The one that is left goes back to two votes; what it had voted for stays, and one that comes
    /// back takes over the later era instead of deciding with the witness by the old one.
    @Test
    void theLastVoteGoesOnByForce() {
        Group group = three();
        group.attempt("m", new Change("m9", 8, module(9)));
        group.down.add(A);
        group.down.add(W);
        Config forced = group.memory(B).config().byForce();
        group.ask(B, new Ask.Adopt(forced));
        assertEquals(Form.OWN_COPIES, group.memory(B).config().form());
        assertEquals(module(9), group.memory(B).cell("m").value());
        group.down.clear();
        group.down.add(W);
        assertTrue(group.drive(null));
        assertEquals(forced, group.memory(A).config());
        group.down.clear();
        assertEquals(3, group.memory(W).config().voters().size(), "it has not heard of it");
        assertInstanceOf(
                Reply.OtherEra.class,
                group.ask(A, new Ask.Prepare(group.memory(W).config().era(), "m", Ballot.NONE)));
        assertTrue(group.drive(W), "a third vote may come again");
        assertEquals(module(9), group.read("m"));
    }

    @Test
    void votersDoNotChangeWhileOneOfTheTwoIsAway() {
        Group group = three();
        group.down.add(B);
        group.memories.put(W, Memory.fresh(4));
        assertFalse(group.drive(W));
    }

    /// Why steps are safe: any two majorities of neighbouring eras share a voter.
    @Test
    void majoritiesOfNeighbouringErasMeet() {
        Group group = three();
        group.memories.put(W, Memory.fresh(4));
        group.drive(W);
        group.drive(null);
        group.drive(W);
        List<Config> eras = group.eras.stream().filter(era -> era.form() == Form.MAJORITY).toList();
        assertTrue(eras.size() >= 6, eras.toString());
        for (int i = 1; i < eras.size(); i++) {
            Config before = eras.get(i - 1);
            Config after = eras.get(i);
            if (after.era() != before.era() + 1) {
                continue; // two votes lay between
            }
            for (Set<Voter> one : majorities(before)) {
                for (Set<Voter> other : majorities(after)) {
                    Set<Voter> both = new HashSet<>(one);
                    both.retainAll(other);
                    assertFalse(both.isEmpty(), one + " and " + other);
                }
            }
        }
    }

    private static List<Set<Voter>> majorities(Config config) {
        List<Set<Voter>> all = new ArrayList<>();
        int count = config.voters().size();
        for (int bits = 0; bits < 1 << count; bits++) {
            Set<Voter> some = new HashSet<>();
            for (int i = 0; i < count; i++) {
                if ((bits >> i & 1) == 1) {
                    some.add(config.voters().get(i));
                }
            }
            if (some.size() >= config.quorum()) {
                all.add(some);
            }
        }
        return all;
    }
}
