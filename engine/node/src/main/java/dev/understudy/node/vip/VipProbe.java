package dev.understudy.node.vip;

import dev.understudy.core.member.HaException;
import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.net.RouteNetlink;
import dev.understudy.posix.net.StreamSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// Asks the virtual addresses' own network whether anybody still serves them.
///
/// Two ways, because each can be silent alone: the link layer (ARP, neighbour discovery) hears a
/// node whose firewall drops TCP, TCP goes through a neighbour entry that is still cached. Blocks
/// the caller; not for a loop's thread.
public final class VipProbe {
    private static final long TURN_NS = 25_000_000L;

    private VipProbe() {}

    /// Asks all addresses.
    ///
    /// @param port to be tried by TCP; any port, since a refusal is an answer too
    /// @param timeoutNs until silence is believed; 150 ms and more
    /// @return the first answer, or silence when no address answered
    public static VipAnswer probe(List<VipSpec> specs, int port, long timeoutNs) {
        if (specs.isEmpty()) {
            return new VipAnswer.CannotTell("the module has no virtual IP");
        }
        List<Station> stations = new ArrayList<>();
        List<StreamSocket> sockets = new ArrayList<>();
        try (RouteNetlink route = new RouteNetlink()) {
            long deadlineNs = System.nanoTime() + timeoutNs;
            for (VipSpec spec : specs) {
                Interfaces.Place place = Interfaces.find(route, spec);
                if (!place.link().hasCarrier()) {
                    return new VipAnswer.CannotTell(
                            "interface " + place.link().name() + " has no carrier");
                }
                if (Station.isPossible(place.link())) {
                    stations.add(new Station(place.link(), spec.address()));
                }
                sockets.add(
                        StreamSocket.connect(new InetSocketAddress(spec.address(), port), null));
            }
            return listen(specs, stations, sockets, port, deadlineNs);
        } catch (HaException e) {
            return new VipAnswer.CannotTell(e.fault());
        } catch (ErrnoException e) {
            return new VipAnswer.CannotTell(String.valueOf(e.getMessage()));
        } finally {
            stations.forEach(Station::close);
            sockets.forEach(StreamSocket::close);
        }
    }

    private static VipAnswer listen(
            List<VipSpec> specs,
            List<Station> stations,
            List<StreamSocket> sockets,
            int port,
            long deadlineNs)
            throws ErrnoException {
        BitSet over = new BitSet();
        while (System.nanoTime() - deadlineNs < 0) {
            for (Station station : stations) {
                station.ask();
                String mac = station.claimUntil(System.nanoTime() + TURN_NS);
                if (!mac.isEmpty()) {
                    return new VipAnswer.Station(station.address(), mac);
                }
            }
            if (stations.isEmpty()) {
                LockSupport.parkNanos(TURN_NS);
            }
            for (int i = 0; i < sockets.size(); i++) {
                if (over.get(i) || !sockets.get(i).awaitWritable(0)) continue;
                if (isAnswer(sockets.get(i))) {
                    return new VipAnswer.Tcp(address(specs, i), port);
                }
                // The kernel tells an error once; asked again it would look like a connection.
                over.set(i);
            }
        }
        return new VipAnswer.Silent();
    }

    private static InetAddress address(List<VipSpec> specs, int index) {
        return specs.get(index).address();
    }

    /// An error of our own side (nobody resolves the address) is no answer.
    private static boolean isAnswer(StreamSocket socket) throws ErrnoException {
        int errno = socket.finishConnect();
        return errno == 0 || errno == Errno.ECONNREFUSED || errno == Errno.ECONNRESET;
    }
}
