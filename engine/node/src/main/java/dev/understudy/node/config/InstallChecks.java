package dev.understudy.node.config;

import dev.understudy.safe.Replication;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.VirtualIp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Looks whether this machine can take a configuration; tells everything at once.
final class InstallChecks {
    private final Surroundings surroundings;

    InstallChecks(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /// Checks a configuration.
    ///
    /// @param before what is in force; its directories and addresses are ours already
    /// @param others other modules in force on this node
    /// @param asksNetwork also look whether somebody answers for a new address
    /// @return what speaks against it, each with its remedy
    List<String> check(
            UserConfig wanted,
            Optional<UserConfig> before,
            List<ActiveModule> others,
            boolean asksNetwork) {
        List<String> against = new ArrayList<>();
        directories(wanted, before, others, against);
        addresses(wanted, before, others, asksNetwork, against);
        return against;
    }

    private void directories(
            UserConfig wanted,
            Optional<UserConfig> before,
            List<ActiveModule> others,
            List<String> against) {
        Set<String> known = new HashSet<>();
        before.ifPresent(
                config -> config.replication().directories().forEach(d -> known.add(d.path())));
        for (Replication.Directory directory : wanted.replication().directories()) {
            Path path = Path.of(directory.path());
            if (!surroundings.isDirectory(path)) {
                against.add(
                        "replicated directory '%s': %s is not there; create it, owned as the application needs it"
                                .formatted(directory.id(), path));
                continue;
            }
            for (ActiveModule other : others) {
                for (Replication.Directory taken : other.config().replication().directories()) {
                    Path theirs = Path.of(taken.path());
                    if (path.startsWith(theirs) || theirs.startsWith(path)) {
                        against.add(
                                "replicated directory '%s': %s overlaps %s of module %s; a directory belongs to one module"
                                        .formatted(directory.id(), path, theirs, other.name()));
                    }
                }
            }
            if (known.contains(directory.path())) continue;
            List<String> users = surroundings.usersOf(path);
            if (!users.isEmpty()) {
                against.add(
                        "replicated directory '%s': files below %s are in use by %s; stop the application, and keep it from starting by itself"
                                .formatted(directory.id(), path, String.join(", ", users)));
            }
        }
    }

    private void addresses(
            UserConfig wanted,
            Optional<UserConfig> before,
            List<ActiveModule> others,
            boolean asksNetwork,
            List<String> against) {
        Set<Object> known = new HashSet<>();
        before.ifPresent(config -> config.virtualIps().forEach(ip -> known.add(ip.address())));
        for (VirtualIp ip : wanted.virtualIps()) {
            for (ActiveModule other : others) {
                for (VirtualIp taken : other.config().virtualIps()) {
                    if (taken.address().equals(ip.address())) {
                        against.add(
                                "virtual IP '%s': %s belongs to module %s; choose another address"
                                        .formatted(
                                                ip.id(),
                                                ip.address().getHostAddress(),
                                                other.name()));
                    }
                }
            }
            if (known.contains(ip.address()) || !asksNetwork) continue;
            String user = surroundings.userOf(ip.address());
            if (!user.isEmpty()) {
                against.add(
                        "virtual IP '%s': %s is in use by %s; choose a free address, or free this one"
                                .formatted(ip.id(), ip.address().getHostAddress(), user));
            }
        }
    }
}
