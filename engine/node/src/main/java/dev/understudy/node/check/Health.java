package dev.understudy.node.check;

import java.util.Locale;

/// State of a resource.
public enum Health {
    /// Not yet known: the checker has just been started.
    INIT,
    /// The last check passed.
    UP,
    /// As many checks in a row as configured failed.
    DOWN;

    /// Gives the word that rules and messages use: init, up, down.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
