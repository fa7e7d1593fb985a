package dev.understudy.tools.control;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;

/// An installation that somebody may look at before it is done, and what it was made for.
///
/// @param archive path of the archive
/// @param digest of the archive
/// @param revision of the module that was in force, 0 for none
/// @param cluster id of the cluster
/// @param clusterRevision of its member list
/// @param values parameters, secrets among them: the file is closed to others
record Plan(
        String module,
        String archive,
        String digest,
        long revision,
        String cluster,
        long clusterRevision,
        Map<String, String> values) {
    private static final long FORMAT = 1;

    void write(Path file) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("module", module);
        json.put("archive", archive);
        json.put("digest", digest);
        json.put("revision", revision);
        json.put("cluster", cluster);
        json.put("clusterRevision", clusterRevision);
        json.put("values", values);
        try {
            Files.deleteIfExists(file);
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, Json.write(json) + "\n");
        } catch (IOException cannotWrite) {
            throw Failure.unreachable(
                    "%s cannot be written: %s".formatted(file, cannotWrite.getMessage()), "");
        }
    }

    static Plan read(Path file) {
        Json json;
        try {
            json = Json.parse(Files.readString(file).getBytes(StandardCharsets.UTF_8));
        } catch (IOException cannotRead) {
            throw Failure.unreachable(
                    "%s cannot be read: %s".formatted(file, cannotRead.getMessage()),
                    "`safe plan` writes it");
        }
        if (json.number("format") != FORMAT || json.text("digest").isEmpty()) {
            throw Failure.refused(file + " is no plan", "`safe plan FILE.safe -o PLAN` writes one");
        }
        Map<String, String> values = new LinkedHashMap<>();
        if (json.at("values").value() instanceof Map<?, ?> given) {
            given.forEach((key, value) -> values.put(String.valueOf(key), String.valueOf(value)));
        }
        return new Plan(
                json.text("module"),
                json.text("archive"),
                json.text("digest"),
                json.number("revision"),
                json.text("cluster"),
                json.number("clusterRevision"),
                values);
    }
}
