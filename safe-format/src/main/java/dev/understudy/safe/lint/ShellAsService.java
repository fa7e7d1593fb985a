package dev.understudy.safe.lint;

import dev.understudy.safe.Service;
import java.util.List;
import java.util.regex.Pattern;

/// Finds services that are a command line for a shell.
final class ShellAsService implements ConfigRule {
    private static final Pattern SHELL =
            Pattern.compile("(?i).*[/\\\\](sh|bash|dash|zsh|ksh|cmd|powershell|pwsh)(\\.exe)?");

    @Override
    public String id() {
        return "C054";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Service s : view.config().services()) {
            if (s.kind() instanceof Service.Command c && isShell(c.start())) {
                sink.add(
                        view.at("services", s.id(), "start"),
                        "the service is a command line for %s".formatted(c.start().getFirst()),
                        "name the program and its arguments; more than that belongs into"
                                + " scripts/start_prim.js");
            }
        }
    }

    private static boolean isShell(List<String> argv) {
        return argv.size() > 1
                && SHELL.matcher(argv.get(0)).matches()
                && argv.get(1).matches("(?i)-c|/c|-command|-l?c");
    }
}
