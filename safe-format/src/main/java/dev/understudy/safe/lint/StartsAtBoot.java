package dev.understudy.safe.lint;

import dev.understudy.safe.Manifest;
import dev.understudy.safe.Service;
import dev.understudy.safe.When;

/// Finds services of a mirror that the system starts by itself, before anyone decided who serves.
final class StartsAtBoot implements ConfigRule {
    @Override
    public String id() {
        return "C041";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        if (view.module().manifest().kind() != Manifest.Kind.MIRROR) {
            return;
        }
        for (Service s : view.config().services()) {
            boolean ofSystem =
                    s.kind() instanceof Service.Systemd
                            || s.kind() instanceof Service.WindowsService;
            if (ofSystem && !s.manualBoot() && s.when() == When.PRIM) {
                sink.add(
                        view.at("services", s.id()),
                        "the system may start service '%s' at boot on both nodes".formatted(s.id()),
                        "add boot: manual");
            }
        }
    }
}
