package dev.understudy.node.config;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// One version of a module with its configuration: what nodes agree on.
///
/// @param module the module's name
/// @param revision rises by one with each change of this module; the higher one wins on contact
/// @param isRemoved the module is uninstalled; kept so that an absent node hears of it
/// @param version of the archive; empty when removed
/// @param digest SHA-256 of the archive, 64 hexadecimal digits; empty when removed
/// @param configDigest digest over archive, values and secrets; empty when removed
/// @param values parameters as given, without secrets
/// @param secrets secret parameters as given; never logged
public record Version(
        String module,
        long revision,
        boolean isRemoved,
        String version,
        String digest,
        String configDigest,
        Map<String, String> values,
        Map<String, String> secrets) {
    /// Sorts the parameters, so that equal ones are written equally.
    public Version {
        values = Collections.unmodifiableMap(new TreeMap<>(values));
        secrets = Collections.unmodifiableMap(new TreeMap<>(secrets));
    }

    /// Makes a version with its digest.
    static Version of(
            String module,
            long revision,
            String version,
            String digest,
            Map<String, String> values,
            Map<String, String> secrets) {
        return new Version(
                module,
                revision,
                false,
                version,
                digest,
                configDigest(digest, values, secrets),
                values,
                secrets);
    }

    /// Makes the mark of a module that is uninstalled.
    static Version removed(String module, long revision) {
        return new Version(module, revision, true, "", "", "", Map.of(), Map.of());
    }

    /// The digest over archive and configuration. Lengths stand before texts, so that no two
    /// configurations run together.
    static String configDigest(
            String digest, Map<String, String> values, Map<String, String> secrets) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            add(sha, digest);
            for (Map<String, String> map : java.util.List.of(values, secrets)) {
                add(sha, Integer.toString(map.size()));
                new TreeMap<>(map)
                        .forEach((key, value) -> {
                            add(sha, key);
                            add(sha, value);
                        });
            }
            return HexFormat.of().formatHex(sha.digest());
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("SHA-256 is missing", impossible);
        }
    }

    private static void add(MessageDigest sha, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        sha.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        sha.update(bytes);
    }

    /// Writes and reads versions: the components' names are the keys, `isRemoved` included.
    static ObjectMapper mapper() {
        return JsonMapper.builder()
                .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
                .disable(MapperFeature.AUTO_DETECT_GETTERS)
                .visibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY)
                .build();
    }

    /// All parameters, secrets included.
    Map<String, String> given() {
        Map<String, String> all = new TreeMap<>(values);
        all.putAll(secrets);
        return all;
    }

    /// Leaves the parameters out.
    @Override
    public String toString() {
        return isRemoved
                ? "%s removed, revision %d".formatted(module, revision)
                : "%s %s, revision %d".formatted(module, version, revision);
    }
}
