package dev.understudy.tests.simulator;

import org.jspecify.annotations.Nullable;

/// Programs that write through the virtual address, each to its own chunks, one write at a time.
final class Clients {
    private static final int CLIENTS = 3;
    private static final long PATIENCE_NS = 3 * World.SECOND;
    private final World world;
    private final Machine[] machines;
    private final long[] waiting = new long[CLIENTS];
    private final long[] askedNs = new long[CLIENTS];
    boolean isActive = true;

    Clients(World world, Machine[] machines) {
        this.world = world;
        this.machines = machines;
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            world.in(world.between(World.MS, 50 * World.MS), () -> writeNext(client));
        }
        watch();
    }

    private void again(int client) {
        world.in(world.between(10 * World.MS, 250 * World.MS), () -> writeNext(client));
    }

    private void writeNext(int client) {
        if (!isActive) {
            return;
        }
        Machine server = server();
        if (server == null || server.daemon == null) {
            again(client);
            return;
        }
        int chunk = client + CLIENTS * world.random.nextInt(Disk.CHUNKS / CLIENTS);
        long written = world.nextValue();
        Replica replica = server.daemon.replica;
        waiting[client] = written;
        askedNs[client] = world.now;
        replica.write(
                chunk,
                written,
                () -> {
                    if (waiting[client] == written) {
                        waiting[client] = 0;
                        afterWrite(client, replica, chunk, written);
                    }
                });
    }

    /// A program whose write got no answer for long gives up and connects anew.
    private void watch() {
        for (int client = 0; client < CLIENTS; client++) {
            if (waiting[client] != 0 && world.now - askedNs[client] >= PATIENCE_NS) {
                waiting[client] = 0;
                writeNext(client);
            }
        }
        world.in(PATIENCE_NS / 3, this::watch);
    }

    private void afterWrite(int client, Replica replica, int chunk, long written) {
        if (world.chance(0.3)) {
            replica.fsync(chunk, asPair -> world.ledger.synced(chunk, written, asPair));
        }
        again(client);
    }

    private @Nullable Machine server() {
        for (Machine machine : machines) {
            if (machine.isVipUp()
                    && machine.isAppRunning
                    && machine.daemon != null
                    && machine.daemon.replica.mode == Replica.Mode.SERVE) {
                return machine;
            }
        }
        return null;
    }
}
