package dev.understudy.node.vip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.HaException;
import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.net.EventLoop;
import dev.understudy.posix.net.LeaseFilter;
import dev.understudy.posix.net.RouteNetlink;
import dev.understudy.posix.net.StreamSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("dev.understudy.node.vip.Net#isPossible")
class VirtualIpTest implements VirtualIp.Listener {
    private static final VipSpec FOUR = VipSpec.parse("10.98.0.100/24", "auto");
    private static final VipSpec SIX = VipSpec.parse("fd98::100/64", "eth0");

    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();
    private Net net;
    private EventLoop loop;

    @BeforeEach
    void open() throws Exception {
        net = new Net();
        loop = new EventLoop("vip-test", faults::add);
        loop.start();
    }

    @AfterEach
    void close() {
        loop.close();
        net.close();
        assertEquals(List.of(), List.copyOf(faults));
    }

    @Override
    public void conflict(InetAddress address, String mac) {
        heard.add("conflict " + address.getHostAddress() + " " + mac);
    }

    @Override
    public void restored() {
        heard.add("restored");
    }

    @Override
    public void impaired(ErrnoException cause) {
        faults.add(cause);
    }

    @Test
    void servesWhileRenewedAndFallsSilentWithTheLease() throws Exception {
        net.inside(
                "n1",
                () -> {
                    try (VirtualIp vip = new VirtualIp("m", List.of(FOUR, SIX), loop, this)) {
                        long startNs = System.nanoTime();
                        vip.raise(60_000);
                        long raisedUs = (System.nanoTime() - startNs) / 1000;
                        assertTrue(answersFreshly(FOUR));
                        assertTrue(answersFreshly(SIX));
                        assertTrue(
                                net.in("n1", "ip addr show dev eth0").contains("10.98.0.100/32"));
                        assertEquals(VirtualIp.Renewal.HELD, vip.renew(300));
                        long renewedNs = System.nanoTime();
                        long lastNs = lastAnswerNs(FOUR, renewedNs + 600_000_000L);
                        long lastMs = (lastNs - renewedNs) / 1_000_000;
                        System.out.println(
                                "raise us: "
                                        + raisedUs
                                        + ", lease 300 ms, last answer ms: "
                                        + lastMs);
                        assertTrue(
                                lastMs <= 350, "answered " + lastMs + " ms after a renewal of 300");
                        assertEquals(VirtualIp.Renewal.LAPSED, vip.renew(300));
                        assertFalse(answersFreshly(FOUR));
                        vip.raise(60_000);
                        assertTrue(answersFreshly(FOUR));
                        assertEquals(VirtualIp.Renewal.HELD, vip.renew(60_000));
                        vip.drop();
                        vip.drop();
                        assertFalse(answersFreshly(FOUR));
                        assertEquals(VirtualIp.Renewal.LAPSED, vip.renew(60_000));
                        assertFalse(net.in("n1", "ip addr show").contains("0.100"));
                    }
                    return true;
                });
        assertEquals(List.of(), List.copyOf(heard));
    }

    @Test
    void anAddressInUseIsRefusedWithTheOccupantsMac() throws Exception {
        net.in("n3", "ip addr add 10.98.0.100/24 dev eth0");
        net.in("n3", "ip addr add fd98::100/64 dev eth0 nodad");
        String mac = net.in("n3", "cat /sys/class/net/eth0/address").strip();
        net.inside(
                "n1",
                () -> {
                    for (VipSpec spec : List.of(FOUR, SIX)) {
                        try (VirtualIp vip = new VirtualIp("m", List.of(spec), loop, this)) {
                            HaException refused =
                                    assertThrows(HaException.class, () -> vip.raise(1000));
                            assertEquals("HA-2107", refused.code());
                            assertTrue(refused.fault().contains(mac), refused.fault());
                            assertFalse(vip.isRaised());
                        }
                    }
                    assertFalse(net.in("n1", "ip addr show").contains("0.100"));
                    return true;
                });
    }

    @Test
    void anotherOwnerIsReportedAndAnnouncedAgainst() throws Exception {
        String mac = net.in("n3", "cat /sys/class/net/eth0/address").strip();
        net.inside(
                "n1",
                () -> {
                    try (VirtualIp vip = new VirtualIp("m", List.of(FOUR, SIX), loop, this)) {
                        vip.raise(60_000);
                        assertTrue(answersFreshly(FOUR));
                        net.inside("n3", () -> claim(FOUR));
                        await("first conflict", () -> !heard.isEmpty());
                        await(
                                "a second report, not before a second",
                                () -> {
                                    net.inside("n3", () -> claim(SIX));
                                    return heard.size() > 1;
                                });
                        await(
                                "conflicts heard",
                                () ->
                                        heard.contains("conflict 10.98.0.100 " + mac)
                                                && heard.contains(
                                                        "conflict fd98:0:0:0:0:0:0:100 " + mac));
                        assertTrue(answers(FOUR), "announced against: n2 finds the right one");
                    }
                    return true;
                });
    }

    private static boolean claim(VipSpec spec) throws Exception {
        try (RouteNetlink route = new RouteNetlink();
                Station station =
                        new Station(Interfaces.find(route, spec).link(), spec.address())) {
            station.announce();
            return true;
        }
    }

    @Test
    void aFlushedFilterIsRestored() throws Exception {
        net.inside(
                "n1",
                () -> {
                    try (VirtualIp vip = new VirtualIp("m", List.of(FOUR), loop, this)) {
                        vip.raise(60_000);
                        LeaseFilter.deleteTables(VirtualIp.tableName("m"));
                        assertEquals(VirtualIp.Renewal.HELD, vip.renew(60_000));
                        assertEquals(List.of("restored"), List.copyOf(heard));
                    }
                    return true;
                });
    }

    @Test
    void wrongPlacesAreToldWithARemedy() throws Exception {
        net.inside(
                "n1",
                () -> {
                    for (String[] wrong :
                            new String[][] {
                                {"192.0.2.9/24", "auto", "HA-2102"},
                                {"10.98.0.100/24", "eth7", "HA-2102"},
                                {"10.98.0.100/24", "down0", "HA-2103"}
                            }) {
                        if (wrong[1].equals("down0")) {
                            net.in("n1", "ip link add down0 type veth peer name down1");
                        }
                        VipSpec spec = VipSpec.parse(wrong[0], wrong[1]);
                        try (VirtualIp vip = new VirtualIp("m", List.of(spec), loop, this)) {
                            HaException told =
                                    assertThrows(HaException.class, () -> vip.raise(1000));
                            assertEquals(wrong[2], told.code());
                            assertFalse(told.remedy().isEmpty());
                        }
                    }
                    return true;
                });
        for (String wrong :
                List.of("", "10.0.0.9/x", "10.0.0.9/33", "host.example/24", "1.2.3/8/9")) {
            assertEquals(
                    "HA-2101",
                    assertThrows(HaException.class, () -> VipSpec.parse(wrong, "auto")).code());
        }
    }

    /// What the checker of type ip finds: the address is gone, is ours alone, is another's too.
    @Test
    void anAddressIsOursAlone() throws Exception {
        for (VipSpec spec : List.of(FOUR, SIX)) {
            String text = spec.address().getHostAddress();
            assertEquals(
                    Optional.of("no interface has " + text),
                    net.inside("n2", () -> AddressCheck.problem(spec.address(), 300_000_000L)));
            net.in("n2", "ip addr add " + spec + " dev eth0 nodad");
            assertEquals(
                    Optional.empty(),
                    net.inside("n2", () -> AddressCheck.problem(spec.address(), 300_000_000L)));
            net.in("n3", "ip addr add " + spec + " dev eth0 nodad");
            String told =
                    net.inside("n2", () -> AddressCheck.problem(spec.address(), 300_000_000L))
                            .orElse("");
            assertTrue(told.startsWith(text + " is also used by "), told);
        }
        net.in("n2", "ip link set eth0 down");
        assertEquals(
                Optional.of("interface eth0, which has 10.98.0.100, has no link"),
                net.inside("n2", () -> AddressCheck.problem(FOUR.address(), 300_000_000L)));
        assertEquals(
                Optional.empty(),
                net.inside(
                        "n2",
                        () -> {
                            net.in("n2", "ip link set lo up");
                            return AddressCheck.problem(InetAddress.getLoopbackAddress(), 1_000L);
                        }));
    }

    @Test
    void theProbeTellsLifeFromSilence() throws Exception {
        net.in("n3", "ip addr add 10.98.0.100/24 dev eth0");
        VipAnswer alive = net.inside("n2", () -> VipProbe.probe(List.of(FOUR), 5432, 300_000_000L));
        assertInstanceOf(VipAnswer.Station.class, alive);
        net.in("n3", "ip addr del 10.98.0.100/24 dev eth0");
        for (VipSpec spec : List.of(FOUR, SIX)) {
            VipAnswer silent =
                    net.inside("n2", () -> VipProbe.probe(List.of(spec), 5432, 300_000_000L));
            assertInstanceOf(VipAnswer.Silent.class, silent);
        }
        net.in("br", "ip link set br0 down");
        net.in("n2", "ip link set eth0 down");
        VipAnswer unknown =
                net.inside("n2", () -> VipProbe.probe(List.of(FOUR), 5432, 300_000_000L));
        assertInstanceOf(VipAnswer.CannotTell.class, unknown);
    }

    /// The kernel gives up looking for the address while the probe still listens.
    @Test
    void anAddressThatCannotBeResolvedDoesNotAnswer() throws Exception {
        net.in("n2", "sysctl -q -w net.ipv4.neigh.eth0.retrans_time_ms=100");
        VipAnswer silent =
                net.inside("n2", () -> VipProbe.probe(List.of(FOUR), 5432, 1_500_000_000L));
        assertInstanceOf(VipAnswer.Silent.class, silent);
    }

    @Test
    void theWitnessAnswersUntilItIsGone() throws Exception {
        net.in("n1", "ip route add default via 10.98.0.3");
        // The loop opens the sockets, so it has to live in the namespace.
        net.inside(
                "n1",
                () -> {
                    try (EventLoop inside = new EventLoop("witness-test", faults::add)) {
                        inside.start();
                        PingWitness gateway = PingWitness.gateway(20_000_000L, inside).start();
                        PingWitness six =
                                PingWitness.of(
                                                InetAddress.getByName("fd98::2"),
                                                20_000_000L,
                                                inside)
                                        .start();
                        await("both answer", () -> gateway.hasAnswered() && six.hasAnswered());
                        net.in("n3", "ip link set eth0 down");
                        await(
                                "the gateway is silent",
                                () -> !gateway.isAnswering(inside.nowNs(), 300_000_000L));
                        assertTrue(six.isAnswering(inside.nowNs(), 300_000_000L));
                        gateway.close();
                        six.close();
                    }
                    return true;
                });
    }

    /// Asks from n2 whose memory of addresses was emptied before.
    private boolean answersFreshly(VipSpec spec) throws Exception {
        net.in("n2", "ip neigh flush dev eth0");
        return answers(spec);
    }

    private boolean answers(VipSpec spec) throws Exception {
        return net.inside("n2", () -> isRefusedOrTaken(spec, 300_000_000L));
    }

    private static boolean isRefusedOrTaken(VipSpec spec, long timeoutNs) throws Exception {
        InetSocketAddress to = new InetSocketAddress(spec.address(), 1);
        try (StreamSocket socket = StreamSocket.connect(to, null)) {
            return socket.awaitWritable(timeoutNs) && socket.finishConnect() == Errno.ECONNREFUSED;
        }
    }

    /// Connects from n2 every few ms and gives the start of the last attempt that was answered: a
    /// time at which the address was alive, however late this thread is.
    private long lastAnswerNs(VipSpec spec, long untilNs) throws Exception {
        return net.inside(
                "n2",
                () -> {
                    long lastNs = 0;
                    while (System.nanoTime() - untilNs < 0) {
                        long startNs = System.nanoTime();
                        if (isRefusedOrTaken(spec, 5_000_000L)) {
                            lastNs = startNs;
                        }
                    }
                    return lastNs;
                });
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long deadlineNs = System.nanoTime() + 10_000_000_000L;
        while (!condition.holds()) {
            assertTrue(System.nanoTime() - deadlineNs < 0, what);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
