package dev.understudy.tests.simulator;

import java.util.ArrayDeque;

/// One connection between two replicas: in order, nothing lost while it stands; a cut holds it up
/// and after a while breaks it.
final class Session {
    private static final long BREAKS_NS = 3 * World.SECOND;
    private static final long RETRY_NS = 20 * World.MS;

    final Replica source;
    final Replica target;
    final long joinId;
    boolean isOpen = true;

    private final World world;
    private final Way toTarget;
    private final Way toSource;

    /// One direction.
    private final class Way {
        final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
        final Replica from;
        final Replica to;
        long heldSince = -1;
        boolean isMoving;

        Way(Replica from, Replica to) {
            this.from = from;
            this.to = to;
        }

        void send(Runnable arrive) {
            waiting.add(arrive);
            if (!isMoving) {
                isMoving = true;
                world.in(world.between(50_000, World.MS), this::move);
            }
        }

        void move() {
            if (!isOpen || waiting.isEmpty()) {
                isMoving = false;
                return;
            }
            boolean held =
                    world.cut[from.index()] || world.cut[to.index()] || !to.daemon.isRunning();
            if (!held) {
                heldSince = -1;
                waiting.poll().run();
                world.in(world.between(20_000, 300_000), this::move);
                return;
            }
            if (heldSince < 0) {
                heldSince = world.now;
            }
            if (world.now - heldSince > BREAKS_NS) {
                close("timed out");
            } else {
                world.in(RETRY_NS, this::move);
            }
        }
    }

    Session(World world, Replica source, Replica target, long joinId) {
        this.world = world;
        this.source = source;
        this.target = target;
        this.joinId = joinId;
        toTarget = new Way(source, target);
        toSource = new Way(target, source);
    }

    void toTarget(Runnable arrive) {
        toTarget.send(arrive);
    }

    void toSource(Runnable arrive) {
        toSource.send(arrive);
    }

    void close(String reason) {
        if (!isOpen) {
            return;
        }
        isOpen = false;
        source.sessionLost(this, reason);
        target.sessionLost(this, reason);
    }
}
