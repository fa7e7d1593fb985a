package dev.understudy.safe.lint;

import dev.understudy.safe.Service;
import java.util.List;

/// Finds programs by a path of the other operating system.
final class ForeignProgram implements ConfigRule {
    @Override
    public String id() {
        return "O008";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        boolean windows = view.platform().family().equals("windows");
        for (Service s : view.config().services()) {
            if (s.kind() instanceof Service.Command c) {
                for (List<String> argv : List.of(c.start(), c.stop(), c.forceStop(), c.status())) {
                    if (!argv.isEmpty()
                            && (windows
                                    ? argv.getFirst().startsWith("/")
                                    : argv.getFirst().matches("[A-Za-z]:[\\\\/].*"))) {
                        sink.add(
                                view.at("services", s.id()),
                                "'%s' is no path on %s"
                                        .formatted(argv.getFirst(), view.platform().family()),
                                "give the service platforms:, and another item for the others");
                    }
                }
            }
        }
    }
}
