package dev.understudy.core.register;

/// Orders the attempts of all proposers; no two attempts have the same.
///
/// @param round counts up; 0 in [#NONE] only
/// @param proposer the node that attempts; empty in [#NONE] only
/// @param incarnation of its process, so that a restarted node never repeats a ballot
public record Ballot(long round, String proposer, long incarnation) implements Comparable<Ballot> {
    /// Before every attempt.
    public static final Ballot NONE = new Ballot(0, "", 0);

    /// Tells whether this attempt overrules `other`.
    public boolean isAfter(Ballot other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(Ballot other) {
        if (round != other.round) {
            return Long.compare(round, other.round);
        }
        int byName = proposer.compareTo(other.proposer);
        return byName != 0 ? byName : Long.compare(incarnation, other.incarnation);
    }

    @Override
    public String toString() {
        return round == 0 ? "none" : round + "." + proposer + "." + incarnation;
    }
}
