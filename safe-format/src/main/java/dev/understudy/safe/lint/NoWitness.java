package dev.understudy.safe.lint;

import dev.understudy.safe.Manifest;
import dev.understudy.safe.UserConfig;

/// Finds protection without anybody to ask, or without an address whose silence is evidence.
final class NoWitness implements ConfigRule {
    @Override
    public String id() {
        return "C032";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        UserConfig.Isolation isolation = view.config().isolation();
        boolean mirror = view.module().manifest().kind() == Manifest.Kind.MIRROR;
        if (mirror
                && isolation.policy() == UserConfig.Policy.PROTECT
                && isolation.witnesses().isEmpty()
                && isolation.fencing().isEmpty()) {
            sink.add(
                    view.at("isolation"),
                    "without a witness the secondary never takes over from silence",
                    "add witnesses: [gateway], or a fencing program");
        }
        boolean isStated = view.tree().get("isolation") != null;
        if (mirror
                && isStated
                && isolation.policy() == UserConfig.Policy.PROTECT
                && view.config().virtualIps().isEmpty()
                && isolation.fencing().isEmpty()) {
            sink.add(
                    view.at("isolation"),
                    "without a virtual address the secondary never takes over from silence",
                    "add one in virtual-ips: that it answers nobody is the evidence; or a fencing"
                            + " program");
        }
    }
}
