package dev.understudy.node.heart;

import java.util.HashMap;
import java.util.Map;

/// Lets each datagram pass once: counters only rise, for each key, network and kind.
///
/// Late datagrams are dropped too: an old beat says nothing that a newer one did not.
final class Replay {
    private record Lane(long keyId, int network, Datagrams.Kind kind) {}

    private static final int LANES_MAX = 64;
    private final int networks;
    private final Map<Lane, Long> last = new HashMap<>();

    Replay(int networks) {
        this.networks = networks;
    }

    synchronized boolean accept(Datagrams.Opened opened) {
        if (opened.network() < 0 || opened.network() >= networks) return false;
        Lane lane = new Lane(opened.keyId(), opened.network(), opened.kind());
        Long before = last.get(lane);
        if (before != null && opened.counter() <= before) return false;
        if (before == null && last.size() >= LANES_MAX) last.clear();
        last.put(lane, opened.counter());
        return true;
    }
}
