package dev.understudy.safe.lint;

import dev.understudy.safe.Checker;
import dev.understudy.safe.Manifest;
import dev.understudy.safe.When;
import java.util.Locale;

/// Finds settings of another kind of module.
final class ForeignKind implements ConfigRule {
    @Override
    public String id() {
        return "C035";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        boolean mirror = view.module().manifest().kind() == Manifest.Kind.MIRROR;
        String kind = view.module().manifest().kind().name().toLowerCase(Locale.ROOT);
        if (!mirror && view.tree().get("replication") != null) {
            sink.add(
                    view.tree().keyPosition("replication"),
                    "a %s module replicates nothing".formatted(kind),
                    "remove it, or use kind: mirror");
        }
        if (mirror && view.tree().get("load-balancing") != null) {
            sink.add(
                    view.tree().keyPosition("load-balancing"),
                    "a mirror module has one node that serves",
                    "remove it, or use kind: farm");
        }
        for (Checker c : view.config().checkers()) {
            boolean odd =
                    mirror
                            ? c.when() == When.UP
                            : c.when() == When.PRIM
                                    || c.when() == When.SECOND
                                    || c.when() == When.BOTH;
            if (odd) {
                sink.add(
                        view.at("checkers", c.id(), "when"),
                        "a %s module is never in that state".formatted(kind),
                        mirror ? "use prim, second, both or pre" : "use up or pre");
            }
        }
    }
}
