package dev.understudy.safe.lint;

/// Finds platforms on which a module starts nothing although it does elsewhere.
final class NothingOnPlatform implements ConfigRule {
    @Override
    public String id() {
        return "O003";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        boolean startsHere =
                !view.config().services().isEmpty()
                        || view.module().hook("start_prim").isPresent()
                        || view.module().hook("start_both").isPresent();
        boolean startsSomewhere = view.module().configTree().get("services") != null;
        if (startsSomewhere && !startsHere) {
            sink.add(
                    view.module().configTree().keyPosition("services"),
                    "on %s the module starts nothing".formatted(view.platform().names().getFirst()),
                    "add a service for it, or leave it out of platforms: in module.yaml");
        }
    }
}
