package dev.understudy.node.check;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/// What checkers look at beyond sockets and processes; implemented by whoever runs the module's
/// services and scripts.
public interface CheckSources {
    /// What a test said.
    ///
    /// @param detail why not, for people; empty when up
    record Verdict(boolean isUp, String detail) {
        /// All is well.
        public static final Verdict UP = new Verdict(true, "");

        /// Says why not.
        public static Verdict down(String detail) {
            return new Verdict(false, detail);
        }
    }

    /// Tells whether a service runs; may block.
    Verdict service(String id) throws InterruptedException;

    /// Runs a checker's script; blocks until it ends, at the latest some seconds after the timeout.
    ///
    /// @param file path of the script in the archive
    /// @param resource id of the resource that it sets
    Verdict script(String file, String resource, Duration timeout) throws InterruptedException;

    /// Looks whether an address is on this machine and on no other one; may block.
    ///
    /// @param timeout until the silence of others is believed
    Verdict address(InetAddress address, Duration timeout) throws InterruptedException;

    /// Tells whether another module serves with its application up.
    ///
    /// @param node where; empty for this one
    Verdict module(String name, Optional<String> node);

    /// Tells the address that `virtual-ip` stands for, as text.
    ///
    /// @return loopback if the module has none
    String virtualIp();
}
