package dev.understudy.node.main;

import dev.understudy.core.member.HaException;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import dev.understudy.core.register.Form;
import dev.understudy.node.api.ClusterControl;
import dev.understudy.node.cluster.Cluster;
import dev.understudy.node.cluster.ClusterConfig;
import dev.understudy.node.cluster.ClusterConfig.Member;
import dev.understudy.node.cluster.ClusterConfig.Role;
import dev.understudy.node.failover.RegisterVotes;
import dev.understudy.node.store.Home;
import dev.understudy.node.store.Ticker;
import dev.understudy.node.vote.Seats;
import dev.understudy.node.vote.VoteMemory;
import dev.understudy.node.vote.VoteServer;
import dev.understudy.node.vote.Voting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This node's part in the third vote: its voter, its port, its attempts. Does nothing before a
/// witness is in the member list.
final class ThirdVote implements RegisterVotes, ClusterDoor.Ballot {
    private static final Logger LOG = LoggerFactory.getLogger(ThirdVote.class);
    private static final long POLL_MS = 300;

    private final Home home;
    private final long incarnation;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Map<String, Runnable> told = new ConcurrentHashMap<>();
    private @Nullable ScheduledExecutorService poller;
    private @Nullable VoteServer server;
    private volatile @Nullable Voting voting;
    private volatile @Nullable Seats seats;
    private volatile boolean isWitnessWanted;

    /// @param incarnation of this process
    ThirdVote(Home home, long incarnation, Ticker ticker, RandomGenerator random) {
        this.home = home;
        this.incarnation = incarnation;
        this.ticker = ticker;
        this.random = random;
    }

    /// Takes over membership.
    synchronized void joined(Cluster.Joined now) {
        ClusterConfig config = now.config();
        isWitnessWanted = config.witness().isPresent();
        NodeId self = new NodeId(now.self());
        try {
            Voting ours = voting(self);
            if (!isWitnessWanted && !ours.isByMajority()) return;
            if (server == null) listen(now, ours);
        } catch (IOException e) {
            throw new HaException(
                    "HA-4121",
                    "this node cannot vote: " + e.getMessage(),
                    e,
                    "free the register's port and space on the disk, then restart safed");
        }
        if (now.role() == Role.DATA) seat(now, self);
    }

    private Voting voting(NodeId self) throws IOException {
        Voting known = voting;
        if (known != null) return known;
        VoteMemory memory = VoteMemory.open(home.lib().resolve("votes.record"), random);
        Voting made = new Voting(self, incarnation, memory, ticker, random);
        made.onForm(_ -> told.values().forEach(Runnable::run));
        voting = made;
        return made;
    }

    private void listen(Cluster.Joined now, Voting ours) throws IOException {
        List<InetSocketAddress> addresses = addresses(now.config(), now.member());
        VoteServer made = new VoteServer(ours::answer, session -> isDataNode(now, session));
        try {
            made.listen(now.identity().serverContext(), addresses);
        } catch (IOException e) {
            made.close();
            throw e;
        }
        server = made;
        LOG.info("votes are answered at {}", addresses);
    }

    private static boolean isDataNode(Cluster.Joined joined, SSLSession session) {
        try {
            return joined.identity().peer(session).role() == Role.DATA;
        } catch (SSLPeerUnverifiedException nobody) {
            LOG.debug("a connection without a member's certificate", nobody);
            return false;
        }
    }

    private static List<InetSocketAddress> addresses(ClusterConfig config, Member member) {
        return member.addressesInOrder(config.networks()).stream()
                .map(address ->
                        new InetSocketAddress(
                                InetAddress.ofLiteral(address), member.ports().register()))
                .toList();
    }

    private void seat(Cluster.Joined now, NodeId self) {
        ClusterConfig config = now.config();
        Voting ours = voting;
        if (ours == null || config.nodes().size() != 2) return;
        Seats known = seats;
        if (known == null) {
            known = new Seats(self, ours);
            seats = known;
        }
        List<Seats.Host> hosts = new ArrayList<>();
        config.peersOf(now.self()).forEach(peer -> hosts.add(host(config, peer)));
        config.witness().ifPresent(witness -> hosts.add(host(config, witness)));
        known.members(
                config.nodes().stream().map(node -> new NodeId(node.name())).toList(),
                config.witness().map(witness -> new NodeId(witness.name())).orElse(null),
                hosts,
                node -> now.identity().clientContext(node.name()));
        if (poller == null) poller = polling(known);
    }

    private static Seats.Host host(ClusterConfig config, Member member) {
        return new Seats.Host(new NodeId(member.name()), addresses(config, member));
    }

    private static ScheduledExecutorService polling(Seats seats) {
        ScheduledExecutorService made =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("vote-seats").daemon().factory());
        var ticking =
                made.scheduleWithFixedDelay(
                        () -> {
                            try {
                                seats.poll();
                            } catch (RuntimeException e) {
                                LOG.error("voters", e);
                            }
                        },
                        POLL_MS,
                        POLL_MS,
                        TimeUnit.MILLISECONDS);
        if (ticking.isDone()) throw new IllegalStateException("the voters are not looked after");
        return made;
    }

    // ---- for modules

    @Override
    public boolean isByMajority() {
        Voting now = voting;
        return now != null && now.isByMajority();
    }

    @Override
    public Runnable attach(String module, Supplier<Register> copy, Runnable formChanges) {
        told.put(module, formChanges);
        Runnable detach = required().module(module, copy);
        return () -> {
            told.remove(module, formChanges);
            detach.run();
        };
    }

    @Override
    public @Nullable RegisterOutcome onOwnCopy(
            String module, Register own, Function<Register, RegisterOutcome> decides) {
        return required().onOwnCopy(module, own, decides);
    }

    @Override
    public void change(String module, RegisterChange wanted, Consumer<RegisterOutcome> answer) {
        required().change(module, wanted, answer);
    }

    private Voting required() {
        Voting now = voting;
        if (now == null) throw new IllegalStateException("a module before there is a cluster");
        return now;
    }

    // ---- for people

    /// How registers are decided.
    @Override
    public ClusterControl.Votes view() {
        Seats now = seats;
        if (now == null) {
            return new ClusterControl.Votes(isByMajority() ? "majority" : "two", 0, List.of(), "");
        }
        Seats.View view = now.view();
        return new ClusterControl.Votes(
                view.form() == Form.MAJORITY ? "majority" : "two",
                view.era(),
                view.seats().stream()
                        .map(seat ->
                                new ClusterControl.Seat(seat.node(), seat.isVoter(), seat.isUp()))
                        .toList(),
                view.blocked());
    }

    /// Gives up the other votes for good, by an operator's word.
    ///
    /// @throws HaException HA-4123 while enough of them answer
    @Override
    public void giveUpOthers() throws IOException {
        Seats now = seats;
        if (now != null && !now.giveUpOthers()) {
            throw new HaException(
                    "HA-4123",
                    "the votes are not lost: a majority of them answers",
                    null,
                    "`safe cluster witness remove` without --force loses nothing");
        }
    }

    /// What an operator should know.
    List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        Seats now = seats;
        if (now == null) return warnings;
        Seats.View view = now.view();
        long votes = view.seats().stream().filter(seat -> seat.isVoter() && seat.isUp()).count();
        if (isWitnessWanted && view.form() != Form.MAJORITY) {
            warnings.add("the third vote is not in force yet: " + words(view.blocked()));
        } else if (view.form() == Form.MAJORITY && votes < 2) {
            warnings.add("no automatic failover: this node reaches no other vote than its own");
        } else if (view.form() == Form.MAJORITY && votes < 3) {
            warnings.add("no automatic failover if one more vote is lost: third vote missing");
        }
        return warnings;
    }

    private static String words(String blocked) {
        return blocked.isEmpty() ? "the voters are being changed" : blocked;
    }

    /// Ends the attempts and the port.
    void close() throws IOException {
        ScheduledExecutorService polling = poller;
        if (polling != null) polling.shutdownNow();
        Voting ours = voting;
        if (ours != null) ours.close();
        VoteServer listening = server;
        if (listening != null) listening.close();
    }
}
