package dev.understudy.safe.lint;

import dev.understudy.safe.Action;
import dev.understudy.safe.Manifest;
import dev.understudy.safe.UserConfig;

/// Finds failover rules about the other node in modules that have none.
final class NoRemote implements ConfigRule {
    @Override
    public String id() {
        return "C058";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        if (view.module().manifest().kind() == Manifest.Kind.MIRROR) {
            return;
        }
        for (UserConfig.Rule rule : view.config().rules()) {
            if (rule.condition().contains("remote.")) {
                sink.add(
                        view.at("rules", rule.id(), "if"),
                        "remote resources are known to mirror modules alone",
                        "use the node's own resources");
            }
            if (rule.action() == Action.SWAP) {
                sink.add(
                        view.at("rules", rule.id(), "then"),
                        "only a mirror module can swap",
                        "use stop, stopstart, restart or wait");
            }
        }
    }
}
