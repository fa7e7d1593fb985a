package dev.understudy.safe.lint;

import dev.understudy.safe.Checker;
import dev.understudy.safe.LoadBalancing;
import dev.understudy.safe.ProcessWatch;
import dev.understudy.safe.Service;
import dev.understudy.safe.VirtualIp;
import dev.understudy.safe.read.Nearest;
import java.util.List;

/// Finds names of services and addresses that are not there.
final class UnknownReference implements ConfigRule {
    @Override
    public String id() {
        return "C031";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        List<String> services = view.config().services().stream().map(Service::id).toList();
        for (ProcessWatch p : view.config().processes()) {
            p.services().stream()
                    .filter(id -> !services.contains(id))
                    .forEach(id ->
                            sink.add(
                                    view.at("processes", p.id(), "services"),
                                    "there is no service '%s'".formatted(id),
                                    hint(id, services)));
        }
        List<String> ips = view.config().virtualIps().stream().map(VirtualIp::id).toList();
        for (LoadBalancing l : view.config().loadBalancing()) {
            if (!ips.contains(l.virtualIp())) {
                sink.add(
                        view.at("load-balancing", l.id(), "virtual-ip"),
                        "there is no virtual address '%s'".formatted(l.virtualIp()),
                        hint(l.virtualIp(), ips));
            }
        }
        for (Checker c : view.config().checkers()) {
            if (c.kind() instanceof Checker.Tcp tcp
                    && tcp.address().equals("virtual-ip")
                    && ips.isEmpty()) {
                sink.add(
                        view.at("checkers", c.id(), "address"),
                        "the module has no virtual address",
                        "use localhost, or add virtual-ips");
            }
        }
    }

    private static String hint(String id, List<String> known) {
        String near = Nearest.of(id, known);
        return near.isEmpty()
                ? "known: " + String.join(", ", known)
                : "did you mean '" + near + "'?";
    }
}
