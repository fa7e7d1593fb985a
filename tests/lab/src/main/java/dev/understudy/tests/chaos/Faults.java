package dev.understudy.tests.chaos;

import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.demo.Application;
import dev.understudy.tests.demo.Workload;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.Network;
import dev.understudy.tests.lab.Shell;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Carries faults out and takes them back. The cluster is in sync when a fault begins; afterwards
/// every cut is healed and every node runs, in whatever state it is.
final class Faults {
    private static final Duration SERVICE = Duration.ofMinutes(1);
    private static final int COMMITS = 5;

    private final TestCluster cluster;
    private final Application application;
    private final Workload load;
    private final SplittableRandom random;

    Faults(TestCluster cluster, Application application, Workload load, SplittableRandom random) {
        this.cluster = cluster;
        this.application = application;
        this.load = load;
        this.random = random;
    }

    /// Carries one out, from its beginning to its end.
    ///
    /// @throws LabException if the service did not go on where it has to
    void strike(Fault fault) {
        LabNode prim = primary();
        LabNode second = cluster.other(prim);
        load.awaitCommits(COMMITS);
        pauseMs(200 + random.nextInt(800));
        switch (fault) {
            case POWER_OFF_PRIM -> powerCycle(prim);
            case POWER_OFF_SECOND -> powerCycle(second);
            case POWER_OFF_BOTH -> powerOffBoth(prim, second);
            case KILL_PRIM -> killed(prim, TestCluster.SAFED);
            case KILL_SECOND -> killed(second, TestCluster.SAFED);
            case KILL_GUARD_PRIM -> killGuard(prim);
            case KILL_APPLICATION -> killed(prim, application.processName());
            case KILL_JOINER -> killJoiner(second);
            case PAUSE_PRIM -> pause(prim);
            case PAUSE_SECOND -> pause(second);
            case STARVE -> starve();
            case FULL_SECOND -> fill(second);
            case BROKEN_PRIM -> breakDisk(prim);
            case SWAP -> {
                safe(prim, "swap");
                goesOn();
            }
            case STOP_START -> {
                safe(prim, "stop");
                goesOn();
                safe(prim, "start");
            }
            case SILENCE, ISOLATE_PRIM, ISOLATE_SECOND, ONE_WAY, ONE_NETWORK, LOSS, FLAPPING ->
                    cut(fault, prim, second);
        }
    }

    private void cut(Fault fault, LabNode prim, LabNode second) {
        Network network = cluster.lab().network();
        switch (fault) {
            case SILENCE -> network.silence(prim.name(), second.name());
            case ISOLATE_PRIM -> network.isolate(prim.name());
            case ISOLATE_SECOND -> network.isolate(second.name());
            case ONE_WAY -> network.silenceOneWay(second.name(), prim.name());
            case ONE_NETWORK ->
                    network.cut(prim.name(), second.name(), random.nextInt(network.count()));
            case LOSS -> network.lose(prim.name(), second.name(), 20);
            default -> {
                flap(prim, second);
                return;
            }
        }
        heal(fault == Fault.ONE_NETWORK ? 4000 : 8000);
    }

    private void killed(LabNode node, String commandLine) {
        kill(node, commandLine);
        goesOn();
    }

    private void fill(LabNode second) {
        second.fillDisk(64 << 10);
        pauseMs(4000);
        second.freeDisk();
        goesOn();
    }

    private void breakDisk(LabNode prim) {
        prim.breakDisk();
        goesOn();
        prim.kill();
        prim.powerOn();
        cluster.startDaemon(prim);
    }

    private void safe(LabNode node, String command) {
        cluster.must(node, List.of(command, "-m", application.module()));
    }

    private LabNode primary() {
        return cluster.primary(application.module())
                .orElseThrow(() ->
                        new LabException(
                                "nobody serves: " + cluster.describe(application.module())));
    }

    private void goesOn() {
        load.awaitCommits(COMMITS);
    }

    private void heal(long afterMs) {
        pauseMs(afterMs);
        cluster.lab().network().heal();
    }

    private void powerCycle(LabNode node) {
        node.powerOff();
        goesOn();
        node.powerOn();
        cluster.startDaemon(node);
    }

    /// The first to come back may not serve before it has heard the other one: it cannot know which
    /// copy is newer.
    private void powerOffBoth(LabNode prim, LabNode second) {
        prim.powerOff();
        if (random.nextBoolean()) {
            pauseMs(random.nextInt(100));
        }
        second.powerOff();
        second.powerOn();
        cluster.startDaemon(second);
        pauseMs(random.nextInt(2000));
        prim.powerOn();
        cluster.startDaemon(prim);
        goesOn();
    }

    private void killGuard(LabNode prim) {
        kill(prim, TestCluster.GUARD);
        kill(prim, TestCluster.SAFED);
        cluster.awaitServes(cluster.other(prim), application.module(), SERVICE);
        goesOn();
        prim.kill();
        prim.powerOn();
        cluster.startDaemon(prim);
    }

    private void killJoiner(LabNode second) {
        second.powerOff();
        goesOn();
        second.powerOn();
        cluster.startDaemon(second);
        pauseMs(random.nextInt(3000));
        kill(second, TestCluster.SAFED);
        goesOn();
    }

    private void flap(LabNode prim, LabNode second) {
        for (int i = 0; i < 20; i++) {
            cluster.lab().network().silence(prim.name(), second.name());
            pauseMs(250);
            cluster.lab().network().heal();
            pauseMs(250);
        }
        goesOn();
    }

    private void pause(LabNode node) {
        List<Long> pids = pids(node, TestCluster.SAFED);
        signal("STOP", pids);
        try {
            pauseMs(5000);
        } finally {
            signal("CONT", pids);
        }
        goesOn();
    }

    private void starve() {
        List<Process> busy = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                busy.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
            }
            pauseMs(8000);
        } catch (IOException e) {
            throw new LabException("cannot start what keeps the processors busy", e);
        } finally {
            busy.forEach(Process::destroyForcibly);
        }
        goesOn();
    }

    private static void signal(String name, List<Long> pids) {
        pids.forEach(pid -> Shell.must("kill", "-" + name, Long.toString(pid)));
    }

    private static List<Long> pids(LabNode node, String commandLine) {
        List<Long> pids = node.processes(commandLine);
        if (pids.isEmpty()) {
            throw new LabException("no process " + commandLine + " on " + node.name());
        }
        return pids;
    }

    private static void kill(LabNode node, String commandLine) {
        List<Long> pids = pids(node, commandLine);
        signal("KILL", pids);
        Await.until(
                commandLine + " is dead on " + node.name(),
                Duration.ofSeconds(5),
                () -> pids.stream().noneMatch(pid -> ProcessHandle.of(pid).isPresent()));
    }

    /// Lets the fault last: its length is what is tried, nothing is waited for.
    private static void pauseMs(long ms) {
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        for (long leftNs = endNs - System.nanoTime(); leftNs > 0; ) {
            LockSupport.parkNanos(leftNs);
            if (Thread.currentThread().isInterrupted()) {
                throw new LabException("interrupted in the middle of a fault");
            }
            leftNs = endNs - System.nanoTime();
        }
    }
}
