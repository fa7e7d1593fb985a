package dev.understudy.tests.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import dev.understudy.tests.lab.Network;
import dev.understudy.tests.lab.Shell;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// What bringing the second node up to date costs, beside `rsync -a` over the same link.
///
/// Arguments: number of small files, MiB of the one large file. Prints a line for each measurement
/// and, last, one JSON object with all of them. TLS is off, as it is for rsync's own protocol.
public final class ResyncBench {
    private static final String MODULE = "bench";
    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final int FILE_BYTES = 4096;
    private static final int IN_A_DIRECTORY = 1000;
    private static final int CHANGED = 1000;
    private static final int PORT = 8730;

    private final TestCluster cluster;
    private final LabNode a;
    private final LabNode b;
    private final Path data;
    private final int files;
    private final long largeBytes;
    private final List<String> rows = new ArrayList<>();
    private final Random random = new Random(1);

    private ResyncBench(TestCluster cluster, int files, long largeBytes) {
        this.cluster = cluster;
        this.files = files;
        this.largeBytes = largeBytes;
        a = cluster.lab().nodes().getFirst();
        b = cluster.lab().nodes().getLast();
        data = a.disk().resolve("data");
    }

    /// Measures once.
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: ResyncBench FILES LARGE-MIB");
            System.exit(2);
        }
        int files = Integer.parseInt(args[0]);
        long largeBytes = Long.parseLong(args[1]) << 20;
        long disk = (8L << 30) + 4 * largeBytes + files * 16_384L;
        try (Lab lab = Lab.create(LabSpec.twoNodes(0).withDiskBytes(disk))) {
            TestCluster cluster =
                    new TestCluster(
                            lab, TestCluster.distribution(), lab.directory().resolve("logs"));
            lab.nodes().forEach(node -> BenchCluster.plain(cluster, node));
            cluster.form("bench");
            new ResyncBench(cluster, files, largeBytes).run();
        } catch (LabException e) {
            System.err.println(e.getMessage());
            System.exit(3);
        }
    }

    private void run() throws IOException {
        for (LabNode node : List.of(a, b)) {
            node.must("mkdir", "-p", data.toString(), peer().toString());
        }
        serveRsync();
        String what = files + " files of 4 KiB";
        makeFiles(a.seen(data)); // before the module is there and the directory read-only
        settle();
        row("first copy, " + what, "rsync", rsync());
        settle();
        Path archive = BenchCluster.pack(cluster, a);
        cluster.must(
                a,
                List.of(
                        "install",
                        archive.toString(),
                        "--set",
                        "data-dir=" + data,
                        "--set",
                        "virtual-ip=" + Lab.VIRTUAL_IP));
        cluster.must(a, List.of("prim", "-m", MODULE));
        cluster.awaitState(a, MODULE, "ALONE", PATIENCE);
        row("first copy, " + what, "understudy", startB());

        awayWhile(() -> changeFiles(a.seen(data)));
        row("return, " + CHANGED + " of " + what + " changed", "understudy", startB());
        settle();
        row("return, " + CHANGED + " of " + what + " changed", "rsync", rsync());
        powerLoss(what);

        what = "a file of " + (largeBytes >> 20) + " MiB";
        awayWhile(() -> makeLarge(a.seen(data)));
        settle();
        row("first copy, " + what, "rsync", rsync());
        settle();
        row("first copy, " + what, "understudy", startB());
        awayWhile(() -> changeLarge(a.seen(data)));
        row("return, 1 % of the blocks of " + what, "understudy", startB());
        settle();
        row("return, 1 % of the blocks of " + what, "rsync", rsync());
        System.out.println("{\"rows\":[" + String.join(",", rows) + "]}");
    }

    private Path peer() {
        return a.disk().resolve("peer");
    }

    // ---- the two ways to copy

    private void serveRsync() throws IOException {
        Path configuration = b.disk().resolve("rsyncd.conf");
        Files.writeString(
                b.seen(configuration),
                """
                uid = 0
                gid = 0
                use chroot = no
                [peer]
                path = %s
                read only = no
                """
                        .formatted(peer()));
        b.must(
                "rsync",
                "--daemon",
                "--config=" + configuration,
                "--address=" + b.address(Network.SERVICE),
                "--port=" + PORT);
        String url = url();
        Await.until(
                "rsync answers on b",
                Duration.ofSeconds(10),
                () -> a.exec(Duration.ofSeconds(5), "", List.of("rsync", url)).isOk());
    }

    private String url() {
        return "rsync://" + b.address(Network.SERVICE) + ":" + PORT + "/peer/";
    }

    private double rsync() {
        long fromNs = System.nanoTime();
        Shell.Result result =
                a.exec(PATIENCE, "", List.of("rsync", "-a", "--delete", data + "/", url()));
        if (!result.isOk()) {
            throw new LabException("rsync: " + result.text());
        }
        return (System.nanoTime() - fromNs) / 1e9;
    }

    private interface Change {
        void run() throws IOException;
    }

    private void awayWhile(Change change) throws IOException {
        Await.until(
                "what was copied is durable on both",
                PATIENCE,
                () -> cluster.state(a, MODULE).orElseThrow().dirtyBytes() == 0);
        cluster.must(b, List.of("stop", "-m", MODULE));
        cluster.awaitState(a, MODULE, "ALONE", PATIENCE);
        change.run();
        settle();
    }

    private double startB() {
        Instant at = Instant.now();
        long fromNs = System.nanoTime();
        cluster.must(b, List.of("start", "-m", MODULE));
        awaitInSync();
        double seconds = (System.nanoTime() - fromNs) / 1e9;
        tell(b, at);
        return seconds;
    }

    /// Asks seldom: this is the machine whose time is measured.
    private void awaitInSync() {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!cluster.isInSync(MODULE)) {
            if (System.nanoTime() > until) {
                cluster.awaitInSync(MODULE, Duration.ZERO); // says what is missing
            }
            LockSupport.parkNanos(100_000_000);
        }
    }

    /// PRIM loses power; how its copy is taken back by what it had in doubt.
    private void powerLoss(String what) throws IOException {
        changeFiles(a.seen(data));
        a.powerOff();
        cluster.awaitState(b, MODULE, "ALONE", PATIENCE);
        changeFiles(b.seen(data));
        a.powerOn();
        Instant at = Instant.now();
        long fromNs = System.nanoTime();
        cluster.startDaemon(a);
        cluster.awaitInSync(MODULE, PATIENCE);
        row("return from power-off, " + what, "understudy", (System.nanoTime() - fromNs) / 1e9);
        tell(a, at);
        cluster.must(b, List.of("swap", "-m", MODULE));
        cluster.awaitServes(a, MODULE, PATIENCE);
        cluster.awaitInSync(MODULE, PATIENCE);
    }

    private void tell(LabNode node, Instant since) {
        for (JsonNode entry : cluster.journalSince(node, MODULE, since)) {
            if (entry.path("event").asText().equals("RESYNC_DONE")) {
                System.out.println("    " + entry.path("fields"));
            }
        }
    }

    private void row(String job, String label, double seconds) {
        System.out.printf("%-55s %-10s %8.2f s%n", job, label, seconds);
        rows.add(
                "{\"job\":\"%s\",\"label\":\"%s\",\"unit\":\"s\",\"median\":%.3f,\"min\":%3$.3f,\"max\":%3$.3f}"
                        .formatted(job, label, seconds));
    }

    /// Everything written so far is on the disks, so that nobody measures another one's writing.
    private static void settle() {
        Shell.must("sync");
    }

    // ---- what is copied

    private void makeFiles(Path root) throws IOException {
        byte[] block = new byte[FILE_BYTES];
        for (int i = 0; i < files; i++) {
            Path folder = root.resolve("d" + i / IN_A_DIRECTORY);
            if (i % IN_A_DIRECTORY == 0) {
                Files.createDirectories(folder);
            }
            random.nextBytes(block);
            Files.write(folder.resolve("f" + i), block);
        }
    }

    private void changeFiles(Path root) throws IOException {
        byte[] block = new byte[100];
        for (int i = 0; i < CHANGED; i++) {
            int file = random.nextInt(files);
            random.nextBytes(block);
            Path path = root.resolve("d" + file / IN_A_DIRECTORY + "/f" + file);
            Files.write(path, block, StandardOpenOption.WRITE);
        }
    }

    private static Path large(Path root) {
        return root.resolve("large");
    }

    private void makeLarge(Path root) throws IOException {
        ByteBuffer piece = ByteBuffer.allocateDirect(1 << 20);
        byte[] bytes = new byte[1 << 20];
        try (FileChannel channel =
                FileChannel.open(
                        large(root), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long at = 0; at < largeBytes; at += bytes.length) {
                random.nextBytes(bytes);
                piece.clear().put(bytes).flip();
                while (piece.hasRemaining()) {
                    channel.write(piece, at + piece.position());
                }
            }
            channel.force(true);
        }
    }

    private void changeLarge(Path root) throws IOException {
        byte[] bytes = new byte[FILE_BYTES];
        long blocks = largeBytes / FILE_BYTES;
        try (FileChannel channel = FileChannel.open(large(root), StandardOpenOption.WRITE)) {
            for (long i = 0; i < blocks / 100; i++) {
                random.nextBytes(bytes);
                long at = random.nextLong(blocks) * FILE_BYTES;
                if (channel.write(ByteBuffer.wrap(bytes), at) != bytes.length) {
                    throw new IOException("a short write to " + large(root));
                }
            }
            channel.force(true);
        }
    }
}
