package dev.understudy.script.lint;

import dev.understudy.safe.Parameter;
import dev.understudy.safe.lint.Sink;

/// Finds secrets on their way to where others see them.
final class ShownSecret implements ScriptRule {
    @Override
    public String id() {
        return "J018";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (view.module().isEmpty()) {
            return;
        }
        for (Facts.ParamUse use : view.facts().params) {
            Parameter p = view.module().get().manifest().parameters().get(use.name());
            if (p == null || p.type() != Parameter.Type.SECRET || use.argumentOf() == null) {
                continue;
            }
            String to = view.facts().apiName(use.argumentOf().getFunction()).orElse("");
            if (to.equals("exec") || to.startsWith("log.") || to.equals("progress")) {
                sink.add(
                        view.at(use.offset()),
                        "the secret '%s' must not go into %s of %s()"
                                .formatted(
                                        use.name(),
                                        to.equals("exec") ? "the arguments" : "the text",
                                        to),
                        "give it to exec as input: or in env:");
            }
        }
    }
}
