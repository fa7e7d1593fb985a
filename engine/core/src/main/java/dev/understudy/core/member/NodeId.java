package dev.understudy.core.member;

/// Names one node of the cluster, as written in `cluster.yaml`.
///
/// Ordered by name, so that both nodes break a tie alike.
///
/// @param name 1 to 63 characters of `[A-Za-z0-9._-]`
public record NodeId(String name) implements Comparable<NodeId> {
    /// Longest allowed name, in characters (one DNS label).
    public static final int LENGTH_MAX = 63;

    public NodeId {
        Check.argument(isValid(name), "'%s' is not a node name", name);
    }

    /// Tells whether `name` may name a node.
    public static boolean isValid(String name) {
        if (name.isEmpty() || name.length() > LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean other = (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
            if (!letter && !other) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(NodeId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
