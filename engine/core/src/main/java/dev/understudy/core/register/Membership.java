package dev.understudy.core.register;

import dev.understudy.core.member.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// How the voters get from what they are to what they shall be, one safe step at a time.
///
/// Stateless: whoever drives asks the voters who they are, does what [#next] says, and asks again;
/// so a driver that dies is followed by any other. Why the steps are safe is said at [Config].
public final class Membership {
    private Membership() {}

    /// What to do next.
    public sealed interface Action {
        /// Let the voters of now decide that `next` follows: read [Config#KEY]; what it holds, if
        /// its era is later than now, is to be adopted by all; else write `next` there.
        record Decide(Config now, Config next) implements Action {}

        /// Tell a node of a configuration that was decided.
        record Tell(NodeId node, Config config) implements Action {}

        /// Read this register once by a majority of now, so that both voters have it anew.
        record Renew(String key) implements Action {}

        /// Nothing is left to do.
        record Done(Config config) implements Action {}

        /// Nothing can be done now.
        record Blocked(String why) implements Action {}
    }

    /// Decides the next action.
    ///
    /// @param data the two data nodes
    /// @param witness the wanted third voter, null = two votes
    /// @param selves what each node that could be asked said of itself
    /// @param renewed the registers that were renewed in the era of now
    public static Action next(
            List<NodeId> data,
            @Nullable NodeId witness,
            Map<NodeId, Reply.Self> selves,
            Set<String> renewed) {
        Config now = newest(selves);
        List<NodeId> wanted = new ArrayList<>(data);
        if (witness != null) {
            wanted.add(witness);
        }
        if (now.form() == Form.OWN_COPIES) {
            return fromOwnCopies(data, witness, selves, now);
        }
        List<NodeId> lost = new ArrayList<>();
        for (Voter voter : now.voters()) {
            Reply.Self self = selves.get(voter.node());
            boolean isOther = self != null && self.id() != voter.id();
            if (isOther || !wanted.contains(voter.node())) {
                lost.add(voter.node());
            }
        }
        if (now.voters().size() == 3) {
            return fromThree(now, lost, selves);
        }
        return lost.isEmpty()
                ? fromTwo(now, data, witness, selves, renewed)
                : new Action.Blocked("the memory of " + lost + " is lost while both must agree");
    }

    private static Action fromOwnCopies(
            List<NodeId> data,
            @Nullable NodeId witness,
            Map<NodeId, Reply.Self> selves,
            Config now) {
        List<Voter> both = new ArrayList<>();
        for (NodeId node : data) {
            Reply.Self self = selves.get(node);
            if (self == null) {
                return new Action.Blocked(node + " does not answer");
            }
            both.add(new Voter(node, self.id()));
        }
        if (witness == null) {
            Action late = tell(now, data, selves);
            return late == null ? new Action.Done(now) : late;
        }
        if (!selves.containsKey(witness)) {
            return new Action.Blocked(witness + " does not answer");
        }
        // Nobody has to vote on it: there is but one such step from two votes.
        return new Action.Tell(data.getFirst(), now.bothAgree(both.get(0), both.get(1)));
    }

    private static Action fromThree(Config now, List<NodeId> lost, Map<NodeId, Reply.Self> selves) {
        if (lost.size() > 1) {
            return new Action.Blocked("the memories of " + lost + " are lost: no majority is left");
        }
        if (lost.size() == 1) {
            return new Action.Decide(now, now.without(lost.getFirst()));
        }
        List<NodeId> voters = now.voters().stream().map(Voter::node).toList();
        Action late = tell(now, voters, selves);
        return late == null ? new Action.Done(now) : late;
    }

    private static Action fromTwo(
            Config now,
            List<NodeId> data,
            @Nullable NodeId witness,
            Map<NodeId, Reply.Self> selves,
            Set<String> renewed) {
        Set<String> keys = new TreeSet<>();
        for (Voter voter : now.voters()) {
            Reply.Self self = selves.get(voter.node());
            if (self == null) {
                return new Action.Blocked(voter.node() + " does not answer");
            }
            keys.addAll(self.keys());
        }
        Action late = tell(now, now.voters().stream().map(Voter::node).toList(), selves);
        if (late != null) {
            return late;
        }
        for (String key : keys) {
            if (!renewed.contains(key)) {
                return new Action.Renew(key);
            }
        }
        List<NodeId> missing = new ArrayList<>(data);
        if (witness != null) {
            missing.add(witness);
        }
        missing.removeIf(node -> now.on(node) != null);
        if (missing.isEmpty()) {
            return new Action.Decide(now, now.ownCopies());
        }
        NodeId next = missing.getFirst();
        Reply.Self self = selves.get(next);
        return self == null
                ? new Action.Blocked(next + " does not answer")
                : new Action.Decide(now, now.with(new Voter(next, self.id())));
    }

    private static @Nullable Action tell(
            Config now, List<NodeId> nodes, Map<NodeId, Reply.Self> selves) {
        for (NodeId node : nodes) {
            Reply.Self self = selves.get(node);
            if (self != null && self.config().era() < now.era()) {
                return new Action.Tell(node, now);
            }
        }
        return null;
    }

    private static Config newest(Map<NodeId, Reply.Self> selves) {
        Config newest = Config.TWO_VOTES;
        for (Reply.Self self : selves.values()) {
            if (self.config().era() > newest.era()) {
                newest = self.config();
            }
        }
        return newest;
    }
}
