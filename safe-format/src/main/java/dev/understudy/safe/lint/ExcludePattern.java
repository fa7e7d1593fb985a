package dev.understudy.safe.lint;

import dev.understudy.safe.Replication;

/// Finds patterns that match nothing.
final class ExcludePattern implements ConfigRule {
    @Override
    public String id() {
        return "C037";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Replication.Directory d : view.config().replication().directories()) {
            for (String pattern : d.exclude()) {
                if (pattern.startsWith(d.path()) && d.path().length() > 1) {
                    sink.add(
                            view.at("replication", "directories", d.id(), "exclude"),
                            "'%s' repeats the path of the directory".formatted(pattern),
                            "patterns are relative to it: " + pattern.substring(d.path().length()));
                } else if (pattern.contains("\\")
                        || pattern.startsWith("./")
                        || pattern.contains("/../")
                        || pattern.startsWith("!")) {
                    sink.add(
                            view.at("replication", "directories", d.id(), "exclude"),
                            "'%s' is not a pattern of this format".formatted(pattern),
                            "write /name for the top, name for anywhere, /folder/** for all below; no '!', no backslash");
                }
            }
        }
    }
}
