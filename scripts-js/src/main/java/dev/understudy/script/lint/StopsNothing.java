package dev.understudy.script.lint;

import dev.understudy.safe.Node;
import dev.understudy.safe.Position;
import dev.understudy.safe.lint.Sink;
import java.util.stream.Stream;

/// Finds stop hooks that leave the services running.
final class StopsNothing implements ScriptRule {
    @Override
    public String id() {
        return "J014";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        boolean hasServices =
                view.module()
                        .map(m -> m.configTree().get("services") instanceof Node.Sequence)
                        .orElse(false);
        if (!hasServices || !view.hook().equals("stop_prim")) {
            return;
        }
        boolean stops =
                Stream.of("services.stop", "services.forceStop")
                        .anyMatch(f -> !view.calls(f).isEmpty());
        if (!stops && view.facts().froms.stream().allMatch(f -> f.module().equals("safe"))) {
            sink.add(
                    Position.file(view.script().path()),
                    "with this script the engine does not stop the services, and the script does not"
                            + " either",
                    "call: await services.stop();");
        }
    }
}
