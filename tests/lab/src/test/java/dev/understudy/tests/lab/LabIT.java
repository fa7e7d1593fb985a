package dev.understudy.tests.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The lab tests itself: what it says of links and power must be true before anything is proved
/// with it.
@Tag("lab")
class LabIT {
    private static Lab lab;

    @BeforeAll
    static void build() {
        lab = Lab.create(LabSpec.twoNodes(1).withDiskBytes(128L << 20));
    }

    @AfterAll
    static void remove() {
        String prefix = lab.prefix();
        Path directory = lab.directory();
        lab.close();
        assertFalse(Files.exists(directory));
        assertFalse(Shell.must("ip", "netns", "list").contains(prefix));
        assertFalse(Shell.must("losetup", "-a").contains(prefix));
    }

    @AfterEach
    void heal() {
        lab.network().heal();
    }

    @Test
    void machinesReachEachOther() {
        assertTrue(pings("a", lab.address("b", Network.SERVICE)));
        assertTrue(pings("b", lab.address("a", Network.HEARTBEAT)));
        assertTrue(pings("a", Lab.GATEWAY));
        assertEquals("a", lab.node("a").must("hostname"));
        assertEquals("b", lab.node("b").must("hostname"));
    }

    @Test
    void cutEndsBothWaysOnOneNetworkOnly() {
        lab.network().cut("a", "b", Network.SERVICE);
        assertFalse(pings("a", lab.address("b", Network.SERVICE)));
        assertTrue(pings("a", lab.address("b", Network.HEARTBEAT)));
        assertTrue(pings("a", Lab.GATEWAY));
        lab.network().heal();
        assertTrue(pings("a", lab.address("b", Network.SERVICE)));
    }

    @Test
    void oneWayCutLosesRequestsOfOneSideOnly() {
        lab.network().cutOneWay("a", "b", Network.SERVICE);
        String seen = "/sys/class/net/eth0/statistics/rx_packets";
        long before = Long.parseLong(lab.node("a").must("cat", seen));
        lab.node("b")
                .exec(
                        Duration.ofSeconds(5),
                        "",
                        List.of("ping", "-c1", "-W1", "-n", lab.address("a", 0)));
        assertTrue(Long.parseLong(lab.node("a").must("cat", seen)) > before, "b's frames reach a");
        assertFalse(pings("a", lab.address("b", Network.SERVICE)));
    }

    @Test
    void powerLossKeepsSyncedBytesAndLosesTheRest() throws Exception {
        LabNode a = lab.node("a");
        String disk = a.disk().toString();
        Files.writeString(a.seen(a.disk()).resolve("synced"), "kept");
        a.must("sync", disk + "/synced");
        Files.writeString(a.seen(a.disk()).resolve("lazy"), "gone");
        a.powerOff();
        assertFalse(a.isUp());
        assertFalse(
                lab.node("b")
                        .exec(
                                Duration.ofSeconds(5),
                                "",
                                List.of("ping", "-c1", "-W1", "-n", lab.address("a", 0)))
                        .isOk());
        a.powerOn();
        assertEquals("kept", a.must("cat", disk + "/synced"));
        assertFalse(Files.exists(a.seen(a.disk()).resolve("lazy")));
        assertTrue(pings("b", lab.address("a", Network.SERVICE)));
    }

    @Test
    void killKeepsThePageCache() throws Exception {
        LabNode b = lab.node("b");
        Files.writeString(b.seen(b.disk()).resolve("lazy"), "there");
        b.kill();
        b.powerOn();
        assertEquals("there", b.must("cat", b.disk() + "/lazy"));
    }

    @Test
    void clientSocketsLiveInTheClientsNetwork() throws Exception {
        InetSocketAddress address = new InetSocketAddress(lab.address("a", Network.SERVICE), 8099);
        ServerSocket server =
                lab.node("a").network().call(() -> new ServerSocket(8099, 1, address.getAddress()));
        try (server) {
            String local =
                    lab.client()
                            .call(() -> {
                                try (Socket own = new Socket()) {
                                    own.connect(address, 1000);
                                    return own.getLocalAddress().getHostAddress();
                                }
                            });
            assertEquals("10.79.0.100", local);
        }
    }

    @Test
    void diskFillsAndBreaks() {
        LabNode b = lab.node("b");
        b.fillDisk(1 << 20);
        assertFalse(
                b.exec(
                                Shell.PATIENCE,
                                "",
                                List.of(
                                        "dd",
                                        "if=/dev/zero",
                                        "of=" + b.disk() + "/big",
                                        "bs=1M",
                                        "count=8"))
                        .isOk());
        b.freeDisk();
        b.breakDisk();
        Shell.Result result = b.exec(Shell.PATIENCE, "", List.of("touch", b.disk() + "/x"));
        assertTrue(result.err().contains("Input/output error"), result.err());
        b.powerOff();
        b.powerOn();
        b.must("touch", b.disk() + "/x");
    }

    private static boolean pings(String from, String address) {
        return lab.node(from)
                .exec(Duration.ofSeconds(5), "", List.of("ping", "-c1", "-W1", "-n", address))
                .isOk();
    }
}
