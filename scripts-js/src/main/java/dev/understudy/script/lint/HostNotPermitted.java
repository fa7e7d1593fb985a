package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds hosts that the permissions do not name.
final class HostNotPermitted implements ScriptRule {
    @Override
    public String id() {
        return "P004";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        if (view.module().isEmpty() || view.isTest()) {
            return;
        }
        List<String> hosts = view.module().get().manifest().permissions().hosts();
        for (ApiCall call : view.facts().calls) {
            String host =
                    switch (call.function()) {
                        case "tcp.check" -> call.text(0).orElse("");
                        case "http.get" -> call.text(0).map(HostNotPermitted::host).orElse("");
                        default -> "";
                    };
            boolean own = host.isEmpty() || host.matches("localhost|127\\..*|::1|\\[::1\\]");
            if (!own && !hosts.contains(host) && hosts.stream().noneMatch(h -> h.contains("$("))) {
                sink.add(
                        view.script().at(call.node()),
                        "module.yaml does not permit connecting to %s".formatted(host),
                        "add under permissions: hosts: [" + host + "]");
            }
        }
    }

    private static String host(String url) {
        Matcher m = Pattern.compile("https?://(\\[[^\\]]*\\]|[^/:?#]*).*").matcher(url);
        return m.matches() ? m.group(1) : "";
    }
}
