package dev.understudy.node.heart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HeartTest {
    private static final byte[] SECRET = new byte[32];

    private record Heard(String network, String beat, boolean fenced) {}

    private static final class Ear implements Heart.Sink {
        final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();

        @Override
        public void heard(long nowNs, String network, byte[] beat, boolean fenced) {
            heard.add(new Heard(network, new String(beat, UTF_8), fenced));
        }

        @Override
        public void paused(long nowNs, long pausedNs) {}

        Heard await() throws InterruptedException {
            Heard next = heard.poll(10, TimeUnit.SECONDS);
            assertNotNull(next, "no heartbeat within 10 s");
            return next;
        }
    }

    private static InetSocketAddress free() throws Exception {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        }
    }

    @Test
    void eachNodeHearsTheOtherOnEveryNetwork() throws Exception {
        InetSocketAddress a1 = free();
        InetSocketAddress b1 = free();
        InetSocketAddress a2 = free();
        InetSocketAddress b2 = free();
        try (Heart a = heart(List.of(net("one", a1, b1), net("two", a2, b2)));
                Heart b = heart(List.of(net("one", b1, a1), net("two", b2, a2)))) {
            Ear earA = new Ear();
            Ear earB = new Ear();
            a.attach("m", _ -> "from a".getBytes(UTF_8), earA);
            b.attach("m", _ -> "from b".getBytes(UTF_8), earB);
            a.install(PairKey.derive(SECRET, "a", "b"));
            b.install(PairKey.derive(SECRET, "b", "a"));
            a.start();
            b.start();
            boolean one = false;
            boolean two = false;
            while (!(one && two)) {
                Heard next = earB.await();
                assertEquals("from a", next.beat());
                one |= next.network().equals("one");
                two |= next.network().equals("two");
            }
            assertTrue(b.isHeard("one", TimeUnit.SECONDS.toNanos(10)));
            for (Heart.Sealed sealed : a.sealFenced("m", "gone".getBytes(UTF_8))) {
                try (DatagramSocket guard = new DatagramSocket()) {
                    guard.send(
                            new java.net.DatagramPacket(
                                    sealed.datagram(), sealed.datagram().length, sealed.to()));
                }
            }
            Heard fenced = earB.await();
            while (!fenced.fenced()) fenced = earB.await();
            assertEquals("gone", fenced.beat());
        }
    }

    @Test
    void aSilentSourceSendsNothing() throws Exception {
        InetSocketAddress a1 = free();
        InetSocketAddress b1 = free();
        try (Heart a = heart(List.of(net("one", a1, b1)));
                Heart b = heart(List.of(net("one", b1, a1)))) {
            Ear ear = new Ear();
            b.attach("hung", _ -> null, ear);
            b.attach("alive", _ -> null, ear);
            a.attach("hung", _ -> null, new Ear());
            a.attach("alive", _ -> "alive".getBytes(UTF_8), new Ear());
            a.install(PairKey.derive(SECRET, "a", "b"));
            b.install(PairKey.derive(SECRET, "b", "a"));
            a.start();
            b.start();
            for (int i = 0; i < 3; i++) assertEquals("alive", ear.await().beat());
        }
    }

    @Test
    void replayedForgedAndAlteredDatagramsAreRefused() throws Exception {
        PairKey a = PairKey.derive(SECRET, "a", "b");
        PairKey b = PairKey.derive(SECRET, "b", "a");
        byte[] good = Datagrams.seal(a, Datagrams.Kind.BEAT, 0, 7, "m", "beat".getBytes(UTF_8));
        Datagrams.@Nullable Opened opened = Datagrams.open(b, ByteBuffer.wrap(good));
        assertNotNull(opened);
        assertEquals("m", opened.module());
        Replay replay = new Replay(1);
        assertTrue(replay.accept(opened));
        assertFalse(replay.accept(opened));
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            ByteBuffer in = ByteBuffer.wrap(bad);
            if (Datagrams.keyId(in) == b.id()) assertNull(Datagrams.open(b, in));
        }
        assertNull(Datagrams.open(a, ByteBuffer.wrap(good)), "own datagrams sent back are refused");
    }

    private static Heart.Network net(String name, InetSocketAddress local, InetSocketAddress peer) {
        return new Heart.Network(name, local, peer);
    }

    private static Heart heart(List<Heart.Network> networks) {
        return new Heart(networks, 20_000_000L, System::nanoTime);
    }
}
