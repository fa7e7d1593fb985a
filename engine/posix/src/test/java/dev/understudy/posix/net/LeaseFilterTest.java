package dev.understudy.posix.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.understudy.posix.net.TestNet#isPossible")
class LeaseFilterTest {
    private static final String TABLE = "understudy_test";

    @Test
    void theKernelEndsTheLeaseByItself() throws Exception {
        InetAddress four = InetAddress.getByName("10.99.0.100");
        InetAddress six = InetAddress.getByName("fd99::100");
        try (TestNet net = new TestNet(2)) {
            net.inside(
                    "n1",
                    () -> {
                        try (RouteNetlink route = new RouteNetlink();
                                LeaseFilter filter = new LeaseFilter(TABLE, List.of(four, six))) {
                            int eth0 = index(route, "eth0");
                            filter.create(0);
                            route.addAddress(eth0, four, 32, 60, false);
                            route.addAddress(eth0, six, 128, 60, false);
                            assertFalse(answers(net, "10.99.0.100"), "closed before the lease");
                            assertFalse(answers(net, "fd99::100"));

                            assertEquals(LeaseFilter.Renewal.LAPSED, filter.renew(60_000));
                            filter.open(60_000);
                            assertTrue(answers(net, "10.99.0.100"));
                            assertTrue(answers(net, "fd99::100"));
                            assertTrue(answers(net, "10.99.0.1"), "others are not touched");

                            assertEquals(LeaseFilter.Renewal.RENEWED, filter.renew(30));
                            LockSupport.parkNanos(45_000_000); // time itself is what is tested
                            assertFalse(answers(net, "10.99.0.100"));
                            assertFalse(answers(net, "fd99::100"));
                            assertEquals("", neighbours(net), "ARP and ND are silent too");

                            assertEquals(LeaseFilter.Renewal.LAPSED, filter.renew(60_000));
                            filter.open(60_000);
                            assertTrue(answers(net, "10.99.0.100"));
                            filter.end();
                            assertEquals(LeaseFilter.Renewal.LAPSED, filter.renew(60_000));
                            assertFalse(answers(net, "10.99.0.100"));
                            filter.delete();
                            filter.delete();
                            assertTrue(answers(net, "10.99.0.100"), "nothing guards it any more");
                            assertTrue(route.removeAddress(eth0, four, 32));
                            assertFalse(route.removeAddress(eth0, four, 32));
                        }
                        return true;
                    });
        }
    }

    /// A client that waits for an answer has nothing to send again: it would wait for ever for a
    /// server that was killed after the lease.
    @Test
    void theEndOfAConnectionIsToldAfterTheLease() throws Exception {
        InetAddress four = InetAddress.getByName("10.99.0.100");
        try (TestNet net = new TestNet(2);
                ExecutorService clients = Executors.newSingleThreadExecutor()) {
            int read =
                    net.inside(
                            "n1",
                            () -> {
                                try (RouteNetlink route = new RouteNetlink();
                                        LeaseFilter filter = new LeaseFilter(TABLE, List.of(four));
                                        ServerSocket server = new ServerSocket()) {
                                    filter.create(0);
                                    filter.open(60_000);
                                    route.addAddress(index(route, "eth0"), four, 32, 60, false);
                                    server.bind(new InetSocketAddress(four, 0));
                                    Future<Integer> client =
                                            clients.submit(() -> ask(net, server.getLocalPort()));
                                    try (Socket served = server.accept()) {
                                        assertEquals('?', served.getInputStream().read());
                                        filter.end();
                                    }
                                    return client.get(10, TimeUnit.SECONDS);
                                }
                            });
            assertEquals(-1, read, "the client hears that its server is gone");
        }
    }

    private static int ask(TestNet net, int port) throws Exception {
        return net.inside(
                "n2",
                () -> {
                    try (Socket socket = new Socket("10.99.0.100", port)) {
                        socket.setSoTimeout(5000);
                        socket.getOutputStream().write('?');
                        return socket.getInputStream().read();
                    }
                });
    }

    @Test
    void aFlushIsNoticedAndRepaired() throws Exception {
        InetAddress four = InetAddress.getByName("10.99.0.100");
        try (TestNet net = new TestNet(1)) {
            net.inside(
                    "n1",
                    () -> {
                        try (LeaseFilter filter = new LeaseFilter(TABLE, List.of(four));
                                LeaseFilter other = new LeaseFilter("other", List.of(four))) {
                            filter.create(0);
                            filter.open(60_000);
                            other.create(60_000); // a change that is none of our business
                            assertEquals(LeaseFilter.Renewal.RENEWED, filter.renew(60_000));
                            filter.delete(); // as `nft flush ruleset` does
                            assertEquals(LeaseFilter.Renewal.RESTORED, filter.renew(60_000));
                            assertEquals(LeaseFilter.Renewal.RENEWED, filter.renew(60_000));
                            new LeaseFilterFlush(TABLE).rules(); // as `nft flush table` does
                            assertEquals(LeaseFilter.Renewal.RESTORED, filter.renew(60_000));
                            assertEquals(LeaseFilter.Renewal.RENEWED, filter.renew(60_000));
                        }
                        return true;
                    });
        }
    }

    @Test
    void renewalTakesFarLessThanAMillisecond() throws Exception {
        InetAddress four = InetAddress.getByName("10.99.0.100");
        try (TestNet net = new TestNet(1)) {
            long medianNs =
                    net.inside(
                            "n1",
                            () -> {
                                try (LeaseFilter filter = new LeaseFilter(TABLE, List.of(four))) {
                                    filter.create(0);
                                    filter.open(1000);
                                    long[] took = new long[200];
                                    for (int i = 0; i < took.length; i++) {
                                        long startNs = System.nanoTime();
                                        filter.renew(1000);
                                        took[i] = System.nanoTime() - startNs;
                                    }
                                    java.util.Arrays.sort(took);
                                    return took[took.length / 2];
                                }
                            });
            System.out.println("lease renewal, median us: " + medianNs / 1000);
            assertTrue(medianNs < 20_000_000, "median ns " + medianNs);
        }
    }

    @Test
    void linksAddressesAndGatewaysAreListed() throws Exception {
        try (TestNet net = new TestNet(1)) {
            net.in("n1", "ip route add default via 10.99.0.254 dev eth0 metric 7");
            net.inside(
                    "n1",
                    () -> {
                        try (RouteNetlink route = new RouteNetlink()) {
                            int eth0 = index(route, "eth0");
                            RouteNetlink.Link link =
                                    route.links().stream()
                                            .filter(l -> l.index() == eth0)
                                            .findFirst()
                                            .orElseThrow();
                            assertTrue(link.isUp() && link.hasCarrier() && !link.isLoopback());
                            assertEquals(17, link.macText().length());
                            InetAddress vip = InetAddress.getByName("10.99.0.100");
                            assertEquals(
                                    1,
                                    route.addresses().stream().filter(a -> a.covers(vip)).count());
                            route.addAddress(eth0, vip, 32, 5, false);
                            RouteNetlink.Address added =
                                    route.addresses().stream()
                                            .filter(a -> a.address().equals(vip))
                                            .findFirst()
                                            .orElseThrow();
                            assertTrue(added.validSeconds() >= 4 && added.validSeconds() <= 5);
                            RouteNetlink.Gateway gateway = route.gateways().getFirst();
                            assertEquals(InetAddress.getByName("10.99.0.254"), gateway.address());
                            assertEquals(7, gateway.metric());
                            ErrnoException wrong =
                                    assertThrows(
                                            ErrnoException.class,
                                            () -> route.addAddress(9999, vip, 32, 5, false));
                            assertEquals(Errno.ENODEV, wrong.errno());
                        }
                        return true;
                    });
        }
    }

    static int index(RouteNetlink route, String name) throws Exception {
        return route.links().stream()
                .filter(l -> l.name().equals(name))
                .findFirst()
                .orElseThrow()
                .index();
    }

    /// Asks by a fresh neighbour resolution and TCP: even a refusal is an answer.
    private static boolean answers(TestNet net, String address) throws Exception {
        return net.inside(
                "n2",
                () -> {
                    net.in("n2", "ip neigh flush dev eth0");
                    java.net.InetSocketAddress to =
                            new java.net.InetSocketAddress(InetAddress.getByName(address), 1);
                    try (StreamSocket socket = StreamSocket.connect(to, null)) {
                        return socket.awaitWritable(300_000_000L)
                                && socket.finishConnect() == Errno.ECONNREFUSED;
                    }
                });
    }

    private static String neighbours(TestNet net) throws Exception {
        return net.in("n2", "ip neigh show nud reachable | grep -E \"100 \" || true").strip();
    }
}
