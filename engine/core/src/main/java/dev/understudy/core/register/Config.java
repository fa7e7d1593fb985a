package dev.understudy.core.register;

import dev.understudy.core.member.Check;
import dev.understudy.core.member.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who votes.
///
/// Voters change one at a time, and only between three and two: `{A,B,W} -> {A,B} -> {A,B,V}`. Two
/// voters must both agree, and three need two of them, so every majority before a step meets every
/// majority after it in at least one voter: what was chosen is seen. The second step is taken only
/// when both voters of the era between have taken note of it (they answer no older era then) and
/// every register was written anew by both; so nothing depends on the voter that left, and one that
/// comes with an empty memory makes a majority only with one that knows.
///
/// @param era counts the steps; 0 = never had a third vote
/// @param form how registers change in this era
/// @param voters by name; empty with [Form#OWN_COPIES] of era 0
public record Config(long era, Form form, List<Voter> voters) {
    /// Two nodes that never had a third vote.
    public static final Config TWO_VOTES = new Config(0, Form.OWN_COPIES, List.of());

    /// Eras that [#byForce] leaves out: more than voters that it did not ask can have taken since.
    public static final long FORCED_ERAS = 1000;

    /// The key of the register that holds the configuration itself.
    public static final String KEY = "";

    public Config {
        List<Voter> sorted = new ArrayList<>(voters);
        sorted.sort(Comparator.comparing(Voter::node));
        voters = List.copyOf(sorted);
        Check.argument(era >= 0 && voters.size() <= 3, "era %d, voters %s", era, voters);
        Check.argument(form == Form.OWN_COPIES || voters.size() >= 2, "a majority of %s", voters);
    }

    /// How many votes decide.
    public int quorum() {
        return voters.size() / 2 + 1;
    }

    /// The voter on a node, or null.
    public @Nullable Voter on(NodeId node) {
        for (Voter voter : voters) {
            if (voter.node().equals(node)) {
                return voter;
            }
        }
        return null;
    }

    /// Tells whether a memory with this id votes.
    public boolean isVoter(long id) {
        return form == Form.MAJORITY && voters.stream().anyMatch(voter -> voter.id() == id);
    }

    /// The step in which both nodes give up deciding on their own: from now on both must agree.
    public Config bothAgree(Voter one, Voter other) {
        Check.argument(form == Form.OWN_COPIES, "%s has votes already", this);
        return new Config(era + 1, Form.MAJORITY, List.of(one, other));
    }

    /// The step that takes one of three voters out.
    public Config without(NodeId node) {
        Check.argument(voters.size() == 3 && on(node) != null, "%s without %s", this, node);
        return new Config(
                era + 1,
                form,
                voters.stream().filter(voter -> !voter.node().equals(node)).toList());
    }

    /// The step that adds a third voter.
    public Config with(Voter voter) {
        Check.argument(
                form == Form.MAJORITY && voters.size() == 2 && on(voter.node()) == null,
                "%s with %s",
                this,
                voter);
        List<Voter> all = new ArrayList<>(voters);
        all.add(voter);
        return new Config(era + 1, form, all);
    }

    /// The step back to two votes, each node deciding on its own copy.
    public Config ownCopies() {
        Check.argument(form == Form.MAJORITY && voters.size() == 2, "%s to own copies", this);
        return new Config(era + 1, Form.OWN_COPIES, voters);
    }

    /// The step that an operator takes on the one voter that is left, when the others are gone for
    /// good: back to two votes without anybody's agreement. No majority of this era meets it. What
    /// it risks is what `prim --force` risks: if the others decide together meanwhile, both sides
    /// may serve. A voter that comes back hears of the later era and adopts it.
    public Config byForce() {
        Check.argument(form == Form.MAJORITY, "%s to own copies by force", this);
        return new Config(era + FORCED_ERAS, Form.OWN_COPIES, voters);
    }

    /// As a value of the register [#KEY]; [#parse] reads it.
    public Value asValue(String request) {
        StringBuilder text = new StringBuilder(form.name());
        for (Voter voter : voters) {
            text.append(' ').append(voter.node()).append('=').append(voter.id());
        }
        return new Value(request, era, 0, text.toString());
    }

    /// Reads what [#asValue] wrote.
    ///
    /// @throws IllegalArgumentException if it is something else
    public static Config parse(Value value) {
        String[] words = value.text().split(" ", -1);
        List<Voter> voters = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            Check.argument(equals > 0, "'%s' is no voter", words[i]);
            voters.add(
                    new Voter(
                            new NodeId(words[i].substring(0, equals)),
                            Long.parseLong(words[i].substring(equals + 1))));
        }
        return new Config(value.version(), Form.valueOf(words[0]), voters);
    }
}
