package dev.understudy.tests.simulator;

import org.jspecify.annotations.Nullable;

/// Programs that write through the virtual address, each to its own chunks, one write at a time.
final class Clients {
    private static final int CLIENTS = 3;
    private final World world;
    private final Machine[] machines;
    private long value;
    boolean isActive = true;

    Clients(World world, Machine[] machines) {
        this.world = world;
        this.machines = machines;
        for (int i = 0; i < CLIENTS; i++) {
            int client = i;
            world.in(world.between(World.MS, 50 * World.MS), () -> writeNext(client));
        }
    }

    private void again(int client) {
        world.in(world.between(10 * World.MS, 120 * World.MS), () -> writeNext(client));
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
        long written = ++value;
        boolean[] over = new boolean[1];
        Replica replica = server.daemon.replica;
        replica.write(
                chunk,
                written,
                () -> {
                    if (!over[0]) {
                        over[0] = true;
                        afterWrite(client, replica, chunk, written);
                    }
                });
        world.in(
                3 * World.SECOND,
                () -> {
                    if (!over[0]) {
                        over[0] = true;
                        writeNext(client);
                    }
                });
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
