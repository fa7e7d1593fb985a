package dev.understudy.safe.lint;

import dev.understudy.safe.Service;

/// Finds services that nothing stops in an orderly way.
final class ServiceWithoutStop implements ConfigRule {
    @Override
    public String id() {
        return "C027";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Service service : view.config().services()) {
            if (service.kind() instanceof Service.Command c
                    && c.stop().isEmpty()
                    && !c.foreground()) {
                sink.add(
                        view.at("services", service.id()),
                        "service '%s' has no stop".formatted(service.id()),
                        "add stop:, or foreground: on when the start program stays and ends at SIGTERM");
            }
        }
    }
}
