package dev.understudy.node.api;

/// Who made a call and from where; written to the journal.
///
/// @param name for instance `root`, `token:ci` or `node2/root`
/// @param from for instance `local`, `10.0.0.7`
/// @param role what the caller may do
public record Caller(String name, String from, Role role) {
    /// What a caller may do; each role includes the ones after it.
    public enum Role {
        /// Everything: install, configure, join, tokens.
        ADMIN,
        /// Start, stop and the other commands.
        CONTROL,
        /// Look only.
        MONITOR;

        /// Tells whether a caller with this role may do what `needed` asks for.
        public boolean allows(Role needed) {
            return compareTo(needed) <= 0;
        }
    }

    @Override
    public String toString() {
        return name + " from " + from;
    }
}
