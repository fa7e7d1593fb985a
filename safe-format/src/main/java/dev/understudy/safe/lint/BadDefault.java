package dev.understudy.safe.lint;

import dev.understudy.safe.Parameter;
import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.read.ParameterValues;

/// Finds defaults that are no value of their parameter's type.
final class BadDefault implements ModuleRule {
    @Override
    public String id() {
        return "M011";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        for (Parameter p : module.manifest().parameters().values()) {
            p.defaults()
                    .forEach((name, text) -> {
                        Platform platform =
                                name.equals("windows") ? Platform.WINDOWS : Platform.LINUX;
                        boolean anywhere = name.equals(Parameter.EVERYWHERE);
                        boolean good =
                                text.isEmpty()
                                        ? p.optional()
                                        : ParameterValues.parse(p, text, platform).isPresent()
                                                || (anywhere
                                                        && ParameterValues.parse(
                                                                        p, text, Platform.WINDOWS)
                                                                .isPresent());
                        if (!good) {
                            sink.add(
                                    p.position(),
                                    "the default '%s' of '%s' must be %s"
                                            .formatted(
                                                    text,
                                                    p.name(),
                                                    ParameterValues.expected(p, platform)),
                                    text.isEmpty()
                                            ? "leave the default away, or add optional: on"
                                            : "correct the default or the type");
                        }
                    });
        }
    }
}
