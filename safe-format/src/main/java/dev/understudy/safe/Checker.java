package dev.understudy.safe;

import java.time.Duration;
import java.util.Optional;

/// Tests something again and again and sets a resource up or down.
///
/// @param id unique among the checkers of its type
/// @param when PRE is the world outside, the others the application
/// @param interval from the end of one test to the beginning of the next
/// @param timeout a test that takes longer has failed
/// @param failures so many in a row = down
/// @param action taken when the resource goes down
/// @param kind what is tested
public record Checker(
        String id,
        When when,
        Duration interval,
        Duration timeout,
        int failures,
        Action action,
        Kind kind) {

    /// Gives the name of the resource that it sets: `<type>.<id>`.
    public String resource() {
        return kind.type() + "." + id;
    }

    /// What is tested.
    public sealed interface Kind {
        /// Gives the word of the key `type`.
        String type();
    }

    /// Connects to a TCP port.
    ///
    /// @param address IP, host name, or `virtual-ip` = the first virtual address of the module
    public record Tcp(String address, int port) implements Kind {
        @Override
        public String type() {
            return "tcp";
        }
    }

    /// Runs a script of the module; it throws, or gives `false`, when all is not well.
    ///
    /// @param file path inside the module
    public record Script(String file) implements Kind {
        @Override
        public String type() {
            return "script";
        }
    }

    /// Sends an ICMP echo.
    public record Ping(String address) implements Kind {
        @Override
        public String type() {
            return "ping";
        }
    }

    /// Watches that a network interface has its link.
    public record Interface(String name) implements Kind {
        @Override
        public String type() {
            return "interface";
        }
    }

    /// Watches that an address is there and ours alone.
    public record Ip(String address) implements Kind {
        @Override
        public String type() {
            return "ip";
        }
    }

    /// Watches that there is room in a file system.
    ///
    /// @param path of anything in it
    /// @param free so much must be free for programs that are not root
    public record Disk(String path, Size free) implements Kind {
        @Override
        public String type() {
            return "disk";
        }
    }

    /// Asks an HTTP server.
    ///
    /// @param status the code that is expected
    public record Http(String url, int status) implements Kind {
        @Override
        public String type() {
            return "http";
        }
    }

    /// Watches another module.
    ///
    /// @param node name of the node; empty = this one
    public record OtherModule(String name, Optional<String> node) implements Kind {
        @Override
        public String type() {
            return "module";
        }
    }
}
