package dev.understudy.node.heart;

import dev.understudy.node.store.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends and hears the heartbeats between this node and one peer, on every network.
///
/// Each module sends its own datagrams, so a module that hangs silences only itself: a [Source]
/// that has nothing fresh to say returns null and nothing is sent for it. A datagram counts once
/// per network and only with a counter above the last one heard there.
public final class Heart implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Heart.class);
    private static final long FENCE_COUNTER_STEP = 16;

    /// One network between the two nodes.
    ///
    /// @param name as in cluster.yaml
    /// @param local address and port this node receives on
    /// @param peer address and port of the other node
    public record Network(String name, InetSocketAddress local, InetSocketAddress peer) {}

    /// What a module says now.
    @FunctionalInterface
    public interface Source {
        /// Gives the beat to send, at most 1200 bytes, or null to stay silent: a loop that hangs
        /// must not be spoken for.
        byte @Nullable [] beat(long nowNs);
    }

    /// Hears what the peer says about a module.
    public interface Sink {
        /// Takes one beat.
        ///
        /// @param network name of the network it came by when it sent this one; 0 if it had heard
        ///   none
        /// @param fenced sent by the peer's guard after it fenced that node
        void heard(long nowNs, String network, byte[] beat, boolean fenced);

        /// Says that this process did not run for a while, so silence proves nothing.
        void paused(long nowNs, long pausedNs);
    }

    /// A datagram that the guard may send for us.
    public record Sealed(InetSocketAddress to, byte[] datagram) {}

    private record Member(Source source, Sink sink) {}

    private static final long ADDRESS_LOOK_NS = 200_000_000L;

    private final List<Network> networks;
    private final long intervalNs;
    private final Ticker ticker;
    private final Map<Integer, DatagramChannel> channels = new ConcurrentHashMap<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Member> members = new ConcurrentSkipListMap<>();
    private final AtomicLongArray heardNs;
    private final Replay replay;
    private volatile @Nullable PairKey key;
    private volatile @Nullable PairKey previousKey;
    private volatile boolean open = true;
    private volatile boolean hurry;
    private long counter;
    private long fenceCounter;
    private @Nullable Thread sender;

    /// Describes the heart; nothing is opened before [#start].
    ///
    /// @param intervalNs time between two beats, 10 ms to 10 s
    public Heart(List<Network> networks, long intervalNs, Ticker ticker) {
        this.networks = List.copyOf(networks);
        this.intervalNs = intervalNs;
        this.ticker = ticker;
        this.heardNs = new AtomicLongArray(networks.size());
        this.replay = new Replay(networks.size());
    }

    /// Opens the sockets and starts one sender and one receiver for each network. A network whose
    /// address this machine does not have yet, as at boot, is silent until it has.
    ///
    /// @throws IOException if an address cannot be bound; the message names it
    public void start() throws IOException {
        for (int i = 0; i < networks.size(); i++) {
            if (!open(i)) {
                LOG.warn(
                        "heartbeats on {} wait for {}",
                        networks.get(i).name(),
                        networks.get(i).local());
            }
        }
        for (int i = 0; i < networks.size(); i++) {
            int index = i;
            threads.add(
                    Thread.ofPlatform()
                            .name("heart-" + networks.get(i).name())
                            .daemon()
                            .start(() -> receive(index)));
        }
        sender = Thread.ofPlatform().name("heart-send").daemon().start(this::send);
        threads.add(sender);
    }

    /// Seals with this key from now on; the key before it stays good for receiving.
    public synchronized void install(PairKey fresh) {
        PairKey now = key;
        if (now != null && now.id() == fresh.id()) return;
        previousKey = now;
        key = fresh;
        counter = 0;
        fenceCounter = 0;
        beatNow();
    }

    /// Lets a module take part until the result is run.
    public Runnable attach(String module, Source source, Sink sink) {
        Member member = new Member(source, sink);
        members.put(module, member);
        return () -> members.remove(module, member);
    }

    /// Sends a beat at once: a state changed and the peer should not wait for the interval.
    public void beatNow() {
        hurry = true;
        Thread thread = sender;
        if (thread != null) LockSupport.unpark(thread);
    }

    /// Says whether a network carried anything from the peer within `withinNs`.
    public boolean isHeard(String network, long withinNs) {
        for (int i = 0; i < networks.size(); i++) {
            if (!networks.get(i).name().equals(network)) continue;
            long at = heardNs.get(i);
            return at != 0 && ticker.nowNs() - at <= withinNs;
        }
        return false;
    }

    /// Seals the datagrams that say "this node is fenced" for a module, one for each network.
    ///
    /// @return empty as long as no key is agreed upon
    public synchronized List<Sealed> sealFenced(String module, byte[] beat) {
        PairKey now = key;
        List<Sealed> sealed = new ArrayList<>();
        if (now == null) return sealed;
        fenceCounter += FENCE_COUNTER_STEP;
        try {
            for (int i = 0; i < networks.size(); i++) {
                byte[] datagram =
                        Datagrams.seal(now, Datagrams.Kind.FENCED, i, ++fenceCounter, module, beat);
                sealed.add(new Sealed(networks.get(i).peer(), datagram));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM of the platform fails", e);
        }
        return sealed;
    }

    /// Opens the socket of a network; false if the machine does not have the address yet.
    private boolean open(int index) throws IOException {
        Network network = networks.get(index);
        try {
            channels.put(index, bind(network));
            return true;
        } catch (IOException e) {
            if (NetworkInterface.getByInetAddress(network.local().getAddress()) == null) {
                return false;
            }
            throw e;
        }
    }

    private DatagramChannel bind(Network network) throws IOException {
        boolean v6 = network.local().getAddress() instanceof java.net.Inet6Address;
        DatagramChannel channel =
                DatagramChannel.open(
                        v6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(network.local());
            return channel;
        } catch (IOException e) {
            channel.close();
            throw new IOException(
                    "heartbeats: cannot bind UDP " + network.local() + ": " + e.getMessage(), e);
        }
    }

    private void send() {
        long next = ticker.nowNs();
        while (open) {
            long now = ticker.nowNs();
            long late = now - next;
            if (late > 2 * intervalNs + 300_000_000L) reportPause(now, late);
            hurry = false;
            sendAll(now);
            next = ticker.nowNs() + intervalNs;
            while (open && !hurry) {
                long wait = next - ticker.nowNs();
                if (wait <= 0) break;
                LockSupport.parkNanos(this, wait);
            }
        }
    }

    private void reportPause(long now, long late) {
        LOG.warn("heartbeats were held up pausedMs={}", late / 1_000_000);
        for (Member member : members.values()) member.sink().paused(now, late);
    }

    private void sendAll(long now) {
        for (var member : members.entrySet()) {
            try {
                byte[] beat = member.getValue().source().beat(now);
                if (beat != null) sendOne(member.getKey(), beat);
            } catch (GeneralSecurityException | RuntimeException e) {
                LOG.error("heartbeat of module {} could not be made", member.getKey(), e);
            }
        }
    }

    private void sendOne(String module, byte[] beat) throws GeneralSecurityException {
        PairKey now;
        long number;
        synchronized (this) {
            now = key;
            number = ++counter;
        }
        if (now == null) return;
        for (int i = 0; i < networks.size(); i++) {
            byte[] datagram = Datagrams.seal(now, Datagrams.Kind.BEAT, i, number, module, beat);
            DatagramChannel channel = channels.get(i);
            if (channel == null) continue;
            try {
                channel.send(ByteBuffer.wrap(datagram), networks.get(i).peer());
            } catch (IOException e) {
                // A network that is down refuses (ENETUNREACH, EPERM of a filter): the others
                // carry the beat, and silence on this one is what the peer sees.
                LOG.debug("heartbeat on {} not sent", networks.get(i).name(), e);
            }
        }
    }

    /// Waits for the address of a network; null if the heart is closed before.
    private @Nullable DatagramChannel awaitOpen(int index) {
        while (open) {
            DatagramChannel channel = channels.get(index);
            if (channel != null) return channel;
            LockSupport.parkNanos(this, ADDRESS_LOOK_NS);
            try {
                if (open && open(index)) {
                    LOG.info("heartbeats on {} begin", networks.get(index).name());
                }
            } catch (IOException e) {
                LOG.error("heartbeats on {}", networks.get(index).name(), e);
            }
        }
        DatagramChannel late = channels.get(index);
        try {
            if (late != null) late.close(); // opened while the heart was closed
        } catch (IOException e) {
            LOG.debug("heartbeat socket on {} not closed", networks.get(index).name(), e);
        }
        return null;
    }

    private void receive(int index) {
        DatagramChannel channel = awaitOpen(index);
        if (channel == null) return;
        ByteBuffer in = ByteBuffer.allocate(Datagrams.SIZE_MAX + 200);
        while (open) {
            try {
                in.clear();
                var from = channel.receive(in);
                if (from != null) take(index, in.flip());
            } catch (ClosedChannelException e) {
                if (open) LOG.error("heartbeat socket on {} closed", networks.get(index).name(), e);
                return;
            } catch (IOException e) {
                // ICMP port unreachable of an earlier send surfaces here (udp(7) ECONNREFUSED).
                LOG.debug("heartbeat on {} not received", networks.get(index).name(), e);
            } catch (GeneralSecurityException | RuntimeException e) {
                LOG.error("heartbeat on {} could not be handled", networks.get(index).name(), e);
            }
        }
    }

    private void take(int index, ByteBuffer datagram) throws GeneralSecurityException {
        long id = Datagrams.keyId(datagram);
        PairKey now = key;
        PairKey before = previousKey;
        PairKey match = now != null && now.id() == id ? now : before;
        if (match == null || match.id() != id) return;
        Datagrams.Opened opened = Datagrams.open(match, datagram);
        if (opened == null || opened.network() != index) return;
        if (!replay.accept(opened)) return;
        long nowNs = ticker.nowNs();
        heardNs.set(index, nowNs);
        boolean fenced = opened.kind() == Datagrams.Kind.FENCED;
        Member member = members.get(opened.module());
        if (member != null) {
            member.sink().heard(nowNs, networks.get(index).name(), opened.beat(), fenced);
        }
    }

    @Override
    public void close() throws IOException {
        open = false;
        for (Thread thread : threads) LockSupport.unpark(thread);
        for (DatagramChannel channel : channels.values()) channel.close();
    }
}
