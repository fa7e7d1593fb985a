package dev.understudy.node.main;

import dev.understudy.node.vip.VipAnswer;
import dev.understudy.node.vip.VipProbe;
import dev.understudy.node.vip.VipSpec;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// Asks the network whether a virtual address that is to be installed is free.
final class Neighbour {
    private static final long PROBE_NS = 800_000_000L;

    /// discard (RFC 863): any port does, a refusal is an answer too.
    private static final int PROBE_PORT = 9;

    private Neighbour() {}

    /// Tells who answers for an address; empty if nobody does, or this machine cannot ask.
    static Optional<String> of(InetAddress address) {
        VipSpec spec = new VipSpec(address, address.getAddress().length * 8, VipSpec.AUTO);
        return switch (VipProbe.probe(List.of(spec), PROBE_PORT, PROBE_NS)) {
            case VipAnswer.Station station ->
                    Optional.of("another machine (%s)".formatted(station.mac()));
            case VipAnswer.Tcp _ -> Optional.of("another machine (it answers to TCP)");
            case VipAnswer.Silent(), VipAnswer.CannotTell(_) -> Optional.empty();
        };
    }
}
