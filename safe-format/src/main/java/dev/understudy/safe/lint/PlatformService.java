package dev.understudy.safe.lint;

import dev.understudy.safe.Service;

/// Finds services of the other operating system.
final class PlatformService implements ConfigRule {
    @Override
    public String id() {
        return "O001";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        boolean windows = view.platform().family().equals("windows");
        for (Service s : view.config().services()) {
            boolean wrong =
                    windows
                            ? s.kind() instanceof Service.Systemd
                            : s.kind() instanceof Service.WindowsService
                                    || s.kind() instanceof Service.IisPool;
            if (wrong) {
                sink.add(
                        view.at("services", s.id(), "type"),
                        "service '%s' can't be on %s".formatted(s.id(), view.platform().family()),
                        "add platforms: [%s] to the service, or platforms: to module.yaml"
                                .formatted(windows ? "linux" : "windows"));
            }
        }
    }
}
