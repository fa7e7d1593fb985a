package dev.understudy.core.replay;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Failover;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Steps what was recorded through the rules again, up to the first step that goes another way.
public final class Rerun {
    private final BiFunction<Node, Event, Step> rules;
    private final List<Moved> moves = new ArrayList<>();
    private @Nullable Node node;
    private @Nullable Difference difference;
    private long steps;
    private long gaps;

    /// Milliseconds of the wall clock at 0 of the node's clock.
    private long wallMs;

    /// A line of the journal, decided again.
    ///
    /// @param atMs wall clock, milliseconds since 1970 UTC
    public record Moved(long atMs, Effect.Journal line) {
        /// Tells whether the state changed.
        public boolean isTransition() {
            return line.from() != line.to();
        }
    }

    /// The first step that went another way.
    ///
    /// @param step its number, from 1
    /// @param atMs wall clock, milliseconds since 1970 UTC
    /// @param event what the machine was told
    /// @param before the node that was told so
    /// @param recorded what it did then, one line each
    /// @param now what it does now
    public record Difference(
            long step,
            long atMs,
            String event,
            String before,
            List<String> recorded,
            List<String> now) {
        public Difference {
            recorded = List.copyOf(recorded);
            now = List.copyOf(now);
        }
    }

    /// Begins one through the shipping rules.
    public Rerun() {
        this(Failover::step);
    }

    /// Begins one through other rules.
    public Rerun(BiFunction<Node, Event, Step> rules) {
        this.rules = rules;
    }

    /// Goes on with a recording, after the file before if there was one.
    ///
    /// @return false: a difference was found, nothing follows
    public boolean run(Recording recording) {
        for (Recording.Entry entry : recording.entries()) {
            switch (entry) {
                case Recording.Opening opening -> open(opening);
                case Recording.Stepped stepped -> step(stepped);
            }
            if (difference != null) {
                return false;
            }
        }
        return true;
    }

    private void open(Recording.Opening opening) {
        Node known = node;
        wallMs = opening.atMs() - opening.node().nowNs() / 1_000_000;
        gaps += opening.why() == Recording.Why.GAP ? 1 : 0;
        if (opening.why() == Recording.Why.NEXT_FILE
                && known != null
                && !known.equals(opening.node())) {
            difference =
                    new Difference(
                            steps,
                            opening.atMs(),
                            "the next file begins",
                            known.state().toString(),
                            List.of(opening.node().toString()),
                            List.of(known.toString()));
        }
        node = opening.node();
    }

    private void step(Recording.Stepped stepped) {
        Node before = java.util.Objects.requireNonNull(node, "a recording begins with a node");
        steps++;
        List<Effect> effects = List.of();
        String fault = "";
        try {
            Step step = rules.apply(before, stepped.event());
            node = step.next();
            effects = step.effects();
        } catch (RuntimeException | Error thrown) {
            fault = thrown.toString();
        }
        long atMs = wallMs + stepped.event().nowNs() / 1_000_000;
        if (!effects.equals(stepped.effects()) || !fault.equals(stepped.fault())) {
            difference =
                    new Difference(
                            steps,
                            atMs,
                            stepped.event().toString(),
                            before.state() + " " + before.saved().data() + " " + before.register(),
                            words(stepped.effects(), stepped.fault()),
                            words(effects, fault));
        }
        for (Effect effect : effects) {
            if (effect instanceof Effect.Journal line) {
                moves.add(new Moved(atMs, line));
            }
        }
    }

    private static List<String> words(List<Effect> effects, String fault) {
        List<String> words = new ArrayList<>();
        for (Effect effect : effects) {
            words.add(
                    effect instanceof Effect.Journal line
                            ? "%s -> %s  %d %s %s"
                                    .formatted(
                                            line.from(),
                                            line.to(),
                                            line.rule().number(),
                                            line.rule(),
                                            line.detail())
                                    .strip()
                            : effect.toString());
        }
        if (!fault.isEmpty()) {
            words.add("fault: " + fault);
        }
        return words;
    }

    /// How many steps were gone.
    public long steps() {
        return steps;
    }

    /// How often steps are missing in the recording.
    public long gaps() {
        return gaps;
    }

    /// Every line of the journal that was decided again, in order.
    public List<Moved> moves() {
        return List.copyOf(moves);
    }

    /// Where it went another way.
    public Optional<Difference> difference() {
        return Optional.ofNullable(difference);
    }
}
