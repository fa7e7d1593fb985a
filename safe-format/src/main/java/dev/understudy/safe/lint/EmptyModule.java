package dev.understudy.safe.lint;

/// Finds modules that do nothing.
final class EmptyModule implements ConfigRule {
    @Override
    public String id() {
        return "C038";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        boolean scripts =
                view.module().archive().files().keySet().stream()
                        .anyMatch(path -> path.startsWith("scripts/"));
        if (view.config().services().isEmpty()
                && !scripts
                && view.config().processes().isEmpty()
                && view.config().checkers().isEmpty()
                && view.config().virtualIps().isEmpty()
                && view.config().replication().directories().isEmpty()) {
            sink.add(
                    view.at(),
                    "the module starts, replicates and addresses nothing on "
                            + view.platform().names().getFirst(),
                    "");
        }
    }
}
