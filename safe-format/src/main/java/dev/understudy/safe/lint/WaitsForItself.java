package dev.understudy.safe.lint;

import dev.understudy.safe.Checker;
import dev.understudy.safe.When;
import java.util.Set;

/// Finds checkers of the world outside that look at the module itself.
final class WaitsForItself implements ConfigRule {
    private static final Set<String> OWN = Set.of("virtual-ip", "localhost", "127.0.0.1", "::1");

    @Override
    public String id() {
        return "C051";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Checker c : view.config().checkers()) {
            if (c.when() == When.PRE
                    && c.kind() instanceof Checker.Tcp tcp
                    && OWN.contains(tcp.address())) {
                sink.add(
                        view.at("checkers", c.id()),
                        "the checker waits for the module's own application, which waits for it",
                        "use when: prim, or the address of another machine");
            }
        }
    }
}
