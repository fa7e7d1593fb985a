package dev.understudy.core.failover;

import dev.understudy.core.member.NodeId;

/// Something that may go wrong, for [Foresight].
///
/// @param kind what
/// @param node where; of a broken network, the node that serves
public record Mishap(Kind kind, NodeId node) {
    /// Sorts of mishaps.
    public enum Kind {
        /// The machine is off at once.
        POWER("power", "%s loses power"),
        /// The daemon dies; its guard fences the node and says so.
        DAEMON("daemon", "the daemon of %s dies"),
        /// Every heartbeat network breaks; the network of the clients does not.
        LINK("link", "the link between the nodes breaks"),
        /// The node reaches nobody at all.
        CUT_OFF("cut-off", "%s is cut off from every network"),
        /// Every network between the nodes breaks while both reach the ping witness.
        SPLIT(
                "split",
                "all networks between the nodes break and both still reach the ping witness"),
        /// The ping witness is silent, then the machine is off.
        POWER_UNWITNESSED("power-unwitnessed", "%s loses power while no ping witness answers"),
        /// A checker finds the application down, once.
        APPLICATION("application", "the application on %s fails"),
        /// The application fails and does not start again on this node.
        APPLICATION_STAYS_DOWN(
                "application-stays-down", "the application on %s fails and does not start again"),
        /// The disk below the replicated directories fails.
        DISK("disk", "the disk of %s fails under the data");

        private final String word;
        private final String words;

        Kind(String word, String words) {
            this.word = word;
            this.words = words;
        }

        /// The name for programs, as `power`.
        public String word() {
            return word;
        }
    }

    /// What an operator reads, as `node1 loses power`.
    public String text() {
        return kind.words.formatted(node.name());
    }
}
