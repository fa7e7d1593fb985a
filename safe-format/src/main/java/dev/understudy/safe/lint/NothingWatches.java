package dev.understudy.safe.lint;

import dev.understudy.safe.When;

/// Finds modules in which nobody notices that the application died.
final class NothingWatches implements ConfigRule {
    @Override
    public String id() {
        return "C055";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        boolean watched =
                view.config().services().stream().anyMatch(s -> s.watch().isPresent())
                        || !view.config().processes().isEmpty()
                        || view.config().checkers().stream().anyMatch(c -> c.when() != When.PRE);
        if (!view.config().services().isEmpty() && !watched) {
            sink.add(
                    view.at("services"),
                    "nothing notices when the application ends by itself",
                    "add watch: {interval: 10s, action: restart} to a service, or a checker");
        }
    }
}
