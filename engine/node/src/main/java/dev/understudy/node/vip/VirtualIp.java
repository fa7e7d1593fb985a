package dev.understudy.node.vip;

import dev.understudy.core.member.HaException;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.net.EventLoop;
import dev.understudy.posix.net.LeaseFilter;
import dev.understudy.posix.net.RouteNetlink;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The virtual addresses of one module, held as a lease that the kernel ends by itself.
///
/// First line: a [LeaseFilter], exact to milliseconds. Second line: the addresses' own lifetime in
/// the kernel, in whole seconds. Whoever raised the addresses renews them at a third of the lease;
/// when nobody does, be it that the program was killed, was stopped or hangs, they fall silent and
/// then vanish.
///
/// Commands may come from any thread and take about a millisecond, except [#raise], which first
/// asks the network whether the addresses are taken (40 ms). Announcements and the watch for other
/// owners run on the loop given; it must be one that may wait as long, so not that of a data path.
public final class VirtualIp implements AutoCloseable {
    /// Hears what happens by itself; called on the loop's thread or in [#renew]; must not block.
    public interface Listener {
        /// Another station claims the address; while our lease lasts we have announced ours again.
        /// At most once each second.
        ///
        /// @param mac the other one's hardware address
        void conflict(InetAddress address, String mac);

        /// Somebody had flushed the packet filter; it is restored.
        void restored();

        /// An announcement could not be sent or the watch ended; the address itself may be well.
        void impaired(ErrnoException cause);
    }

    /// How a renewal went.
    public enum Renewal {
        /// The lease goes on.
        HELD,
        /// The lease had ended before; the addresses are silent until [#raise].
        LAPSED
    }

    private record Held(VipSpec spec, Interfaces.Place place, @Nullable Station station) {}

    /// Milliseconds after the raise; RFC 5227 2.3 asks for two, lost frames and slow ports for
    /// more.
    private static final int[] ANNOUNCE_MS = {100, 500, 1000, 2000, 5000, 10_000};

    private static final int ANNOUNCE_LATER_MS = 30_000;
    private static final long DEFEND_NS = 1_000_000_000L; // and at most one report each second
    private static final int OCCUPANT_ROUNDS = 2;
    private static final long OCCUPANT_ROUND_NS = 20_000_000L;
    private static final long ADDRESS_RENEWAL_NS = 1_000_000_000L;

    private final List<VipSpec> specs;
    private final EventLoop loop;
    private final Listener listener;
    private final RouteNetlink route;
    private final LeaseFilter filter;
    private final EventLoop.Timer timer;
    private List<Held> held = List.of();
    private int announced;
    private long defendedNs = System.nanoTime() - DEFEND_NS;
    private long addressNs;

    /// Opens what is needed in the calling thread's network namespace; changes nothing yet.
    ///
    /// @param id names the packet filter's table `understudy_ID`; letters, digits, underscores
    /// @param specs all addresses of the module; may be empty
    public VirtualIp(String id, List<VipSpec> specs, EventLoop loop, Listener listener) {
        this.specs = List.copyOf(specs);
        this.loop = loop;
        this.listener = listener;
        this.timer = loop.timer(this::announceNext);
        try {
            this.route = new RouteNetlink();
            this.filter =
                    new LeaseFilter(tableName(id), specs.stream().map(VipSpec::address).toList());
        } catch (ErrnoException e) {
            throw refused(e);
        }
    }

    /// Gives the name of the packet filter's table of a module.
    public static String tableName(String id) {
        return "understudy_" + id.replaceAll("[^A-Za-z0-9_]", "_");
    }

    /// Raises the addresses: asks whether they are free, adds them, begins the lease, announces
    /// them.
    ///
    /// @param leaseMs until the kernel silences them unless renewed
    /// @throws HaException HA-2102 no interface, HA-2103 interface down, HA-2104 refused by the
    ///   kernel, HA-2107 another station answers for an address; nothing is raised then
    public synchronized void raise(long leaseMs) {
        if (specs.isEmpty()) {
            return;
        }
        letGo();
        List<Held> taken = new ArrayList<>();
        try {
            for (VipSpec spec : specs) {
                taken.add(take(spec));
            }
            checkAreFree(taken);
            filter.create(0);
            for (Held each : taken) {
                addAddress(each, leaseMs);
            }
            filter.open(leaseMs);
            addressNs = System.nanoTime();
            held = List.copyOf(taken);
            announce();
            announced = 0;
            loop.execute(this::watch);
        } catch (ErrnoException e) {
            undo(taken);
            throw refused(e);
        } catch (HaException e) {
            undo(taken);
            throw e;
        }
    }

    private Held take(VipSpec spec) throws ErrnoException {
        Interfaces.Place place = Interfaces.find(route, spec);
        boolean canSpeak = Station.isPossible(place.link());
        return new Held(spec, place, canSpeak ? new Station(place.link(), spec.address()) : null);
    }

    /// Asks for all addresses at once, twice, so that many take no longer than one.
    private static void checkAreFree(List<Held> taken) throws ErrnoException {
        for (int round = 0; round < OCCUPANT_ROUNDS; round++) {
            long roundEndNs = System.nanoTime() + OCCUPANT_ROUND_NS;
            for (Held each : taken) {
                Station station = each.station();
                if (station != null) {
                    station.ask();
                }
            }
            for (Held each : taken) {
                Station station = each.station();
                if (station != null) {
                    checkIsFree(each, station.claimUntil(roundEndNs));
                }
            }
        }
    }

    private static void checkIsFree(Held one, String occupant) {
        if (!occupant.isEmpty()) {
            throw new HaException(
                    "HA-2107",
                    "virtual IP %s already answers on %s from %s"
                            .formatted(
                                    one.spec().address().getHostAddress(),
                                    one.place().link().name(),
                                    occupant),
                    null,
                    "release it on that host, or give the module another virtual IP");
        }
    }

    private void addAddress(Held one, long leaseMs) throws ErrnoException {
        // Renewed each second or each third of the lease; the kernel counts whole seconds.
        int validSeconds = (int) ((leaseMs + 999) / 1000) + 2;
        route.addAddress(
                one.place().link().index(),
                one.spec().address(),
                one.place().prefix(),
                validSeconds,
                one.place().isPrefixRouteWanted(one.spec()));
    }

    /// Prolongs the lease: it lasts `leaseMs` from now on.
    ///
    /// @return LAPSED when it had ended before; it is not revived
    /// @throws HaException HA-2104 when the kernel refuses; the lease runs out then
    public synchronized Renewal renew(long leaseMs) {
        if (specs.isEmpty()) {
            return Renewal.HELD;
        }
        if (held.isEmpty()) {
            return Renewal.LAPSED;
        }
        try {
            LeaseFilter.Renewal result = filter.renew(leaseMs);
            if (result == LeaseFilter.Renewal.LAPSED) {
                return Renewal.LAPSED;
            }
            long nowNs = System.nanoTime();
            if (nowNs - addressNs >= ADDRESS_RENEWAL_NS || leaseMs > 3000) {
                for (Held each : held) {
                    addAddress(each, leaseMs);
                }
                addressNs = nowNs;
            }
            if (result == LeaseFilter.Renewal.RESTORED) {
                listener.restored();
            }
            return Renewal.HELD;
        } catch (ErrnoException e) {
            throw refused(e);
        }
    }

    /// Silences and removes the addresses now. Does nothing when they are not raised.
    ///
    /// @throws HaException HA-2104 when the kernel refuses; what could be done is done
    public synchronized void drop() {
        if (!specs.isEmpty()) {
            undo(List.of());
        }
    }

    /// Tells whether the addresses were raised and not dropped; they may have lapsed meanwhile.
    public synchronized boolean isRaised() {
        return !held.isEmpty();
    }

    /// Lists what a guard has to delete to take the addresses away, raised or not yet.
    public synchronized VipFence fence(String id) {
        List<VipFence.OnInterface> addresses = new ArrayList<>();
        for (VipSpec spec : specs) {
            int index = 0;
            for (Held each : held) {
                index = each.spec().equals(spec) ? each.place().link().index() : index;
            }
            addresses.add(new VipFence.OnInterface(index, spec.address(), spec.prefix()));
        }
        return new VipFence(tableName(id), addresses);
    }

    private void undo(List<Held> taken) {
        List<Held> all = new ArrayList<>(held);
        all.addAll(taken);
        letGo();
        @Nullable ErrnoException first = null;
        try {
            filter.end();
        } catch (ErrnoException e) {
            first = e;
        }
        taken.forEach(VirtualIp::closeStation);
        for (Held each : all) {
            try {
                route.removeAddress(
                        each.place().link().index(), each.spec().address(), each.place().prefix());
            } catch (ErrnoException e) {
                first = e;
            }
        }
        try {
            filter.delete();
        } catch (ErrnoException e) {
            first = e;
        }
        if (first != null) {
            throw refused(first);
        }
    }

    /// Ends the watch and the announcements of what was held; the addresses themselves stay.
    private void letGo() {
        List<Held> before = held;
        held = List.of();
        if (before.isEmpty()) {
            return;
        }
        boolean isPosted =
                loop.execute(() -> {
                    timer.disarm();
                    before.forEach(this::unwatch);
                });
        if (!isPosted) {
            before.forEach(VirtualIp::closeStation);
        }
    }

    private static void closeStation(Held one) {
        Station station = one.station();
        if (station != null) {
            station.close();
        }
    }

    /// On the loop's thread: hears other owners from now on and announces again and again.
    private synchronized void watch() {
        for (Held each : held) {
            Station station = each.station();
            if (station != null && !loop.isRegistered(station.fd())) {
                try {
                    loop.register(station.fd(), EventLoop.READ, (_, _) -> heard(station));
                } catch (ErrnoException e) {
                    listener.impaired(e);
                }
            }
        }
        timer.armNs(ANNOUNCE_MS[0] * 1_000_000L);
    }

    /// On the loop's thread.
    private void unwatch(Held one) {
        Station station = one.station();
        if (station == null) {
            return;
        }
        try {
            if (loop.isRegistered(station.fd())) {
                loop.unregister(station.fd());
            }
        } catch (ErrnoException e) {
            listener.impaired(e);
        }
        station.close();
    }

    private synchronized void heard(Station station) {
        try {
            String other = station.otherClaim();
            if (other.isEmpty() || held.isEmpty()) {
                return;
            }
            long nowNs = loop.nowNs();
            if (nowNs - defendedNs >= DEFEND_NS) { // RFC 5227 2.4: not an endless fight
                defendedNs = nowNs;
                announce();
                listener.conflict(station.address(), other);
            }
        } catch (ErrnoException e) {
            listener.impaired(e);
        }
    }

    private synchronized void announceNext() {
        if (held.isEmpty()) {
            return;
        }
        try {
            announce();
        } catch (ErrnoException e) {
            listener.impaired(e);
        }
        announced++;
        int nextMs = ANNOUNCE_LATER_MS;
        if (announced < ANNOUNCE_MS.length) {
            nextMs = ANNOUNCE_MS[announced] - ANNOUNCE_MS[announced - 1];
        }
        timer.armNs(nextMs * 1_000_000L);
    }

    /// Frames pass the filter: after a pause of this process (SIGSTOP, suspended machine) timers
    /// must not claim an address whose lease has ended and that the peer may serve.
    private void announce() throws ErrnoException {
        if (!filter.isLive()) {
            return;
        }
        for (Held each : held) {
            Station station = each.station();
            if (station != null) {
                station.announce();
            }
        }
    }

    private HaException refused(ErrnoException e) {
        return new HaException(
                "HA-2104",
                "the kernel refuses to change virtual IP " + specs + ": " + e.getMessage(),
                e,
                "run as root with CAP_NET_ADMIN and CAP_NET_RAW on a kernel with nf_tables");
    }

    /// Drops the addresses and closes everything.
    @Override
    public void close() {
        try {
            drop();
        } finally {
            filter.close();
            route.close();
        }
    }
}
