package dev.understudy.tests.simulator;

import dev.understudy.core.member.NodeId;
import dev.understudy.core.register.Acceptor;
import dev.understudy.core.register.Ask;
import dev.understudy.core.register.Change;
import dev.understudy.core.register.Config;
import dev.understudy.core.register.Membership;
import dev.understudy.core.register.Outcome;
import dev.understudy.core.register.Reply;
import dev.understudy.core.register.Value;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// An administrator who wants the witness to vote, or not to: drives [Membership] from one node
/// until it is done, beginning anew whenever something is lost on the way.
final class Reseat {
    private static final long AGAIN_NS = 300 * World.MS;

    private final World world;
    private final Machine[] machines;
    private final boolean wantsWitness;
    private final Set<String> renewed = new TreeSet<>();
    private long renewedEra = -1;
    private final Runnable done;

    /// @param done told at the end
    Reseat(World world, Machine[] machines, boolean wantsWitness, Runnable done) {
        this.world = world;
        this.machines = machines;
        this.wantsWitness = wantsWitness;
        this.done = done;
    }

    void run() {
        Daemon daemon = machines[0].daemon != null ? machines[0].daemon : machines[1].daemon;
        if (daemon == null) {
            again();
            return;
        }
        Map<NodeId, Reply.Self> selves = selves();
        long era = selves.values().stream().mapToLong(self -> self.config().era()).max().orElse(0);
        if (era != renewedEra) {
            renewed.clear();
            renewedEra = era;
        }
        NodeId witness = wantsWitness ? Witness.NAME : null;
        List<NodeId> data = List.of(machines[0].id, machines[1].id);
        switch (Membership.next(data, witness, selves, renewed)) {
            case Membership.Action.Done _ -> done.run();
            case Membership.Action.Blocked(String why) -> {
                world.trace.note(world.now, "voters: " + why);
                again();
            }
            case Membership.Action.Tell(NodeId node, Config config) -> {
                daemon.votes.send(node, new Ask.Adopt(config), (_, _) -> {});
                soon();
            }
            case Membership.Action.Renew(String key) -> {
                Change read = Change.read(daemon.votes.newRequest());
                daemon.votes.begin(
                        key,
                        read,
                        false,
                        outcome -> {
                            if (outcome instanceof Outcome.Kept) {
                                renewed.add(key);
                            }
                        });
                again();
            }
            case Membership.Action.Decide(Config now, Config next) -> {
                decide(daemon, now, next);
                again();
            }
        }
    }

    private void decide(Daemon daemon, Config now, Config next) {
        Change read = Change.read(daemon.votes.newRequest());
        daemon.votes.begin(
                Config.KEY,
                read,
                false,
                outcome -> {
                    if (outcome instanceof Outcome.Kept(Value current)) {
                        found(daemon, now, next, current);
                    }
                });
    }

    private void found(Daemon daemon, Config now, Config next, @Nullable Value current) {
        if (current != null && current.version() > now.era()) {
            tell(daemon, Config.parse(current));
            return;
        }
        String request = daemon.votes.newRequest();
        long from = current == null ? 0 : current.version();
        daemon.votes.begin(
                Config.KEY,
                new Change(request, from, next.asValue(request)),
                false,
                outcome -> {
                    if (outcome instanceof Outcome.Changed(Value chosen)) {
                        world.trace.note(world.now, "voters: " + chosen);
                        tell(daemon, Config.parse(chosen));
                    }
                });
    }

    private static void tell(Daemon daemon, Config config) {
        config.voters()
                .forEach(voter ->
                        daemon.votes.send(voter.node(), new Ask.Adopt(config), (_, _) -> {}));
    }

    /// What each voter that can be asked says of itself.
    private Map<NodeId, Reply.Self> selves() {
        Map<NodeId, Reply.Self> selves = new TreeMap<>();
        for (Machine machine : machines) {
            if (machine.daemon != null && machine.daemon.isRunning()) {
                selves.put(machine.id, self(machine.disk.voter()));
            }
        }
        Witness witness = world.witness;
        if (witness != null && !witness.isDown) {
            selves.put(Witness.NAME, self(witness.voter));
        }
        return selves;
    }

    private static Reply.Self self(Voter voter) {
        return (Reply.Self) Acceptor.step(voter.memory, new Ask.Greet()).reply();
    }

    private void soon() {
        world.in(30 * World.MS, this::run);
    }

    private void again() {
        world.in(AGAIN_NS, this::run);
    }
}
