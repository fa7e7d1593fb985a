package dev.understudy.node.cluster;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.core.member.HaException;
import dev.understudy.node.cluster.ClusterConfig.Role;
import dev.understudy.node.store.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// The join tokens that are outstanding, stored as hashes; they survive a restart of the daemon.
///
/// A token is good for thirty minutes and one join. A wrong secret counts against every outstanding
/// token, because it names none: the fifth one ends them all.
final class JoinTokens {
    static final Duration VALIDITY = Duration.ofMinutes(30);
    static final int WRONG_TRIES_MAX = 5;

    private final Path file;
    private final SecureRandom random = new SecureRandom();
    private final ObjectMapper json = new ObjectMapper();
    private List<Stored> stored;

    /// One outstanding token as stored.
    ///
    /// @param hash SHA-256 of the secret, hexadecimal
    record Stored(String hash, String role, long expiresAtMs, int wrongTries) {}

    JoinTokens(Path file) {
        this.file = file;
        this.stored = load();
    }

    private List<Stored> load() {
        if (!Files.exists(file)) return List.of();
        try {
            return json.readValue(file.toFile(), new TypeReference<List<Stored>>() {});
        } catch (IOException broken) {
            // Losing outstanding tokens costs a new `safe cluster token`; nothing else hangs on
            // them.
            return List.of();
        }
    }

    /// Makes a token's secret and remembers its hash.
    synchronized byte[] create(Role role, Instant now) throws IOException {
        byte[] secret = new byte[JoinToken.SECRET_BYTES];
        random.nextBytes(secret);
        List<Stored> next = alive(now);
        next.add(new Stored(hash(secret), role.word(), now.plus(VALIDITY).toEpochMilli(), 0));
        save(next);
        return secret;
    }

    /// Checks a secret without using it up; counts a wrong one.
    ///
    /// @return the role that the token was made for
    /// @throws HaException HA-4202 wrong or used, HA-4203 expired, HA-4204 no token is outstanding
    synchronized Role check(byte[] secret, Instant now) throws IOException {
        String hash = hash(secret);
        for (Stored token : stored) {
            if (isSame(token.hash(), hash)) {
                if (token.expiresAtMs() < now.toEpochMilli()) {
                    throw new HaException(
                            "HA-4203",
                            "the join token expired; it was good for 30 minutes",
                            null,
                            "make a new one with `safe cluster token`");
                }
                return token.role().equals(Role.WITNESS.word()) ? Role.WITNESS : Role.DATA;
            }
        }
        List<Stored> next = new ArrayList<>();
        boolean ended = false;
        for (Stored token : alive(now)) {
            int tries = token.wrongTries() + 1;
            if (tries < WRONG_TRIES_MAX) {
                next.add(new Stored(token.hash(), token.role(), token.expiresAtMs(), tries));
            } else {
                ended = true;
            }
        }
        save(next);
        if (ended) {
            throw new HaException(
                    "HA-4204",
                    "the fifth wrong join token ended the outstanding ones",
                    null,
                    "find out who tried; then make a new one with `safe cluster token`");
        }
        throw new HaException(
                "HA-4202",
                "the join token is wrong or was used before",
                null,
                "make a new one with `safe cluster token`");
    }

    /// Uses a token up.
    ///
    /// @return false if it was used meanwhile
    synchronized boolean consume(byte[] secret, Instant now) throws IOException {
        String hash = hash(secret);
        List<Stored> next = alive(now);
        boolean found = next.removeIf(token -> isSame(token.hash(), hash));
        if (found) save(next);
        return found;
    }

    /// Keeps expired tokens for a day, so that a late joiner hears "expired" and not "wrong".
    private List<Stored> alive(Instant now) {
        long oldest = now.minus(Duration.ofDays(1)).toEpochMilli();
        List<Stored> kept = new ArrayList<>();
        for (Stored token : stored) {
            if (token.expiresAtMs() >= oldest) kept.add(token);
        }
        return kept;
    }

    private void save(List<Stored> next) throws IOException {
        AtomicFile.write(file, json.writeValueAsBytes(next), "rw-------");
        stored = List.copyOf(next);
    }

    private static boolean isSame(String a, String b) {
        return MessageDigest.isEqual(
                a.getBytes(StandardCharsets.US_ASCII), b.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hash(byte[] secret) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("SHA-256 is missing", impossible);
        }
    }
}
