package dev.understudy.core.member;

import org.jspecify.annotations.Nullable;

/// A fault of the outside world, told to a person: what, where, and what to do.
///
/// Shown as `HA-2107 virtual IP 10.0.0.9 already answers on eth0; remedy: release it on that host`.
public final class HaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final String fault;
    private final String remedy;
    private final Severity severity;

    /// Describes an ERROR.
    ///
    /// @param code `HA-` and four digits, never reused for another fault
    /// @param message what happened and where, without the remedy
    /// @param cause the fault below this one, or null
    /// @param remedy what a person should do, in the imperative; no full stop needed
    public HaException(String code, String message, @Nullable Throwable cause, String remedy) {
        this(Severity.ERROR, code, message, cause, remedy);
    }

    /// Describes a fault of the given severity.
    public HaException(
            Severity severity,
            String code,
            String message,
            @Nullable Throwable cause,
            String remedy) {
        super(code + " " + message + (remedy.isEmpty() ? "" : "; remedy: " + remedy), cause);
        this.code = code;
        this.fault = message;
        this.remedy = remedy;
        this.severity = severity;
    }

    /// The stable code, as `HA-2107`.
    public String code() {
        return code;
    }

    /// What happened and where, without code and remedy.
    public String fault() {
        return fault;
    }

    /// What a person should do; may be empty.
    public String remedy() {
        return remedy;
    }

    /// What a person has to do about it.
    public Severity severity() {
        return severity;
    }
}
