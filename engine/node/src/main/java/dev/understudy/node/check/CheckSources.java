package dev.understudy.node.check;

import java.time.Duration;

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

    /// Tells the address that `virtual-ip` stands for, as text.
    ///
    /// @return loopback if the module has none
    String virtualIp();
}
