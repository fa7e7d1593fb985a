package dev.understudy.tests.simulator;

import dev.understudy.core.failover.Fenced;
import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.Message;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.failover.Timing;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.rules.RestartLimit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One machine: power, clock, disk, kernel, guard and at most one daemon.
final class Machine {
    /// Default detection, short scripts.
    private static final Timing TIMING =
            new Timing(
                    200 * World.MS,
                    1_500 * World.MS,
                    2_000 * World.MS,
                    3_000 * World.MS,
                    400 * World.MS,
                    300 * World.MS,
                    5 * World.SECOND,
                    3 * World.SECOND,
                    3 * World.SECOND,
                    World.SECOND,
                    3 * World.SECOND);

    /// How long a fencing command may take.
    private static final long FENCING_NS = 2 * World.SECOND;

    final World world;
    final int index;
    final NodeId id;
    Settings settings;
    final Disk disk = new Disk();

    boolean isPowered;
    int boot;
    boolean hasGuard;
    @Nullable Daemon daemon;
    @Nullable Machine peer;

    /// The kernel's lease on the virtual address, in true time.
    boolean hasVip;

    long vipUntil;

    /// When, on the machine's clock, the gateway last answered; 0 if it did not since power came.
    long witnessNs;

    private static final long PING_NS = 100 * World.MS;

    /// Processes of the application; they outlive the daemon.
    boolean isAppRunning;

    /// The application does not start here.
    boolean isAppBroken;

    /// The application starts here and dies soon after.
    boolean isAppCrashing;

    /// Its fencing command fails.
    boolean isFencingBroken;

    /// Its fencing command takes longer than it may.
    boolean isFencingSlow;

    private final long clockOffsetNs;
    private final double drift;

    Machine(World world, int index, Isolation isolation) {
        this.world = world;
        this.index = index;
        id = new NodeId(index == 0 ? "a" : "b");
        NodeId other = new NodeId(index == 0 ? "b" : "a");
        settings =
                new Settings(
                                id,
                                other,
                                "digest",
                                isolation,
                                true,
                                true,
                                true,
                                index == 0 && world.isPreferring,
                                new RestartLimit(3, 600 * World.SECOND),
                                TIMING,
                                SimRules.ALL)
                        .withFencing(world.isFencing ? FENCING_NS : 0);
        clockOffsetNs = world.between(World.SECOND, 1000 * World.SECOND);
        drift = (world.random.nextDouble() - 0.5) * 2e-4; // +-100 ppm
    }

    long clock() {
        return clockOffsetNs + world.now + (long) (world.now * drift);
    }

    Machine other() {
        return Objects.requireNonNull(peer);
    }

    boolean isVipUp() {
        boolean leased = world.now < vipUntil || world.variant == Variant.NO_LEASE;
        return isPowered && hasVip && leased;
    }

    void powerOn() {
        if (isPowered) {
            return;
        }
        isPowered = true;
        boot++;
        hasVip = false;
        isAppRunning = false;
        witnessNs = 0;
        ping();
        startDaemon();
    }

    /// A ping every 100 ms, as the shell does.
    private void ping() {
        if (isPowered) {
            if (reachesWitness()) {
                witnessNs = clock();
            }
            world.in(PING_NS, this::ping);
        }
    }

    long diskNs() {
        Daemon running = daemon;
        return running == null ? World.MS : running.diskNs();
    }

    void startDaemon() {
        if (!isPowered || daemon != null) {
            return;
        }
        hasGuard = true;
        disk.incarnation++;
        daemon = new Daemon(this, disk.incarnation);
        daemon.start();
    }

    /// The daemon dies. With a guard the node is fenced within 20 ms and the peer is told.
    void killDaemon(boolean andGuard) {
        Daemon dead = daemon;
        if (dead == null) {
            return;
        }
        dead.die();
        daemon = null;
        silenceVote();
        if (andGuard) {
            hasGuard = false;
            return;
        }
        world.in(
                20 * World.MS,
                () -> {
                    if (!isPowered || daemon != null) {
                        return;
                    }
                    hasVip = false;
                    isAppRunning = false;
                    Fenced fenced = new Fenced(id, dead.incarnation);
                    for (int i = 0; i < 3; i++) {
                        world.datagram(index, () -> other().hear(fenced));
                    }
                });
    }

    /// Somebody changes a file below the place where the directories are mounted.
    void edit(int chunk) {
        if (daemon == null) {
            disk.cache[chunk] = world.nextValue();
            disk.durable[chunk] = disk.cache[chunk];
            disk.edits.add(chunk);
        }
    }

    void losePower() {
        if (!isPowered) {
            return;
        }
        isPowered = false;
        if (daemon != null) {
            daemon.die();
            daemon = null;
            silenceVote();
        }
        hasVip = false;
        isAppRunning = false;
        disk.losePower(world.random);
    }

    /// Switched off from outside; somebody switches it on again after a while.
    void switchOff() {
        if (!isPowered) {
            return;
        }
        world.ledger.powerLosses++;
        world.ledger.faults++;
        losePower();
        world.in(world.between(2 * World.SECOND, 15 * World.SECOND), this::powerOn);
    }

    /// The daemon is the voter's process.
    private void silenceVote() {
        if (world.witness != null) {
            disk.voter().die();
        }
    }

    void hear(Message message) {
        if (daemon != null) {
            daemon.heard(message);
        }
    }

    /// Answers a ping to the gateway.
    boolean reachesWitness() {
        return isPowered && !world.clientsCut[index] && !world.witnessDown;
    }

    /// The peer's address answers in the client network.
    boolean seesPeersVip() {
        return !world.clientsCut[index] && !world.clientsCut[1 - index] && other().isVipUp();
    }
}
