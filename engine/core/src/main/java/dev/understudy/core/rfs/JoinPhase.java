package dev.understudy.core.rfs;

/// Where a resynchronisation stands, in the order in which it goes on.
public enum JoinPhase {
    /// Waits until the target takes frames and has told its own marks.
    STARTING(0, "starting"),
    /// Something is still to be compared.
    COMPARING(1, "comparing"),
    /// Names, data and attributes follow while the application writes.
    COPYING(2, "copying"),
    /// Operations are held: names and cuts become equal.
    HOLDING(3, "mirroring"),
    /// Operations are mirrored, the rest of the data follows.
    MIRRORING(4, "mirroring"),
    /// Nothing is left: both sides make everything durable.
    FINISHING(5, "finishing"),
    /// Complete.
    DONE(6, ""),
    /// Came to nothing.
    FAILED(7, "");

    private final int code;
    private final String word;

    JoinPhase(int code, String word) {
        this.code = code;
        this.word = word;
    }

    /// Returns its number in PROGRESS.
    public int code() {
        return code;
    }

    /// Returns the word an operator sees.
    ///
    /// @param comparesAll whether everything is compared; else comparing is a part of copying
    public String word(boolean comparesAll) {
        return this == COMPARING && !comparesAll ? COPYING.word : word;
    }

    /// Finds a phase by its number.
    ///
    /// @throws BadFrame if there is none
    public static JoinPhase of(int code) {
        for (JoinPhase phase : values()) {
            if (phase.code == code) {
                return phase;
            }
        }
        throw new BadFrame("phase " + code + " of a resynchronisation");
    }

    /// Tells whether the target gets operations.
    public boolean isMirrored() {
        return this == MIRRORING || this == FINISHING || this == DONE;
    }
}
