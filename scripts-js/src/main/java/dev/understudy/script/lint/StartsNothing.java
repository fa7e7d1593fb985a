package dev.understudy.script.lint;

import dev.understudy.safe.Node;
import dev.understudy.safe.Position;
import dev.understudy.safe.lint.Sink;
import java.util.stream.Stream;

/// Finds start hooks that leave the services stopped.
final class StartsNothing implements ScriptRule {
    @Override
    public String id() {
        return "J013";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        boolean hasServices =
                view.module()
                        .map(m -> m.configTree().get("services") instanceof Node.Sequence)
                        .orElse(false);
        if (!hasServices || !view.hook().equals("start_prim")) {
            return;
        }
        boolean starts =
                Stream.of("services.start", "services.restart")
                        .anyMatch(f -> !view.calls(f).isEmpty());
        if (!starts && view.facts().froms.stream().allMatch(f -> f.module().equals("safe"))) {
            sink.add(
                    Position.file(view.script().path()),
                    "with this script the engine does not start the services, and the script does not"
                            + " either",
                    "call: await services.start();");
        }
    }
}
