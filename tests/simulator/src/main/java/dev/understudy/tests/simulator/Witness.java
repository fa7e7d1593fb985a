package dev.understudy.tests.simulator;

import dev.understudy.core.member.NodeId;
import dev.understudy.core.register.Memory;

/// The third host: a voter without data.
final class Witness {
    static final NodeId NAME = new NodeId("w");

    final Voter voter;
    boolean isDown;

    /// `cut[i]`: nothing passes between machine i and the witness.
    final boolean[] cut = new boolean[2];

    /// Its disk takes up to this long; 0 = as usual.
    long slowNs;

    private final World world;
    private long ids = 100;

    Witness(World world, Memory memory) {
        this.world = world;
        voter = new Voter(world, memory, this::writeNs);
    }

    private long writeNs() {
        return slowNs > 0
                ? world.between(100 * World.MS, slowNs)
                : world.between(200_000, 4 * World.MS);
    }

    void goDown() {
        isDown = true;
        voter.die();
    }

    void comeBack() {
        isDown = false;
    }

    /// Its disk is replaced by an empty one.
    void wipe() {
        goDown();
        boolean mistaken = world.variant == Variant.WIPED_WITNESS_VOTES;
        Memory fresh = Memory.fresh(mistaken ? voter.memory.id() : ++ids);
        voter.memory = mistaken ? fresh.with(voter.memory.config()) : fresh;
    }
}
