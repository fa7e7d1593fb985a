package dev.understudy.node.api;

import dev.understudy.node.api.Caller.Role;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// Decides who calls and whether they may.
///
/// The local socket's own permissions (0660, group `understudy`) decide who reaches it; who does
/// may do everything. Over HTTPS it is a data node's certificate or a bearer token.
final class Access {
    /// Names the user of a local call for the journal; not believed elsewhere.
    static final String USER_HEADER = "Understudy-User";

    /// Sent by a node that passes on a call: name and role of the caller there.
    static final String ON_BEHALF_HEADER = "Understudy-On-Behalf";

    private static final Caller NOBODY = new Caller("nobody", "", Role.MONITOR);

    private final Tokens tokens;
    private final RateLimit rate;
    private volatile @Nullable Tls tls;

    /// Who calls.
    ///
    /// @param caller nobody if unknown
    /// @param isLocal came through the local socket
    /// @param isPeer a data node of the cluster
    /// @param isKnown may do what its role allows
    record Who(Caller caller, boolean isLocal, boolean isPeer, boolean isKnown) {}

    Access(Tokens tokens, RateLimit rate) {
        this.tokens = tokens;
        this.rate = rate;
    }

    void use(Tls now) {
        this.tls = now;
    }

    /// Finds out who calls.
    ///
    /// @throws Problem.Refused 401 wrong token, 403 foreign origin, 429 too many calls
    Who identify(HttpServerRequest request) {
        if (!request.isSSL()) {
            String user = request.getHeader(USER_HEADER);
            String name =
                    user != null && user.matches("[A-Za-z0-9._@\\\\-]{1,64}") ? user : "local";
            Caller caller = new Caller(name, "local", Role.ADMIN);
            return new Who(caller, true, false, true);
        }
        String from = request.remoteAddress().hostAddress();
        Optional<Who> peer = peer(request, from);
        if (peer.isPresent()) return peer.get();
        if (!rate.allows(from)) {
            throw new Problem.Refused(
                    429, "HA-4307", "too many calls from " + from, "wait a few seconds");
        }
        requireOwnOrigin(request);
        String header = request.getHeader("Authorization");
        if (header == null) {
            return new Who(new Caller(NOBODY.name(), from, Role.MONITOR), false, false, false);
        }
        boolean isBearer = header.regionMatches(true, 0, "Bearer ", 0, 7);
        Optional<Caller> caller =
                isBearer
                        ? tokens.authenticate(header.substring(7).strip(), from)
                        : Optional.empty();
        if (caller.isPresent()) return new Who(caller.get(), false, false, true);
        rate.wrong(from);
        throw Problem.unauthorized(
                "the token is wrong, expired or revoked",
                "make one with `safe token create` on a node");
    }

    /// Charges for a wrong secret of a joiner.
    void wrongSecret(HttpServerRequest request) {
        if (request.isSSL()) rate.wrong(request.remoteAddress().hostAddress());
    }

    private Optional<Who> peer(HttpServerRequest request, String from) {
        Tls now = tls;
        SSLSession session = request.connection().sslSession();
        if (now == null || session == null) return Optional.empty();
        return now.dataNode()
                .apply(session)
                .map(node -> new Who(onBehalf(node, request, from), false, true, true));
    }

    /// A node passes calls on for its own callers; it can lower the role, and says whose call it
    /// is.
    private static Caller onBehalf(String node, HttpServerRequest request, String from) {
        String header = request.getHeader(ON_BEHALF_HEADER);
        if (header == null) return new Caller(node, from, Role.ADMIN);
        int split = header.lastIndexOf(' ');
        String name = split < 0 ? header : header.substring(0, split);
        for (Role role : Role.values()) {
            if (header.substring(split + 1).equals(role.name().toLowerCase(Locale.ROOT))) {
                return new Caller(node + "/" + name, from, role);
            }
        }
        return new Caller(node + "/" + name, from, Role.MONITOR);
    }

    /// A browser names the page that calls; only pages of this very server may.
    private static void requireOwnOrigin(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        if (origin == null) return;
        String host = request.getHeader("Host");
        if (host == null || !origin.equalsIgnoreCase("https://" + host)) {
            throw Problem.forbidden(
                    "calls from pages of " + origin.replaceAll("[^ -~]", "?") + " are refused",
                    "use the node's own console");
        }
    }

    /// Requires what an operation needs.
    ///
    /// @param needed the contract's x-role
    void require(Who who, String needed, HttpServerRequest request) {
        switch (needed) {
            case "none" -> {}
            case "local" -> {
                if (!who.isLocal()) {
                    throw Problem.forbidden(
                            "this call is answered on the local socket only",
                            "run `safe` on the node itself");
                }
            }
            case "peer" -> {
                if (!who.isPeer()) {
                    throw Problem.forbidden("this call is for nodes of the cluster", "");
                }
            }
            case "admin", "control", "monitor" -> {
                Role role = Role.valueOf(needed.toUpperCase(Locale.ROOT));
                if (!who.isKnown()) {
                    throw Problem.unauthorized(
                            "a token is needed for " + request.path(),
                            "make one with `safe token create` on a node");
                }
                if (!who.caller().role().allows(role)) {
                    throw Problem.forbidden(
                            "%s may not do this: role %s is needed"
                                    .formatted(who.caller().name(), needed),
                            "use a token with that role");
                }
            }
            default -> throw new IllegalStateException("unknown role in the contract: " + needed);
        }
    }
}
