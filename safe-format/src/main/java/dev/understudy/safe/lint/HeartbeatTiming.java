package dev.understudy.safe.lint;

import dev.understudy.safe.Durations;
import dev.understudy.safe.Position;
import dev.understudy.safe.UserConfig;

/// Finds heartbeat times that can't work together.
final class HeartbeatTiming implements ConfigRule {
    @Override
    public String id() {
        return "C028";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        UserConfig.Heartbeats beats = view.config().heartbeats();
        Position at = view.at("heartbeats");
        if (beats.lease().compareTo(beats.timeout()) >= 0) {
            sink.add(
                    at,
                    "the lease of %s must be shorter than the timeout of %s"
                            .formatted(
                                    Durations.format(beats.lease()),
                                    Durations.format(beats.timeout())),
                    "the old primary must have stopped before the other node begins");
        } else if (beats.timeout().compareTo(beats.timeoutMin()) < 0) {
            sink.add(
                    at,
                    "a timeout of %s leaves no time to look for the virtual address after the lease of %s"
                            .formatted(
                                    Durations.format(beats.timeout()),
                                    Durations.format(beats.lease())),
                    "use at least %d ms".formatted(beats.timeoutMin().toMillis()));
        }
        if (beats.interval().isZero()
                || beats.interval().multipliedBy(4).compareTo(beats.lease()) > 0) {
            sink.add(
                    at,
                    "an interval of %s leaves no room for a lost beat within the lease of %s"
                            .formatted(
                                    Durations.format(beats.interval()),
                                    Durations.format(beats.lease())),
                    "use a quarter of the lease at most");
        }
    }
}
