package dev.understudy.node.vote;

import dev.understudy.core.member.NodeId;
import dev.understudy.core.register.Ask;
import dev.understudy.core.register.Change;
import dev.understudy.core.register.Config;
import dev.understudy.core.register.Form;
import dev.understudy.core.register.Membership;
import dev.understudy.core.register.Outcome;
import dev.understudy.core.register.Reply;
import dev.understudy.core.register.Value;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the voters to what the member list says: connects to them and, on the first data node,
/// drives [Membership] a step at a time.
///
/// Polled twice a second or so; every poll begins from what the voters say of themselves, so one
/// that dies on the way is followed by any other.
public final class Seats {
    private static final Logger LOG = LoggerFactory.getLogger(Seats.class);

    private final NodeId self;
    private final Voting voting;
    private final Set<String> renewed = new TreeSet<>();
    private long renewedEra = -1;
    private List<Host> others = List.of();
    private List<NodeId> data = List.of();
    private @Nullable NodeId witness;
    private volatile String blocked = "";

    /// Another host that votes.
    public record Host(NodeId node, List<InetSocketAddress> addresses) {
        /// Copies the list.
        public Host {
            addresses = List.copyOf(addresses);
        }
    }

    /// One voter, for people.
    ///
    /// @param isVoter it votes in the era of now
    /// @param isUp it answers
    public record Seat(String node, boolean isVoter, boolean isUp) {}

    /// How registers are decided, for people.
    ///
    /// @param blocked why the voters are not yet what the member list says; empty if they are
    public record View(long era, Form form, List<Seat> seats, String blocked) {
        /// Copies the list.
        public View {
            seats = List.copyOf(seats);
        }
    }

    public Seats(NodeId self, Voting voting) {
        this.self = self;
        this.voting = voting;
    }

    /// Takes over the member list.
    ///
    /// @param dataNodes both of them, in the order of the list
    /// @param wanted the witness; null = two votes
    /// @param tls towards one node alone
    public synchronized void members(
            List<NodeId> dataNodes,
            @Nullable NodeId wanted,
            List<Host> hosts,
            Function<NodeId, SSLContext> tls) {
        data = List.copyOf(dataNodes);
        witness = wanted;
        for (Host old : others) {
            if (!hosts.contains(old)) voting.reach(old.node(), null);
        }
        for (Host host : hosts) {
            if (!others.contains(host)) {
                voting.reach(
                        host.node(),
                        new VoteClient(
                                host.node().name(),
                                host.addresses(),
                                () -> tls.apply(host.node())));
            }
        }
        others = List.copyOf(hosts);
    }

    /// Takes one step, if there is one to take.
    public synchronized void poll() {
        if (data.size() != 2 || !data.getFirst().equals(self)) return;
        Map<NodeId, Reply.Self> selves = voting.selves();
        long era = selves.values().stream().mapToLong(s -> s.config().era()).max().orElse(0);
        if (era != renewedEra) {
            renewed.clear();
            renewedEra = era;
        }
        switch (Membership.next(data, witness, selves, renewed)) {
            case Membership.Action.Done _ -> blocked = "";
            case Membership.Action.Blocked(String why) -> {
                if (!why.equals(blocked)) LOG.warn("voters cannot be changed now: {}", why);
                blocked = why;
            }
            case Membership.Action.Tell(NodeId node, Config config) -> tell(node, config);
            case Membership.Action.Renew(String key) -> renew(key);
            case Membership.Action.Decide(Config now, Config next) ->
                    voting.execute(() -> decide(now, next));
        }
    }

    private void tell(NodeId node, Config config) {
        LOG.info("voters: {} is told of {}", node, config);
        voting.execute(() -> voting.send(node, new Ask.Adopt(config), _ -> {}));
    }

    private void renew(String key) {
        voting.execute(() ->
                voting.begin(
                        key,
                        Change.read(voting.newRequest()),
                        false,
                        outcome -> {
                            if (outcome instanceof Outcome.Kept) isRenewed(key);
                        }));
    }

    private synchronized void isRenewed(String key) {
        renewed.add(key);
    }

    private void decide(Config now, Config next) {
        voting.begin(
                Config.KEY,
                Change.read(voting.newRequest()),
                false,
                outcome -> {
                    if (outcome instanceof Outcome.Kept(Value current)) found(now, next, current);
                });
    }

    private void found(Config now, Config next, @Nullable Value current) {
        if (current != null && current.version() > now.era()) {
            tellAll(Config.parse(current));
            return;
        }
        String request = voting.newRequest();
        long from = current == null ? 0 : current.version();
        voting.begin(
                Config.KEY,
                new Change(request, from, next.asValue(request)),
                false,
                outcome -> {
                    if (outcome instanceof Outcome.Changed(Value chosen)) {
                        tellAll(Config.parse(chosen));
                    }
                });
    }

    private void tellAll(Config config) {
        config.voters().forEach(voter -> tell(voter.node(), config));
    }

    /// Goes back to two votes without anybody's agreement, because the other votes are lost for
    /// good.
    ///
    /// @return false, and nothing is done, if enough of them answer to agree
    /// @throws IOException if it cannot be made durable
    public synchronized boolean giveUpOthers() throws IOException {
        Config config = voting.config();
        if (config.form() == Form.OWN_COPIES) return true;
        Map<NodeId, Reply.Self> selves = voting.selves();
        long answering =
                config.voters().stream().filter(voter -> selves.containsKey(voter.node())).count();
        if (answering >= config.quorum()) return false;
        witness = null;
        voting.giveUpOthers();
        return true;
    }

    /// How it stands.
    public synchronized View view() {
        Config config = voting.config();
        Map<NodeId, Reply.Self> selves = voting.selves();
        List<NodeId> all = new ArrayList<>(data);
        Optional.ofNullable(witness).ifPresent(all::add);
        List<Seat> seats = new ArrayList<>();
        for (NodeId node : all) {
            Reply.Self said = selves.get(node);
            boolean votes =
                    config.form() == Form.MAJORITY
                            && config.on(node) != null
                            && (said == null || config.isVoter(said.id()));
            seats.add(new Seat(node.name(), votes, said != null));
        }
        return new View(config.era(), config.form(), seats, blocked);
    }
}
