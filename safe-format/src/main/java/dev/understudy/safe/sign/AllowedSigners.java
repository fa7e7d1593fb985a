package dev.understudy.safe.sign;

import java.io.IOException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Whose signatures count: a file in the form of OpenSSH's `allowed_signers` (ssh-keygen(1)).
///
/// @param entries in the order of the file
public record AllowedSigners(List<Entry> entries) {
    private static final Pattern OPTION = Pattern.compile("([A-Za-z-]+)(?:=\"([^\"]*)\")?");

    /// Longest line; keys that are read are below 100 characters.
    private static final int LINE_MAX = 2048;

    public AllowedSigners {
        entries = List.copyOf(entries);
    }

    /// One line.
    ///
    /// @param principals who, as patterns with `*` and `?`
    /// @param namespaces for what; empty = for everything
    /// @param after not before this moment
    /// @param before not after this moment
    public record Entry(
            List<String> principals,
            List<String> namespaces,
            Instant after,
            Instant before,
            SshKey key) {
        public Entry {
            principals = List.copyOf(principals);
            namespaces = List.copyOf(namespaces);
        }

        boolean allows(SshSignature signature, Instant now) {
            return key.equals(signature.key())
                    && !now.isBefore(after)
                    && !now.isAfter(before)
                    && (namespaces.isEmpty()
                            || namespaces.stream()
                                    .anyMatch(n -> matches(n, signature.namespace())));
        }
    }

    /// Reads the file; lines that are about other kinds of keys are left out.
    ///
    /// @throws IOException with line and reason when a line can't be understood
    public static AllowedSigners parse(String text) throws IOException {
        List<Entry> entries = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String rest = line.strip();
            if (!rest.isEmpty() && !rest.startsWith("#")) {
                line(rest, number).ifPresent(entries::add);
            }
        }
        return new AllowedSigners(entries);
    }

    private static Optional<Entry> line(String line, int number) throws IOException {
        if (line.length() > LINE_MAX) {
            throw new IOException("line " + number + ": longer than " + LINE_MAX + " characters");
        }
        if (line.indexOf('\\') >= 0) {
            throw new IOException("line " + number + ": a backslash in it is not supported");
        }
        String[] parts = line.split("\\s+", 2);
        List<String> principals = List.of(parts[0].replace("\"", "").split(",", -1));
        String rest = parts.length < 2 ? "" : parts[1];
        Map<String, String> options = new HashMap<>();
        int key = keyStart(rest);
        if (key < 0) {
            throw new IOException("line " + number + ": no key");
        }
        Matcher m = OPTION.matcher(rest.substring(0, key));
        while (m.find()) {
            options.put(m.group(1).toLowerCase(Locale.ROOT), m.group(2) == null ? "" : m.group(2));
        }
        if (options.containsKey("cert-authority")) {
            throw new IOException("line " + number + ": certificates are not supported");
        }
        String[] words = rest.substring(key).split("\\s+", -1);
        if (!words[0].equals(SshKey.TYPE) || words.length < 2) {
            return Optional.empty();
        }
        try {
            Optional<SshKey> publicKey = SshKey.ofBlob(Base64.getDecoder().decode(words[1]));
            String names = options.getOrDefault("namespaces", "");
            Instant after = moment(options.get("valid-after"), Instant.MIN);
            Instant before = moment(options.get("valid-before"), Instant.MAX);
            return Optional.of(
                    new Entry(
                            principals,
                            names.isEmpty() ? List.of() : List.of(names.split(",", -1)),
                            after,
                            before,
                            publicKey.orElseThrow(IllegalArgumentException::new)));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new IOException("line " + number + ": the key or a date is damaged", e);
        }
    }

    // Options come before the type of the key, whose name begins with ssh-, ecdsa- or sk-.
    private static int keyStart(String rest) {
        Matcher m = Pattern.compile("(^|\\s)((ssh|ecdsa|sk)-[a-z0-9@.-]+)\\s").matcher(rest + " ");
        return m.find() ? m.start(2) : -1;
    }

    // YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with Z in UTC; others are taken as UTC too, so that
    // a file means the same on every server.
    private static Instant moment(@Nullable String text, Instant otherwise) {
        if (text == null) {
            return otherwise;
        }
        String digits = text.replaceFirst("[zZ]$", "");
        String padded = digits + "000000".substring(Math.min(6, Math.max(0, digits.length() - 8)));
        return LocalDateTime.parse(padded, DateTimeFormatter.ofPattern("yyyyMMddHHmmss"))
                .toInstant(ZoneOffset.UTC);
    }

    /// Names who made a signature; empty = nobody who may.
    public Optional<String> signer(SshSignature signature, Instant now) {
        return entries.stream()
                .filter(e -> e.allows(signature, now))
                .map(e -> String.join(",", e.principals()))
                .findFirst();
    }

    private static boolean matches(String pattern, String text) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return Pattern.matches(regex.toString(), text);
    }
}
