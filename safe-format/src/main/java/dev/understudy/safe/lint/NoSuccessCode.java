package dev.understudy.safe.lint;

import dev.understudy.safe.Service;
import java.util.Locale;

/// Finds steps of a service that call success a failure.
final class NoSuccessCode implements ConfigRule {
    @Override
    public String id() {
        return "C033";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Service service : view.config().services()) {
            if (service.kind() instanceof Service.Command c) {
                c.okCodes()
                        .forEach((step, codes) -> {
                            if (!codes.contains(0)) {
                                sink.add(
                                        view.at("services", service.id(), "ok-codes"),
                                        "exit code 0 of %s counts as a failure"
                                                .formatted(
                                                        step.name()
                                                                .toLowerCase(Locale.ROOT)
                                                                .replace('_', '-')),
                                        "add 0 to the list");
                            }
                        });
            }
        }
    }
}
