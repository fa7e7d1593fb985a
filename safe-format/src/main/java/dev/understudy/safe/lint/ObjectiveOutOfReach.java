package dev.understudy.safe.lint;

import dev.understudy.safe.Durations;
import dev.understudy.safe.Service;
import java.time.Duration;

/// Finds recovery times that the configuration itself makes impossible.
final class ObjectiveOutOfReach implements ConfigRule {
    @Override
    public String id() {
        return "L001";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        if (view.module().manifest().recoveryTime().isEmpty()) {
            return;
        }
        Duration wanted = view.module().manifest().recoveryTime().get();
        Duration least = view.config().heartbeats().timeout();
        for (Service s : view.config().services()) {
            if (s.ready().isPresent()
                    && s.ready().get().test() instanceof Service.Ready.After(Duration pause)) {
                least = least.plus(pause);
            }
        }
        if (least.compareTo(wanted) > 0) {
            sink.add(
                    view.module().manifestTree().keyPosition("objectives"),
                    "detection and fixed pauses take %s, the objective is %s"
                            .formatted(Durations.format(least), Durations.format(wanted)),
                    "shorten heartbeats.timeout or the pauses, or state what is true");
        }
    }
}
