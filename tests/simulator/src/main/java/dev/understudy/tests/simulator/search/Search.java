package dev.understudy.tests.simulator.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Breadth first from the pair at rest through every interleaving within the bounds; a state that
/// was met before is not gone on from.
public final class Search {
    private final Bounds bounds;
    private final Model.Setup setup;
    private final Seen seen = new Seen();
    private int[] parents = new int[1 << 16];
    private short[] actions = new short[1 << 16];
    private int states;

    /// How far is searched.
    ///
    /// @param faults at most so many in a run
    /// @param writes at most so many
    /// @param operations an operator's commands, at most so many
    /// @param kinds faults that are tried
    /// @param statesMax a search that meets more states than this is given up
    record Bounds(int faults, int writes, int operations, Set<Action.Kind> kinds, int statesMax) {
        Bounds {
            kinds = Set.copyOf(kinds);
        }
    }

    /// What came of a search.
    ///
    /// @param states how many different ones were met
    /// @param depth length of the longest way, in actions
    /// @param isComplete every state within the bounds was met
    /// @param broken what does not hold; null if everything does
    /// @param trace the shortest way there
    record Result(
            int states,
            int depth,
            boolean isComplete,
            @Nullable String broken,
            List<String> trace) {
        Result {
            trace = List.copyOf(trace);
        }
    }

    /// A state that was met and not gone on from yet.
    private record Open(Model model, int number) {}

    /// A successor, not compared with those that were met.
    private record Next(@Nullable Model model, long key, int parent, short action, String broken) {}

    private Search(Model.Setup setup, Bounds bounds) {
        this.setup = setup;
        this.bounds = bounds;
    }

    /// Searches.
    ///
    /// @param threads that work at once
    static Result run(Model.Setup setup, Bounds bounds, int threads) {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            return new Search(setup, bounds).run(pool, threads);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private Result run(ExecutorService pool, int threads)
            throws InterruptedException, ExecutionException {
        Model first = Model.pair(setup);
        seen.add(Key.of(first));
        List<Open> open = List.of(new Open(first, note(-1, (short) 0)));
        int depth = 0;
        while (!open.isEmpty()) {
            List<Open> further = new ArrayList<>();
            for (List<Next> part : successors(open, pool, threads)) {
                for (Next next : part) {
                    if (next.model() == null) {
                        int end = note(next.parent(), next.action());
                        return new Result(states, depth + 1, false, next.broken(), trace(end));
                    }
                    if (seen.add(next.key())) {
                        further.add(new Open(next.model(), note(next.parent(), next.action())));
                    }
                }
            }
            if (states > bounds.statesMax()) {
                return new Result(states, depth, false, null, List.of());
            }
            depth += further.isEmpty() ? 0 : 1;
            open = further;
        }
        return new Result(states, depth, true, null, List.of());
    }

    private List<List<Next>> successors(List<Open> open, ExecutorService pool, int threads)
            throws InterruptedException, ExecutionException {
        int size = Math.max(1, Math.min(2_000, open.size() / threads + 1));
        List<Future<List<Next>>> parts = new ArrayList<>();
        for (int from = 0; from < open.size(); from += size) {
            List<Open> part = open.subList(from, Math.min(open.size(), from + size));
            parts.add(pool.submit(() -> successors(part)));
        }
        List<List<Next>> all = new ArrayList<>();
        for (Future<List<Next>> part : parts) {
            all.add(part.get());
        }
        return all;
    }

    private List<Next> successors(List<Open> part) {
        List<Next> all = new ArrayList<>();
        for (Open one : part) {
            for (Action.Kind kind : Action.Kind.values()) {
                for (int side = 0; side < 2; side++) {
                    Action action = new Action(kind, side);
                    if (isWithin(one.model(), action) && one.model().isPossible(action)) {
                        Next next = next(one, action);
                        // Nobody writes to the table meanwhile: most were met before.
                        if (next.model() == null || !seen.has(next.key())) {
                            all.add(next);
                        }
                    }
                }
            }
        }
        return all;
    }

    private boolean isWithin(Model model, Action action) {
        return switch (action.kind()) {
            case WRITE -> model.writes < bounds.writes();
            case SWAP, STOP -> model.operations < bounds.operations();
            default ->
                    !action.kind().isFault
                            || (model.faults < bounds.faults()
                                    && bounds.kinds().contains(action.kind()));
        };
    }

    private Next next(Open one, Action action) {
        Model model = new Model(one.model());
        short code = (short) action.code();
        try {
            model.act(action);
        } catch (Broken broken) {
            return new Next(null, 0, one.number(), code, String.valueOf(broken.getMessage()));
        }
        return new Next(model, Key.of(model), one.number(), code, "");
    }

    private int note(int parent, short action) {
        if (states == parents.length) {
            parents = Arrays.copyOf(parents, 2 * states);
            actions = Arrays.copyOf(actions, 2 * states);
        }
        parents[states] = parent;
        actions[states] = action;
        return states++;
    }

    /// Goes the way again and writes down what an operator would see.
    private List<String> trace(int end) {
        List<Action> way = new ArrayList<>();
        for (int at = end; parents[at] >= 0; at = parents[at]) {
            way.addFirst(Action.of(actions[at]));
        }
        List<String> lines = new ArrayList<>();
        Model model = Model.pair(setup);
        List<String> journal = new ArrayList<>();
        model.journal = journal;
        long fromNs = model.now;
        lines.add("%5.1f s  %-16s %s".formatted(0.0, "", model.shown()));
        for (Action action : way) {
            String shown;
            try {
                model.act(action);
                shown = model.shown();
            } catch (Broken broken) {
                shown = String.valueOf(broken.getMessage());
            }
            double atS = (model.now - fromNs) / 1e9;
            lines.add("%5.1f s  %-16s %s".formatted(atS, action, shown));
            journal.forEach(line -> lines.add("             " + line));
            journal.clear();
        }
        return lines;
    }

    /// The numbers of the states that were met.
    private static final class Seen {
        private long[] table = new long[1 << 20];
        private int count;

        /// @return whether it is new
        boolean add(long key) {
            long value = key == 0 ? 1 : key;
            int mask = table.length - 1;
            int at = (int) (value ^ value >>> 32) & mask;
            while (table[at] != 0) {
                if (table[at] == value) {
                    return false;
                }
                at = at + 1 & mask;
            }
            table[at] = value;
            if (++count > table.length / 2) {
                grow();
            }
            return true;
        }

        boolean has(long key) {
            long value = key == 0 ? 1 : key;
            int mask = table.length - 1;
            int at = (int) (value ^ value >>> 32) & mask;
            while (table[at] != 0) {
                if (table[at] == value) {
                    return true;
                }
                at = at + 1 & mask;
            }
            return false;
        }

        private void grow() {
            long[] old = table;
            table = new long[2 * old.length];
            int mask = table.length - 1;
            for (long value : old) {
                if (value != 0) {
                    int at = (int) (value ^ value >>> 32) & mask;
                    while (table[at] != 0) {
                        at = at + 1 & mask;
                    }
                    table[at] = value;
                }
            }
        }
    }
}
