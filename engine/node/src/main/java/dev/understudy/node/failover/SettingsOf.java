package dev.understudy.node.failover;

import dev.understudy.core.failover.Isolation;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.failover.Timing;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.rules.RestartLimit;
import dev.understudy.node.config.ActiveModule;
import dev.understudy.safe.UserConfig;

/// Puts a module's configuration into the core's values; pure.
final class SettingsOf {
    private SettingsOf() {}

    /// Reads what the failover machine must know.
    ///
    /// @param peer the same as `self` for a module of kind light
    static Settings of(ActiveModule module, String self, String peer) {
        return of(self, peer, module.version().configDigest(), module.config());
    }

    static Settings of(String self, String peer, String digest, UserConfig config) {
        UserConfig.ModuleSettings settings = config.module();
        Settings made =
                new Settings(
                        new NodeId(self),
                        new NodeId(peer),
                        shortened(digest),
                        isolation(config.isolation().policy()),
                        !config.isolation().witnesses().isEmpty(),
                        !config.virtualIps().isEmpty(),
                        settings.failover(),
                        settings.preferredPrimary().equals(self),
                        new RestartLimit(
                                settings.restartLimit().count(),
                                settings.restartLimit().within().toNanos()),
                        timing(config),
                        RulesOf.of(config));
        return made.withFencing(fencingNs(config));
    }

    /// Under `protect` alone: by the other policies silence needs no evidence, or allows nothing.
    private static long fencingNs(UserConfig config) {
        return config.isolation().policy() == UserConfig.Policy.PROTECT
                ? config.isolation().fencing().stream()
                        .mapToLong(one -> one.within().toNanos())
                        .sum()
                : 0;
    }

    /// The settings while a majority decides, or while it does not.
    ///
    /// @param now in force
    /// @param configured as the module says
    static Settings votes(Settings now, Settings configured, boolean byMajority) {
        return new Settings(
                now.self(),
                now.peer(),
                now.digest(),
                byMajority ? Isolation.MAJORITY : configured.isolation(),
                now.hasWitness(),
                now.hasVip(),
                now.failover(),
                now.isPreferred(),
                now.restartLimit(),
                now.timing(),
                now.rules(),
                now.isSwapBackOpen(),
                now.fencingNs());
    }

    private static String shortened(String digest) {
        return digest.length() <= 64 ? digest : digest.substring(digest.length() - 64);
    }

    private static Isolation isolation(UserConfig.Policy policy) {
        return switch (policy) {
            case PROTECT -> Isolation.PROTECT;
            case AVAILABLE -> Isolation.AVAILABLE;
            case MANUAL -> Isolation.MANUAL;
        };
    }

    /// The window is twice the detection, so that a SECOND on a busy machine does not miss it, and
    /// long enough for a few looks; its margin an eighth of that.
    static Timing timing(UserConfig config) {
        Timing base = Timing.DEFAULT;
        long graceNs = config.heartbeats().timeout().toNanos();
        long lookNs = config.heartbeats().look().toNanos();
        long windowNs = Math.max(2 * graceNs, graceNs + 3 * lookNs);
        return new Timing(
                config.heartbeats().interval().toNanos(),
                config.heartbeats().lease().toNanos(),
                graceNs,
                windowNs,
                Math.max(base.marginNs(), windowNs / 8),
                lookNs,
                config.timeouts().start().toNanos(),
                config.timeouts().stop().toNanos(),
                config.timeouts().forceStop().toNanos(),
                base.killNs(),
                base.barrierNs());
    }
}
