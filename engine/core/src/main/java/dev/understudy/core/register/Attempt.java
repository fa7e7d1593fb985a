package dev.understudy.core.register;

import dev.understudy.core.member.Check;
import dev.understudy.core.member.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One change, or read, that one node asks of the voters: the proposer. Immutable.
///
/// In two round trips: a majority promises and says what it holds, a majority accepts what follows
/// from that. Refused or unanswered, it begins again with a later ballot after a pause, until its
/// time is over.
///
/// @param config who votes
/// @param key of the register
/// @param change what is wanted
/// @param ballot of this round
/// @param phase what is waited for
/// @param promises of this round, by voter
/// @param accepted who accepted in this round
/// @param refused who refused in this round
/// @param proposed what this round asks to accept; null before that
/// @param hasAsked in some round somebody was asked to accept the change: it may land
/// @param highest the highest ballot that was seen
/// @param times until when
/// @param seed of the pauses
public record Attempt(
        Config config,
        String key,
        Change change,
        Ballot ballot,
        Phase phase,
        SortedMap<NodeId, Reply.Promise> promises,
        SortedSet<NodeId> accepted,
        SortedSet<NodeId> refused,
        @Nullable Value proposed,
        boolean hasAsked,
        Ballot highest,
        Times times,
        long seed) {

    /// What is waited for.
    public enum Phase {
        /// Promises.
        PREPARE,
        /// Acceptance.
        ACCEPT,
        /// The end of a pause.
        PAUSE,
        /// Nothing more.
        OVER
    }

    /// On the clock of the caller, in nanoseconds.
    ///
    /// @param roundNs how long a round waits for answers
    /// @param wakeNs when this round, or this pause, is over
    /// @param endNs when the attempt is over
    public record Times(long roundNs, long wakeNs, long endNs) {}

    /// What the shell has to do.
    public sealed interface Effect {
        /// Send to the voter on a node; what is lost is asked again.
        record Send(NodeId to, Ask ask) implements Effect {}

        /// A later configuration was met: let the own voter adopt it.
        record Learned(Config config) implements Effect {}

        /// It is over.
        record Ended(Outcome outcome) implements Effect {}
    }

    /// One input taken.
    ///
    /// @param attempt as it goes on
    /// @param effects in order
    public record Step(Attempt attempt, List<Effect> effects) {
        /// Copies the list.
        public Step {
            effects = List.copyOf(effects);
        }

        /// The outcome, or null while it goes on.
        public @Nullable Outcome outcome() {
            return !effects.isEmpty() && effects.getLast() instanceof Effect.Ended(Outcome o)
                    ? o
                    : null;
        }
    }

    private static final long PAUSE_NS = 4_000_000L;
    private static final int PAUSES_MAX = 16;

    /// Begins.
    ///
    /// @param ballot of a proposer that no other attempt has, see [Ballots]
    /// @param mayHaveLanded an earlier attempt of this very request ended [Outcome.Unknown]
    /// @param seed random; spreads the pauses of rivals
    public static Step begin(
            Config config,
            String key,
            Change change,
            Ballot ballot,
            boolean mayHaveLanded,
            long nowNs,
            long roundNs,
            long endNs,
            long seed) {
        Check.argument(config.form() == Form.MAJORITY, "%s has no votes", config);
        Attempt attempt =
                new Attempt(
                        config,
                        key,
                        change,
                        ballot,
                        Phase.PAUSE,
                        new TreeMap<>(),
                        new TreeSet<>(),
                        new TreeSet<>(),
                        null,
                        mayHaveLanded,
                        ballot,
                        new Times(roundNs, nowNs, endNs),
                        seed);
        return attempt.round(ballot, nowNs, new ArrayList<>());
    }

    /// The highest round that was met.
    public long roundMet() {
        return highest.round();
    }

    /// Goes on with an answer.
    public Step heard(NodeId from, Reply reply, long nowNs) {
        if (phase == Phase.OVER || config.on(from) == null) {
            return quiet();
        }
        return switch (reply) {
            case Reply.Promise p when isMine(p.key(), p.ballot(), Phase.PREPARE) ->
                    promised(from, p, nowNs);
            case Reply.Accepted a when isMine(a.key(), a.ballot(), Phase.ACCEPT) -> accepted(from);
            case Reply.Later l when isMine(l.key(), l.ballot(), phase) ->
                    seen(l.promised()).refused(from, nowNs);
            case Reply.OtherEra(long id, Config other) -> otherEra(from, id, other, nowNs);
            case Reply.Promise _, Reply.Accepted _, Reply.Later _, Reply.Self _ -> quiet();
        };
    }

    /// Goes on because time went by; due at `times.wakeNs`.
    public Step tick(long nowNs) {
        if (phase == Phase.OVER || nowNs < times.wakeNs()) {
            return quiet();
        }
        if (nowNs >= times.endNs()) {
            return end(hasAsked ? new Outcome.Unknown() : new Outcome.NoMajority());
        }
        return phase == Phase.PAUSE ? round(nextBallot(), nowNs, new ArrayList<>()) : pause(nowNs);
    }

    private Ballot nextBallot() {
        return new Ballot(highest.round() + 1, ballot.proposer(), ballot.incarnation());
    }

    private boolean isMine(String ofKey, Ballot ofBallot, Phase in) {
        return phase == in
                && (in == Phase.PREPARE || in == Phase.ACCEPT)
                && key.equals(ofKey)
                && ballot.equals(ofBallot);
    }

    private Step round(Ballot next, long nowNs, List<Effect> before) {
        Ballot top = highest.isAfter(next) ? highest : next;
        Attempt begun =
                new Attempt(
                        config,
                        key,
                        change,
                        next,
                        Phase.PREPARE,
                        new TreeMap<>(),
                        new TreeSet<>(),
                        new TreeSet<>(),
                        null,
                        hasAsked,
                        top,
                        times(nowNs + times.roundNs()),
                        seed);
        return begun.send(before, new Ask.Prepare(config.era(), key, next));
    }

    private Step promised(NodeId from, Reply.Promise promise, long nowNs) {
        TreeMap<NodeId, Reply.Promise> all = new TreeMap<>(promises);
        all.put(from, promise);
        if (all.size() < config.quorum()) {
            return new Step(with(phase, all, accepted, refused, proposed, hasAsked), List.of());
        }
        Value wanted = change.apply(latest(all));
        if (wanted == null) {
            return end(new Outcome.Kept(null)); // nothing was ever chosen before this ballot
        }
        boolean asks = hasAsked || wanted.request().equals(change.request());
        Attempt next = with(Phase.ACCEPT, all, accepted, new TreeSet<>(), wanted, asks);
        return next.until(nowNs + times.roundNs())
                .send(new ArrayList<>(), new Ask.Accept(config.era(), key, ballot, wanted));
    }

    private static @Nullable Value latest(Map<NodeId, Reply.Promise> promises) {
        Ballot ballot = Ballot.NONE;
        Value best = null;
        for (Reply.Promise promise : promises.values()) {
            Value value = promise.value();
            if (value == null) {
                continue;
            }
            boolean later = promise.accepted().isAfter(ballot);
            boolean unordered = promise.accepted().equals(ballot);
            if (best == null || later || (unordered && value.compareTo(best) > 0)) {
                best = value;
                ballot = promise.accepted();
            }
        }
        return best;
    }

    private Step accepted(NodeId from) {
        TreeSet<NodeId> all = new TreeSet<>(accepted);
        all.add(from);
        Value chosen = proposed;
        if (all.size() < config.quorum() || chosen == null) {
            return new Step(with(phase, promises, all, refused, chosen, hasAsked), List.of());
        }
        return end(
                chosen.request().equals(change.request())
                        ? new Outcome.Changed(chosen)
                        : new Outcome.Kept(chosen));
    }

    private Step refused(NodeId from, long nowNs) {
        TreeSet<NodeId> all = new TreeSet<>(refused);
        all.add(from);
        Attempt next = with(phase, promises, accepted, all, proposed, hasAsked);
        boolean hopeless = config.voters().size() - all.size() < config.quorum();
        return hopeless ? next.pause(nowNs) : new Step(next, List.of());
    }

    private Step otherEra(NodeId from, long id, Config other, long nowNs) {
        if (other.era() < config.era()) {
            // It has missed a step, which was decided: tell it, and ask again in the next round.
            return new Step(this, List.of(new Effect.Send(from, new Ask.Adopt(config))));
        }
        if (other.era() == config.era()) {
            Voter voter = config.on(from);
            boolean votes = voter != null && voter.id() == id;
            return votes ? quiet() : refused(from, nowNs); // its memory is lost: it does not vote
        }
        Effect learned = new Effect.Learned(other);
        if (other.form() == Form.OWN_COPIES) {
            Step ended = end(hasAsked ? new Outcome.Unknown() : new Outcome.OwnCopies(other));
            return new Step(ended.attempt(), List.of(learned, ended.effects().getLast()));
        }
        Attempt moved =
                new Attempt(
                        other, key, change, ballot, phase, promises, accepted, refused, proposed,
                        hasAsked, highest, times, seed);
        return moved.round(nextBallot(), nowNs, new ArrayList<>(List.of(learned)));
    }

    private Step pause(long nowNs) {
        long count = Math.min(PAUSES_MAX, ballot.round() % PAUSES_MAX + 1);
        long mixed = seed ^ (ballot.round() * 0x9E3779B97F4A7C15L);
        mixed = (mixed ^ (mixed >>> 32)) * 0xBF58476D1CE4E5B9L;
        long jitter = Math.floorMod(mixed >>> 16, count * PAUSE_NS);
        Attempt paused =
                with(
                        Phase.PAUSE,
                        new TreeMap<>(),
                        new TreeSet<>(),
                        new TreeSet<>(),
                        null,
                        hasAsked);
        return new Step(paused.until(nowNs + PAUSE_NS / 2 + jitter), List.of());
    }

    private Step end(Outcome outcome) {
        Attempt over =
                with(Phase.OVER, new TreeMap<>(), new TreeSet<>(), new TreeSet<>(), null, hasAsked);
        return new Step(over.until(Long.MAX_VALUE), List.of(new Effect.Ended(outcome)));
    }

    private Step quiet() {
        return new Step(this, List.of());
    }

    private Step send(List<Effect> before, Ask ask) {
        for (Voter voter : config.voters()) {
            before.add(new Effect.Send(voter.node(), ask));
        }
        return new Step(this, before);
    }

    private Attempt seen(Ballot other) {
        return !other.isAfter(highest)
                ? this
                : new Attempt(
                        config, key, change, ballot, phase, promises, accepted, refused, proposed,
                        hasAsked, other, times, seed);
    }

    private Times times(long wakeNs) {
        return new Times(times.roundNs(), Math.min(wakeNs, times.endNs()), times.endNs());
    }

    private Attempt until(long wakeNs) {
        Times next =
                wakeNs == Long.MAX_VALUE
                        ? new Times(times.roundNs(), wakeNs, times.endNs())
                        : times(wakeNs);
        return new Attempt(
                config, key, change, ballot, phase, promises, accepted, refused, proposed, hasAsked,
                highest, next, seed);
    }

    private Attempt with(
            Phase nextPhase,
            SortedMap<NodeId, Reply.Promise> nextPromises,
            SortedSet<NodeId> nextAccepted,
            SortedSet<NodeId> nextRefused,
            @Nullable Value nextProposed,
            boolean asked) {
        return new Attempt(
                config,
                key,
                change,
                ballot,
                nextPhase,
                nextPromises,
                nextAccepted,
                nextRefused,
                nextProposed,
                asked,
                highest,
                times,
                seed);
    }
}
