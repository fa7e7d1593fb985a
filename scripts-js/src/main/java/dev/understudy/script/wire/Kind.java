package dev.understudy.script.wire;

import java.util.Locale;

/// Kinds of message; the word on the wire is the name in lower case.
public enum Kind {
    /// Host to daemon, first: `v`, `role`, `pid`.
    HELLO,
    /// Daemon to host: the scripts of a module, `module` (digest), `files` (path to text). Kept
    /// until `unload`.
    LOAD,
    /// Daemon to host: forgets the scripts of `module`.
    UNLOAD,
    /// Daemon to host: run `run`, of `module`, `entry` (path), `ctx`, `params`, `budgetBytes`.
    RUN,
    /// Host to daemon: the script calls function `fn` with `args`; `run`, `id`, `at` (place in the
    /// script).
    CALL,
    /// Host to daemon: call `id` of `run` is no longer wanted.
    CANCEL,
    /// Daemon to host: the outcome of call `id` of `run`: `value`, or `error` {name, message, …}.
    REPLY,
    /// Host to daemon: a line for the module's log: `run`, `level`, `text`, `fields`.
    LOG,
    /// Daemon to host: the deadline of `run` has come; pending calls end, the script may tidy up.
    SIGNAL,
    /// Host to daemon, answer to `signal`: `run`, `awaiting` (list of text).
    AWAITING,
    /// Daemon to host: stops the script of `run` where it stands.
    INTERRUPT,
    /// Daemon to host: throws the context of `run` away.
    CLOSE,
    /// Host to daemon, last of a run: `run`, `outcome` and what belongs to it.
    RESULT,
    /// Daemon to host: are you alive? `id`.
    PING,
    /// Host to daemon: yes; `id`, `heapBytes`, `runs`.
    PONG,
    /// Something that this version does not know.
    UNKNOWN;

    private final String word = name().toLowerCase(Locale.ROOT);

    /// Gives the word on the wire.
    public String word() {
        return word;
    }

    /// Reads the word on the wire; [#UNKNOWN] if it is none.
    public static Kind of(String word) {
        for (Kind kind : values()) {
            if (kind.word.equals(word)) {
                return kind;
            }
        }
        return UNKNOWN;
    }
}
