package dev.understudy.safe.lint;

import dev.understudy.safe.Manifest;
import dev.understudy.safe.UserConfig;

/// Finds fencing programs that nobody ever runs, or that take longer than people wait.
final class UselessFencing implements ConfigRule {
    /// PRIM's writes wait that long when SECOND is lost.
    private static final long TOGETHER_S_MAX = 60;

    @Override
    public String id() {
        return "C065";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        UserConfig.Isolation isolation = view.config().isolation();
        if (isolation.fencing().isEmpty()
                || view.module().manifest().kind() != Manifest.Kind.MIRROR) {
            return;
        }
        if (isolation.policy() != UserConfig.Policy.PROTECT) {
            sink.add(
                    view.at("isolation", "fencing"),
                    "nobody runs a fencing program: the policy is not 'protect'",
                    "write policy: protect, or take fencing out");
        }
        long together =
                isolation.fencing().stream().mapToLong(one -> one.within().toSeconds()).sum();
        if (together > TOGETHER_S_MAX) {
            sink.add(
                    view.at("isolation", "fencing"),
                    "the fencing programs may take %d s together, and so long the primary's writes wait when the secondary is lost"
                            .formatted(together),
                    "give each no more time than it needs: within: 10s");
        }
    }
}
