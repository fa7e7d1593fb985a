package dev.understudy.safe.lint;

import dev.understudy.safe.Parameter;
import dev.understudy.safe.SafeModule;
import java.util.regex.Pattern;

/// Finds parameters that hold a secret and are not of that type.
final class OpenSecret implements ModuleRule {
    private static final Pattern SECRET =
            Pattern.compile("password|passwd|passphrase|secret|token|api-key|private-key");

    @Override
    public String id() {
        return "M020";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        for (Parameter p : module.manifest().parameters().values()) {
            if (p.type() == Parameter.Type.STRING && SECRET.matcher(p.name()).find()) {
                sink.add(
                        p.position(),
                        "'%s' looks like a secret and is shown as any text".formatted(p.name()),
                        "use type: secret");
            }
        }
    }
}
