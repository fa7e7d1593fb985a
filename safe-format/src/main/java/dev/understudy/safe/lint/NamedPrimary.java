package dev.understudy.safe.lint;

import dev.understudy.safe.Node;

/// Finds modules that name a node of one cluster.
final class NamedPrimary implements ConfigRule {
    @Override
    public String id() {
        return "C045";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        if (view.module().configTree().get("module") instanceof Node.Mapping settings) {
            String node = settings.text("preferred-primary");
            if (!node.isEmpty()
                    && !node.startsWith("$(")
                    && !node.equals("none")
                    && !node.equals("last")) {
                sink.add(
                        view.at("module", "preferred-primary"),
                        "'%s' is the name of one server; the module fits no other cluster"
                                .formatted(node),
                        "make it a parameter: preferred-primary: $(preferred-primary)");
            }
        }
    }
}
