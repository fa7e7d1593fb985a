package dev.understudy.node.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/// What the checks before an installation look at on this machine.
public interface Surroundings {
    /// Tells whether a directory is there.
    boolean isDirectory(Path path);

    /// Names processes other than our own that use files below a directory, as `postgres (pid 812,
    /// /var/lib/…)`; at most ten.
    List<String> usersOf(Path directory);

    /// Tells where an address is in use: a description as `another machine (02:42:ac:11:00:02)` or
    /// `interface eth0 of this machine`; empty text if it is free.
    String userOf(InetAddress address);
}
