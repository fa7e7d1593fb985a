package dev.understudy.core.register;

import dev.understudy.core.member.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Every interleaving of two proposers and three voters, with small bounds.
///
/// What was sent may arrive at any later moment, in any order, again and again, or never. A voter
/// may die and come back with what it had made durable; a proposer may die and come back as a new
/// process. Each proposer changes the register from version 1 to 2, or reads it, one after the
/// other.
///
/// What must hold: one version never has two contents, and no operation answers with less than what
/// was known to be decided before it began.
final class Search {
    /// A mistake made on purpose.
    enum Mistake {
        NONE,
        /// A voter answers, and makes durable later.
        ANSWER_BEFORE_DURABLE,
        /// A voter accepts below what it promised.
        ACCEPT_BELOW_PROMISE,
        /// A proposer begins again with the ballots of its process before.
        BALLOT_REUSED,
        /// A voter that lost its memory votes under its old name.
        WIPED_VOTES,
        /// A read believes the first majority and writes nothing back.
        READ_WITHOUT_ACCEPT
    }

    static final List<NodeId> NAMES = List.of(new NodeId("a"), new NodeId("b"), new NodeId("w"));
    private static final Config CONFIG =
            new Config(
                    2,
                    Form.MAJORITY,
                    List.of(
                            new Voter(NAMES.get(0), 1),
                            new Voter(NAMES.get(1), 2),
                            new Voter(NAMES.get(2), 3)));
    private static final String KEY = "m";
    private static final Value FIRST = new Value("first", 1, 0, "old");
    private static final Attempt.Times TIMES = new Attempt.Times(1, 1, Long.MAX_VALUE);

    /// One proposer.
    ///
    /// @param attempt under way; null when it is done
    /// @param operation its place in the list of what this side does
    /// @param floor what was known to be decided when the operation began
    record Side(
            @Nullable Attempt attempt, int operation, long incarnation, @Nullable Value floor) {}

    /// What a voter said.
    private record Said(NodeId from, Reply reply) {}

    /// Numbers equal things, so that a moment is a few numbers.
    private static final class Pool<T> {
        private final Map<T, Integer> numbers = new HashMap<>();
        private final List<T> things = new ArrayList<>();

        int number(T thing) {
            Integer known = numbers.putIfAbsent(thing, things.size());
            if (known != null) {
                return known;
            }
            things.add(thing);
            return things.size() - 1;
        }

        T at(int number) {
            return things.get(number);
        }
    }

    /// One moment, in numbers of the pools.
    ///
    /// @param voters what the voters act upon
    /// @param durable what they would have after their death
    /// @param sides the proposers
    /// @param asks what was sent to all voters and may arrive
    /// @param said what was answered and may arrive
    /// @param decided by version, as operations that ended have told
    /// @param crashes how many deaths of voters are left
    /// @param restarts how many of proposers
    record Moment(
            List<Integer> voters,
            List<Integer> durable,
            List<Integer> sides,
            Set<Integer> asks,
            Set<Integer> said,
            int decided,
            int crashes,
            int restarts,
            int hash) {
        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Moment o
                    && hash == o.hash
                    && crashes == o.crashes
                    && restarts == o.restarts
                    && decided == o.decided
                    && voters.equals(o.voters)
                    && durable.equals(o.durable)
                    && sides.equals(o.sides)
                    && asks.equals(o.asks)
                    && said.equals(o.said);
        }
    }

    private final Pool<Memory> memories = new Pool<>();
    private final Pool<Side> sides = new Pool<>();
    private final Pool<Ask> asks = new Pool<>();
    private final Pool<Said> said = new Pool<>();
    private final Pool<Map<Long, Value>> decided = new Pool<>();
    private final Map<Long, Acceptor.Step> answers = new HashMap<>();

    private record Link(@Nullable Moment before, String what) {}

    private final Mistake mistake;
    private final Bounds bounds;
    private final long momentsMax;
    private final Map<Moment, Link> seen = new HashMap<>();
    private final ArrayDeque<Moment> open = new ArrayDeque<>();
    @Nullable String violation;
    boolean isComplete = true;

    /// What is tried.
    ///
    /// @param operations of each proposer: `c` = change, `r` = read
    /// @param rounds how often each operation may begin anew
    /// @param voterDeaths how many voters die
    /// @param proposerDeaths how many proposers die
    record Bounds(List<String> operations, int rounds, int voterDeaths, int proposerDeaths) {}

    /// @param momentsMax after so many it gives up; then `isComplete` is false
    Search(Mistake mistake, Bounds bounds, long momentsMax) {
        this.mistake = mistake;
        this.bounds = bounds;
        this.momentsMax = momentsMax;
        List<Integer> voters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Cell cell = new Cell(Ballot.NONE, Ballot.NONE, FIRST);
            voters.add(memories.number(Memory.fresh(i + 1).with(KEY, cell).with(CONFIG)));
        }
        Now start = new Now();
        start.voters = voters;
        start.durable = voters;
        Side none = new Side(null, 0, 1, null);
        start.sides = List.of(sides.number(none), sides.number(none));
        start.decided = decided.number(Map.of(1L, FIRST));
        start.crashes = bounds.voterDeaths();
        start.restarts = bounds.proposerDeaths();
        begin(start, 0, 1);
        begin(start, 1, 1);
        reach(null, start, "both begin");
    }

    /// A moment in the making.
    private final class Now {
        List<Integer> voters = List.of();
        List<Integer> durable = List.of();
        List<Integer> sides = List.of();
        Set<Integer> asks = Set.of();
        Set<Integer> said = Set.of();
        int decided;
        int crashes;
        int restarts;

        Now() {}

        Now(Moment m) {
            voters = m.voters();
            durable = m.durable();
            sides = m.sides();
            asks = m.asks();
            said = m.said();
            decided = m.decided();
            crashes = m.crashes();
            restarts = m.restarts();
        }

        Side side(int i) {
            return Search.this.sides.at(sides.get(i));
        }

        Moment moment() {
            forget();
            int hash = Objects.hash(voters, durable, sides, asks, said, decided, crashes, restarts);
            return new Moment(voters, durable, sides, asks, said, decided, crashes, restarts, hash);
        }

        /// Leaves out what changes nothing whenever it arrives: answers to rounds that are over,
        /// and requests that no voter would remember and nobody waits for.
        private void forget() {
            if (mistake == Mistake.BALLOT_REUSED) {
                return;
            }
            said = said.stream().filter(this::matters).collect(Collectors.toUnmodifiableSet());
            asks = asks.stream().filter(this::counts).collect(Collectors.toUnmodifiableSet());
        }

        private boolean matters(int number) {
            Reply reply = Search.this.said.at(number).reply();
            for (int i = 0; i < 2; i++) {
                Attempt attempt = side(i).attempt();
                Ballot ballot = attempt == null ? Ballot.NONE : attempt.ballot();
                boolean heard =
                        attempt != null
                                && switch (reply) {
                                    case Reply.Promise p ->
                                            p.ballot().equals(ballot)
                                                    && attempt.phase() == Attempt.Phase.PREPARE;
                                    case Reply.Accepted a -> a.ballot().equals(ballot);
                                    case Reply.Later l -> l.ballot().equals(ballot);
                                    default -> true;
                                };
                if (heard) {
                    return true;
                }
            }
            return false;
        }

        private boolean counts(int number) {
            Ballot ballot =
                    switch (Search.this.asks.at(number)) {
                        case Ask.Prepare p -> p.ballot();
                        case Ask.Accept a -> a.ballot();
                        default -> Ballot.NONE;
                    };
            for (int i = 0; i < 2; i++) {
                Attempt attempt = side(i).attempt();
                if (attempt != null && attempt.ballot().equals(ballot)) {
                    return true;
                }
            }
            for (int i = 0; i < 3; i++) {
                boolean live = !answer(voters.get(i), number).memory().equals(voter(voters, i));
                boolean dead = !answer(durable.get(i), number).memory().equals(voter(durable, i));
                if (live || dead || mistake == Mistake.WIPED_VOTES) {
                    return true;
                }
            }
            return false;
        }
    }

    private Memory voter(List<Integer> of, int i) {
        return memories.at(of.get(i));
    }

    /// How many moments were reached.
    int run() {
        while (!open.isEmpty() && violation == null) {
            if (seen.size() > momentsMax) {
                isComplete = false;
                return seen.size();
            }
            expand(open.pollFirst());
        }
        return seen.size();
    }

    private void reach(@Nullable Moment before, Now now, String what) {
        if (violation != null) {
            return;
        }
        Moment after = now.moment();
        if (seen.putIfAbsent(after, new Link(before, what)) == null) {
            open.addLast(after);
        }
    }

    /// How a moment came about.
    private String trace(Moment last, String what) {
        ArrayDeque<String> lines = new ArrayDeque<>();
        lines.addFirst(what);
        for (Moment at = last; at != null; ) {
            Link link = seen.get(at);
            if (link == null) {
                break;
            }
            lines.addFirst(link.what());
            at = link.before();
        }
        return String.join("\n", lines);
    }

    private void expand(Moment m) {
        for (int i = 0; i < 3; i++) {
            for (int ask : m.asks()) {
                answers(m, i, ask);
            }
            dies(m, i);
        }
        for (int i = 0; i < 2; i++) {
            Attempt attempt = sides.at(m.sides().get(i)).attempt();
            if (attempt == null) {
                continue;
            }
            hears(m, i, attempt);
            if (attempt.ballot().round()
                    < (long) bounds.rounds() * (sides.at(m.sides().get(i)).operation() + 1)) {
                Attempt paused = fixed(attempt.tick(1).attempt());
                goOn(m, i, paused.tick(1), NAMES.get(i) + " has waited enough");
            }
            restarts(m, i);
        }
    }

    /// Two answers at once: one alone changes nothing that others see.
    private void hears(Moment m, int i, Attempt attempt) {
        for (int first : m.said()) {
            for (int second : m.said()) {
                Said one = said.at(first);
                Said two = said.at(second);
                if (one.from().compareTo(two.from()) >= 0) {
                    continue;
                }
                Attempt half = attempt.heard(one.from(), one.reply(), 0).attempt();
                Attempt.Step step = half.heard(two.from(), two.reply(), 0);
                boolean moved = !half.equals(attempt) && step.attempt().phase() != attempt.phase();
                if (moved) {
                    goOn(m, i, step, NAMES.get(i) + " hears " + one + " and " + two);
                }
            }
        }
    }

    private Acceptor.Step answer(int memory, int ask) {
        return answers.computeIfAbsent(
                ((long) memory << 32) | ask, _ -> stepped(memories.at(memory), asks.at(ask)));
    }

    private Acceptor.Step stepped(Memory memory, Ask ask) {
        Acceptor.Step step = Acceptor.step(memory, ask);
        boolean forces =
                mistake == Mistake.ACCEPT_BELOW_PROMISE && step.reply() instanceof Reply.Later;
        if (!forces || !(ask instanceof Ask.Accept a)) {
            return step;
        }
        Cell forced = new Cell(memory.cell(KEY).promised(), a.ballot(), a.value());
        Reply accepted = new Reply.Accepted(KEY, a.ballot());
        return new Acceptor.Step(
                memory.with(KEY, forced), List.of(new Acceptor.Effect.Answer(accepted)));
    }

    private void answers(Moment m, int i, int ask) {
        Acceptor.Step step = answer(m.voters().get(i), ask);
        Now next = new Now(m);
        int memory = memories.number(step.memory());
        next.voters = with(m.voters(), i, memory);
        if (mistake != Mistake.ANSWER_BEFORE_DURABLE) {
            next.durable = with(m.durable(), i, memory);
        }
        if (!(step.reply() instanceof Reply.Later)) { // a refusal only makes a proposer wait less
            next.said = plus(m.said(), said.number(new Said(NAMES.get(i), step.reply())));
        }
        reach(m, next, NAMES.get(i) + " votes on " + asks.at(ask) + ": " + step.reply());
    }

    private void dies(Moment m, int i) {
        if (m.crashes() == 0) {
            return;
        }
        int left = m.durable().get(i);
        if (mistake == Mistake.WIPED_VOTES) {
            left = memories.number(Memory.fresh(i + 1).with(CONFIG));
        }
        if (left == m.voters().get(i)) {
            return; // it comes back as it was
        }
        Now next = new Now(m);
        next.voters = with(m.voters(), i, left);
        next.durable = with(m.durable(), i, left);
        next.crashes--;
        reach(m, next, "voter " + NAMES.get(i) + " dies and comes back");
    }

    private void restarts(Moment m, int i) {
        if (m.restarts() == 0) {
            return;
        }
        Now next = new Now(m);
        long incarnation = next.side(i).incarnation() + 1;
        next.sides = with(m.sides(), i, sides.number(new Side(null, 0, incarnation, null)));
        next.restarts--;
        begin(next, i, mistake == Mistake.BALLOT_REUSED ? 1 : incarnation);
        reach(m, next, NAMES.get(i) + " restarts");
    }

    private void begin(Now now, int i, long ballotIncarnation) {
        Side side = now.side(i);
        String name = NAMES.get(i).name();
        String request = name + side.incarnation() + "." + side.operation();
        Change change =
                isChange(i, side.operation())
                        ? new Change(request, 1, new Value(request, 2, 0, "by " + request))
                        : Change.read(request);
        Attempt before = side.attempt();
        long round = before == null ? 1 : bounds.rounds() * side.operation() + 1;
        Ballot ballot = new Ballot(round, name + "#" + side.operation(), ballotIncarnation);
        Attempt.Step step =
                Attempt.begin(CONFIG, KEY, change, ballot, false, 0, 1, Long.MAX_VALUE, 7);
        Map<Long, Value> known = decided.at(now.decided);
        Value floor = known.getOrDefault(2L, FIRST);
        put(now, i, new Side(fixed(step.attempt()), side.operation(), side.incarnation(), floor));
        send(now, step);
    }

    private boolean isChange(int i, int operation) {
        return bounds.operations().get(i).charAt(operation) == 'c';
    }

    private void put(Now now, int i, Side side) {
        now.sides = with(now.sides, i, sides.number(side));
    }

    private void send(Now now, Attempt.Step step) {
        for (Attempt.Effect effect : step.effects()) {
            if (effect instanceof Attempt.Effect.Send(NodeId _, Ask ask)) {
                now.asks = plus(now.asks, asks.number(ask));
            }
        }
    }

    private void goOn(Moment m, int i, Attempt.Step step, String what) {
        Now next = new Now(m);
        Side side = next.side(i);
        Outcome outcome = step.outcome();
        boolean believes =
                mistake == Mistake.READ_WITHOUT_ACCEPT
                        && !isChange(i, side.operation())
                        && step.attempt().phase() == Attempt.Phase.ACCEPT;
        if (believes) {
            outcome = new Outcome.Kept(step.attempt().proposed());
        }
        Attempt attempt = fixed(step.attempt());
        put(next, i, new Side(attempt, side.operation(), side.incarnation(), side.floor()));
        send(next, step);
        if (outcome == null) {
            reach(m, next, what);
            return;
        }
        Value told =
                switch (outcome) {
                    case Outcome.Changed(Value now) -> now;
                    case Outcome.Kept(Value current) when current != null -> current;
                    default -> throw new IllegalStateException(outcome.toString());
                };
        Map<Long, Value> known = decided.at(m.decided());
        String wrong = wrong(known, side, told);
        if (wrong != null) {
            violation = trace(m, what + "\n=> " + NAMES.get(i) + ": " + outcome + ": " + wrong);
            return;
        }
        Map<Long, Value> more = new TreeMap<>(known);
        more.put(told.version(), told);
        next.decided = decided.number(more);
        int operation = side.operation() + 1;
        boolean isOver = operation == bounds.operations().get(i).length();
        put(next, i, new Side(isOver ? null : attempt, operation, side.incarnation(), null));
        if (!isOver) {
            begin(next, i, attempt.ballot().incarnation());
        }
        reach(m, next, what + " => " + outcome);
    }

    private static @Nullable String wrong(Map<Long, Value> decided, Side side, Value told) {
        Value floor = side.floor();
        Value known = decided.get(told.version());
        if (known != null && !known.equals(told)) {
            return "version " + told.version() + " was " + known;
        }
        if (floor != null && told.version() < floor.version()) {
            return "older than " + floor + ", which was known before";
        }
        return null;
    }

    private static Attempt fixed(Attempt a) {
        return new Attempt(
                a.config(),
                a.key(),
                a.change(),
                a.ballot(),
                a.phase(),
                a.promises(),
                a.accepted(),
                a.refused(),
                a.proposed(),
                a.hasAsked(),
                a.highest(),
                TIMES,
                a.seed());
    }

    private static Set<Integer> plus(Set<Integer> set, int one) {
        if (set.contains(one)) {
            return set;
        }
        Set<Integer> more = new HashSet<>(set);
        more.add(one);
        return Set.copyOf(more);
    }

    private static List<Integer> with(List<Integer> list, int i, int one) {
        List<Integer> changed = new ArrayList<>(list);
        changed.set(i, one);
        return List.copyOf(changed);
    }
}
