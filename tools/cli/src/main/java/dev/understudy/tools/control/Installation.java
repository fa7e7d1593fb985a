package dev.understudy.tools.control;

import dev.understudy.safe.Finding;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.tools.author.DiffCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An archive on its way to the cluster: read here first, then uploaded with its signatures.
///
/// @param file where it lies; `FILE.sig` beside it has its signatures
record Installation(Path file, SafeModule module) {
    private static final Duration INSTALL_MAX = Duration.ofMinutes(5);
    private static final int SIGNATURE_BYTES_MAX = 64 << 10;

    /// What is in force.
    ///
    /// @param config answer of the daemon
    record InForce(long revision, String version, String digest, Json config) {}

    /// Reads an archive here, so that mistakes in it are shown with their places before anything is
    /// sent.
    static Installation of(Path file) {
        ReadResult read;
        try {
            read = SafeReader.read(file);
        } catch (IOException cannotRead) {
            throw cannotRead(file, cannotRead);
        }
        if (!read.isGood()) throw notGood(file.toString(), read);
        return new Installation(file, read.module().orElseThrow());
    }

    private static Failure notGood(String what, ReadResult read) {
        return Failure.refused(
                "%s is not a good module:%n%s"
                        .formatted(
                                what,
                                String.join(
                                        System.lineSeparator(),
                                        read.findings().stream().map(Finding::toString).toList())),
                "`safe lint` shows the places");
    }

    private static Failure cannotRead(Path file, IOException cause) {
        String why = Files.exists(file) ? cause.getMessage() : "no such file";
        return Failure.unreachable("%s cannot be read: %s".formatted(file, why), "check the path");
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException cannotRead) {
            throw cannotRead(file, cannotRead);
        }
    }

    String name() {
        return module.manifest().name();
    }

    /// Finds what is in force of this module; empty if it is not installed.
    static Optional<InForce> inForce(Daemon daemon, String module) {
        Json config;
        try {
            config = daemon.get(Paths.module(module) + "/config");
        } catch (Failure failure) {
            if (failure.code().equals("HA-4410")) return Optional.empty();
            throw failure;
        }
        return Optional.of(
                new InForce(
                        config.number("revision"),
                        config.text("version"),
                        config.text("digest"),
                        config));
    }

    /// Tells what would change against what is in force.
    List<DiffCommand.Change> changes(Daemon daemon, InForce now) {
        byte[] archive = daemon.download("/api/v1/archives/" + now.digest());
        ReadResult read = SafeReader.read("what is in force", archive);
        if (read.module().isEmpty()) throw notGood("what is in force", read);
        return DiffCommand.compare(read.module().get(), module);
    }

    /// Uploads and installs.
    ///
    /// @param expectedRevision that must be in force, 0 for none; -1 = any
    Json send(
            Daemon daemon,
            Map<String, String> values,
            boolean allowDowngrade,
            long expectedRevision) {
        String path = "/api/v1/archives/" + module.digest();
        daemon.upload(path, bytes(file));
        Path beside = Path.of(file + ".sig");
        if (Files.exists(beside)) {
            byte[] signature = bytes(beside);
            if (signature.length > SIGNATURE_BYTES_MAX) {
                throw Failure.refused(
                        beside + " is too long for signatures", "`safe sign` writes it anew");
            }
            String text = new String(signature, java.nio.charset.StandardCharsets.UTF_8);
            daemon.send("PUT", path + "/signature", Map.of("signature", text));
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("archive", module.digest());
        body.put("values", values);
        if (allowDowngrade) body.put("allowDowngrade", true);
        if (expectedRevision >= 0) body.put("expectedRevision", expectedRevision);
        return daemon.send("POST", "/api/v1/modules", body, INSTALL_MAX);
    }
}
