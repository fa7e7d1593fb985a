package dev.understudy.node.api;

import dev.understudy.core.member.HaException;
import java.io.IOException;

/// An error as the API answers it.
///
/// @param status HTTP status
/// @param code for instance `HA-4301`
/// @param message what happened
/// @param where the node, and the place if there is one
/// @param remedy what to do; may be empty
record Problem(int status, String code, String message, String where, String remedy) {
    /// Ends a call with a problem.
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String code;
        private final String remedy;

        Refused(int status, String code, String message, String remedy) {
            super(message);
            this.status = status;
            this.code = code;
            this.remedy = remedy;
        }
    }

    static Refused notFound(String what, String remedy) {
        return new Refused(404, "HA-4301", what, remedy);
    }

    static Refused forbidden(String what, String remedy) {
        return new Refused(403, "HA-4303", what, remedy);
    }

    static Refused unauthorized(String what, String remedy) {
        return new Refused(401, "HA-4302", what, remedy);
    }

    static Refused badRequest(String what, String remedy) {
        return new Refused(400, "HA-4304", what, remedy);
    }

    static Problem of(Throwable failed, String where) {
        return switch (failed) {
            case Refused refused ->
                    new Problem(
                            refused.status,
                            refused.code,
                            String.valueOf(refused.getMessage()),
                            where,
                            refused.remedy);
            case HaException known ->
                    new Problem(
                            status(known.code()),
                            known.code(),
                            known.fault(),
                            where,
                            known.remedy());
            case IOException disk ->
                    new Problem(
                            507,
                            "HA-4309",
                            "a file cannot be read or written: " + disk.getMessage(),
                            where,
                            "look at the free space and the permissions of its file system");
            default ->
                    new Problem(
                            500,
                            "HA-4399",
                            "internal error: " + failed,
                            where,
                            "look at the daemon's log; this is a fault of the software");
        };
    }

    private static int status(String code) {
        return switch (code) {
            case "HA-4110" -> 404;
            case "HA-4111", "HA-4206" -> 502;
            case "HA-4202", "HA-4203", "HA-4204" -> 403;
            default -> 409;
        };
    }
}
