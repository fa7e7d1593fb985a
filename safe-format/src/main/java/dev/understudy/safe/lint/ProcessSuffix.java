package dev.understudy.safe.lint;

import dev.understudy.safe.ProcessWatch;
import java.util.Locale;

/// Finds process names that no process of the platform has.
final class ProcessSuffix implements ConfigRule {
    @Override
    public String id() {
        return "O004";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        boolean windows = view.platform().family().equals("windows");
        for (ProcessWatch p : view.config().processes()) {
            boolean exe = p.name().toLowerCase(Locale.ROOT).endsWith(".exe");
            if (exe != windows) {
                sink.add(
                        view.at("processes", p.id(), "name"),
                        "no process on %s is called '%s'"
                                .formatted(view.platform().family(), p.name()),
                        windows
                                ? "write the whole file name: " + p.name() + ".exe"
                                : "use a parameter with a default per platform");
            }
        }
    }
}
