package dev.understudy.node.api;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.core.member.HaException;
import dev.understudy.node.api.Caller.Role;
import dev.understudy.node.store.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Bearer tokens of the API: 256 random bits each, stored as SHA-256, with role, end and last use.
///
/// Thread-safe. The last use is written at most once a minute per token.
public final class Tokens {
    /// How long a token is good unless something else is said.
    public static final Duration VALIDITY = Duration.ofDays(365);

    private static final String PREFIX = "ust_";
    private static final int SECRET_BYTES = 32;
    private static final int TOKENS_MAX = 1000;
    private static final long USE_GRAIN_MS = 60_000;

    private final Path file;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final ObjectMapper json = new ObjectMapper();
    private List<Stored> stored;

    /// A token as stored.
    ///
    /// @param hash SHA-256 of its text, hexadecimal
    /// @param role `admin`, `control` or `monitor`
    /// @param lastUsedAtMs null before the first use
    public record Stored(
            String name,
            String hash,
            String role,
            long createdAtMs,
            long expiresAtMs,
            @Nullable Long lastUsedAtMs) {}

    /// A token just made; its text is not kept.
    public record Created(String token, String name, String role, long expiresAtMs) {}

    /// Reads the tokens of a file; none if it is not there.
    ///
    /// @throws HaException HA-4305 if it cannot be read: no token is honoured then
    public Tokens(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
        this.stored = load();
    }

    private List<Stored> load() {
        if (!Files.exists(file)) return List.of();
        try {
            return json.readValue(file.toFile(), new TypeReference<List<Stored>>() {});
        } catch (IOException broken) {
            throw new HaException(
                    "HA-4305",
                    file + " cannot be read as a list of tokens",
                    broken,
                    "restore the file, or remove it and create the tokens again");
        }
    }

    /// Makes a token.
    ///
    /// @throws HaException HA-4306 if the name is taken or there are too many
    public synchronized Created create(String name, Role role, Duration validity)
            throws IOException {
        long now = clock.millis();
        List<Stored> next = new ArrayList<>(stored);
        next.removeIf(token -> token.expiresAtMs() < now && token.name().equals(name));
        if (next.stream().anyMatch(token -> token.name().equals(name))) {
            throw new HaException(
                    "HA-4306",
                    "a token named " + name + " is there already",
                    null,
                    "choose another name, or `safe token revoke " + name + "` first");
        }
        if (next.size() >= TOKENS_MAX) {
            throw new HaException(
                    "HA-4306",
                    "there are " + TOKENS_MAX + " tokens already",
                    null,
                    "revoke those that nobody uses");
        }
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String text = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        long expires = now + validity.toMillis();
        String word = role.name().toLowerCase(Locale.ROOT);
        next.add(new Stored(name, hash(text), word, now, expires, null));
        save(next);
        return new Created(text, name, word, expires);
    }

    /// Ends a token.
    ///
    /// @return false if there is none of that name
    public synchronized boolean revoke(String name) throws IOException {
        List<Stored> next = new ArrayList<>(stored);
        boolean found = next.removeIf(token -> token.name().equals(name));
        if (found) save(next);
        return found;
    }

    /// The tokens, for listing.
    public synchronized List<Stored> list() {
        return stored;
    }

    /// Finds the caller for a token's text; empty if it is wrong, revoked or expired.
    public synchronized Optional<Caller> authenticate(String text, String from) {
        if (text.length() > 200) return Optional.empty();
        byte[] hash = hash(text).getBytes(StandardCharsets.US_ASCII);
        long now = clock.millis();
        Stored found = null;
        for (Stored token : stored) {
            // All are compared, each in constant time, so that timing tells nothing.
            if (MessageDigest.isEqual(hash, token.hash().getBytes(StandardCharsets.US_ASCII))) {
                found = token;
            }
        }
        if (found == null || found.expiresAtMs() < now) return Optional.empty();
        Long used = found.lastUsedAtMs();
        if (used == null || now - used > USE_GRAIN_MS) markUsed(found, now);
        Role role = Role.valueOf(found.role().toUpperCase(Locale.ROOT));
        return Optional.of(new Caller("token:" + found.name(), from, role));
    }

    private void markUsed(Stored token, long now) {
        List<Stored> next = new ArrayList<>(stored);
        next.replaceAll(other ->
                other.equals(token)
                        ? new Stored(
                                token.name(),
                                token.hash(),
                                token.role(),
                                token.createdAtMs(),
                                token.expiresAtMs(),
                                now)
                        : other);
        try {
            save(next);
        } catch (IOException cannotWrite) {
            // A full disk must not lock the operator out; the date is kept in memory.
            stored = List.copyOf(next);
        }
    }

    private void save(List<Stored> next) throws IOException {
        AtomicFile.write(file, json.writeValueAsBytes(next), "rw-------");
        stored = List.copyOf(next);
    }

    private static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("SHA-256 is missing", impossible);
        }
    }
}
