package dev.understudy.safe.lint;

import dev.understudy.safe.Durations;
import dev.understudy.safe.Service;
import java.time.Duration;

/// Finds services that may start longer than the start may take.
final class ReadyTooLong implements ConfigRule {
    @Override
    public String id() {
        return "C034";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        Duration limit = view.config().timeouts().start();
        for (Service service : view.config().services()) {
            if (service.ready().isPresent()
                    && service.ready().get().within().compareTo(limit) > 0) {
                sink.add(
                        view.at("services", service.id(), "ready"),
                        "waits up to %s, but the start has %s in all"
                                .formatted(
                                        Durations.format(service.ready().get().within()),
                                        Durations.format(limit)),
                        "shorten within:, or raise timeouts: {start: …}");
            }
        }
    }
}
