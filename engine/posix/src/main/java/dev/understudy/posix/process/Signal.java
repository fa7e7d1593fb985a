package dev.understudy.posix.process;

/// The signals the product sends, with their numbers on Linux.
///
/// @see "asm-generic/signal.h"
public enum Signal {
    HUP(1),
    INT(2),
    KILL(9),
    TERM(15),
    CONT(18),
    STOP(19);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    /// Gives the signal's number.
    public int number() {
        return number;
    }
}
