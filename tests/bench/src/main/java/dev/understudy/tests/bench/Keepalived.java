package dev.understudy.tests.bench;

import dev.understudy.tests.demo.Timeline;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabException;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.LabSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Two nodes with keepalived and a server that runs on both all the time: what detection by VRRP
/// alone costs. It starts nothing and knows nothing of data.
final class Keepalived implements AutoCloseable {
    private static final int PORT = 7070;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SERVER =
            """
            import socketserver, sys
            class H(socketserver.BaseRequestHandler):
                def handle(self): self.request.sendall(sys.argv[1].encode())
            socketserver.TCPServer.allow_reuse_address = True
            socketserver.ThreadingTCPServer(("0.0.0.0", %d), H).serve_forever()
            """
                    .formatted(PORT);

    private final Lab lab;
    private final Timeline timeline;

    Keepalived(String advert, Timeline timeline) throws IOException {
        this.timeline = timeline;
        lab = Lab.create(LabSpec.twoNodes(1));
        try {
            for (LabNode node : lab.nodes()) {
                start(node, advert);
            }
            await("a or b answers", null);
        } catch (IOException | RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    private void start(LabNode node, String advert) throws IOException {
        Path folder = node.disk().resolve("keepalived");
        node.must("mkdir", "-p", folder.toString());
        Files.writeString(node.seen(folder.resolve("server.py")), SERVER);
        Files.writeString(
                node.seen(folder.resolve("keepalived.conf")),
                """
                global_defs { vrrp_version 3 }
                vrrp_instance bench {
                  state BACKUP
                  interface eth0
                  virtual_router_id 79
                  priority %d
                  nopreempt
                  advert_int %s
                  virtual_ipaddress { %s/24 }
                }
                """
                        .formatted(node.name().equals("a") ? 150 : 100, advert, Lab.VIRTUAL_IP));
        Path log = lab.directory().resolve(node.name() + ".keepalived.log");
        Process server =
                node.spawn(
                        log,
                        Map.of(),
                        List.of("python3", folder.resolve("server.py").toString(), node.name()));
        Process vrrp =
                node.spawn(
                        log,
                        Map.of(),
                        List.of(
                                "keepalived",
                                "--dont-fork",
                                "--log-console",
                                "--vrrp",
                                "--pid=" + folder.resolve("pid"),
                                "--vrrp_pid=" + folder.resolve("vrrp.pid"),
                                "--use-file=" + folder.resolve("keepalived.conf")));
        if (!server.isAlive() || !vrrp.isAlive()) {
            throw new LabException("keepalived did not start; log: " + log);
        }
    }

    /// Cuts the node that answers off; it comes back afterwards.
    ///
    /// @return milliseconds until the other one answers
    long linkCut() {
        String before = answer();
        if (before.isEmpty()) {
            throw new LabException("nobody answers before the cut");
        }
        long fromNs = System.nanoTime();
        lab.network().isolate(before);
        await("the other node answers", before);
        long ms = (System.nanoTime() - fromNs) / 1_000_000;
        timeline.answer("the other node answers after " + ms + " ms");
        String after = answer();
        lab.network().heal();
        Await.until(
                "both nodes have agreed who answers",
                PATIENCE,
                () -> {
                    for (int i = 0; i < 20; i++) {
                        if (!answer().equals(after)) {
                            return false;
                        }
                    }
                    return true;
                });
        return ms;
    }

    private void await(String what, @org.jspecify.annotations.Nullable String notThis) {
        Await.until(
                what,
                PATIENCE,
                () -> {
                    String now = answer();
                    return !now.isEmpty() && !now.equals(notThis);
                });
    }

    /// Gives the name of the node that answers a new connection, empty if none does.
    private String answer() {
        try {
            return lab.client()
                    .call(() -> {
                        try (Socket socket = new Socket()) {
                            socket.setSoTimeout(200);
                            socket.connect(new InetSocketAddress(Lab.VIRTUAL_IP, PORT), 100);
                            return new String(
                                    socket.getInputStream().readNBytes(1),
                                    java.nio.charset.StandardCharsets.US_ASCII);
                        } catch (IOException _) {
                            return "";
                        }
                    });
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted", e);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new LabException("the client failed", e);
        }
    }

    @Override
    public void close() {
        lab.close();
    }
}
