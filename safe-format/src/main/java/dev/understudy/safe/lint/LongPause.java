package dev.understudy.safe.lint;

import dev.understudy.safe.Durations;
import dev.understudy.safe.Service;
import java.time.Duration;

/// Finds fixed pauses that make every failover longer.
final class LongPause implements ConfigRule {
    private static final Duration LONG = Duration.ofSeconds(30);

    @Override
    public String id() {
        return "C050";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Service s : view.config().services()) {
            if (s.ready().isPresent()
                    && s.ready().get().test() instanceof Service.Ready.After(Duration pause)
                    && pause.compareTo(LONG) >= 0) {
                sink.add(
                        view.at("services", s.id(), "ready"),
                        "every start waits %s, however fast the service is"
                                .formatted(Durations.format(pause)),
                        "test it: ready: {tcp: …}, {file: …} or {command: […]}");
            }
        }
    }
}
