package dev.understudy.safe.lint;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Severity;
import java.util.List;

/// Writes findings as workflow commands of GitHub Actions, which shows them beside the lines.
public final class GithubReport {
    private GithubReport() {}

    /// Writes one line for each finding.
    public static String write(List<Linted> modules) {
        StringBuilder out = new StringBuilder();
        for (Linted module : modules) {
            for (Finding f : module.findings()) {
                out.append("::").append(command(f.severity()));
                out.append(" file=").append(property(module.path(f)));
                if (f.position().hasLine()) {
                    out.append(",line=").append(f.position().line());
                    out.append(",col=").append(Math.max(1, f.position().column()));
                }
                String remedy = f.remedy().isEmpty() ? "" : "\n" + f.remedy();
                out.append(",title=").append(property(f.id())).append("::");
                out.append(data(f.text() + remedy)).append('\n');
            }
        }
        return out.toString();
    }

    private static String command(Severity severity) {
        return switch (severity) {
            case ERROR -> "error";
            case WARNING -> "warning";
            case ADVICE -> "notice";
        };
    }

    private static String data(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
