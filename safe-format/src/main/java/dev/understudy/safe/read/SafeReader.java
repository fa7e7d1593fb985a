package dev.understudy.safe.read;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Manifest;
import dev.understudy.safe.Node;
import dev.understudy.safe.Position;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.SafeModule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads modules from archives; never writes anything.
public final class SafeReader {
    private SafeReader() {}

    /// Reads a `.safe` file.
    ///
    /// @throws IOException when the file can't be read at all
    public static ReadResult read(Path file) throws IOException {
        return read(file, false);
    }

    /// Reads a `.safe` file that was found to fit the schemas before, as [Schemas#digest] names
    /// them: it is not compared with them again, which takes most of the time.
    ///
    /// @throws IOException when the file can't be read at all
    public static ReadResult readFitting(Path file) throws IOException {
        return read(file, true);
    }

    private static ReadResult read(Path file, boolean isFitting) throws IOException {
        Path name = file.getFileName();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(Archive.BYTES_MAX + 1);
            return read(name == null ? file.toString() : name.toString(), bytes, isFitting);
        }
    }

    /// Reads the files of an archive whose configuration may be wrong.
    ///
    /// @return empty when the archive itself must not be used
    /// @throws IOException when the file can't be read at all
    public static Optional<Archive> archive(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(Archive.BYTES_MAX + 1);
            return ArchiveReader.read(file.toString(), bytes, new ArrayList<>());
        }
    }

    /// Reads the bytes of a `.safe` file.
    ///
    /// @param name of the file, for messages
    public static ReadResult read(String name, byte[] bytes) {
        return read(name, bytes, false);
    }

    private static ReadResult read(String name, byte[] bytes, boolean isFitting) {
        List<Finding> findings = new ArrayList<>();
        Optional<Archive> archive = ArchiveReader.read(name, bytes, findings);
        if (archive.isEmpty()) {
            return new ReadResult(Optional.empty(), findings);
        }
        return module(archive.get(), Archive.digest(bytes), findings, isFitting);
    }

    /// Makes a module of files that are not packed yet.
    public static ReadResult of(Archive archive) {
        List<Finding> findings = new ArrayList<>();
        Names.check(archive.files().keySet(), Position.file("."), findings);
        if (archive.files().size() > Archive.ENTRIES_MAX || archive.length() > Archive.BYTES_MAX) {
            String text =
                    "%d files, %d bytes packed: at most %d and %d are allowed"
                            .formatted(
                                    archive.files().size(),
                                    archive.length(),
                                    Archive.ENTRIES_MAX,
                                    Archive.BYTES_MAX);
            findings.add(
                    Finding.error(
                            "A005",
                            Position.file("."),
                            text,
                            "leave large files out of the module"));
        }
        if (Finding.anyError(findings)) {
            return new ReadResult(Optional.empty(), findings);
        }
        return module(archive, Archive.digest(archive.toBytes()), findings, false);
    }

    private static ReadResult module(
            Archive archive, String digest, List<Finding> findings, boolean isFitting) {
        Optional<Node.Mapping> manifestTree = yaml(archive, SafeModule.MANIFEST, findings);
        Optional<Node.Mapping> configTree = yaml(archive, SafeModule.USERCONFIG, findings);
        Optional<Manifest> manifest = Optional.empty();
        if (manifestTree.isPresent()) {
            List<Finding> differences =
                    isFitting ? List.of() : SchemaCheck.module(manifestTree.get());
            findings.addAll(differences);
            if (!Finding.anyError(differences)) {
                manifest = Optional.of(ManifestMapper.map(manifestTree.get()));
            }
        }
        if (manifest.isEmpty() || configTree.isEmpty()) {
            // Say all at once: references fit the schema wherever a parameter may stand.
            configTree.ifPresent(tree -> findings.addAll(SchemaCheck.userConfig(tree)));
            return new ReadResult(Optional.empty(), findings);
        }
        SafeModule module =
                new SafeModule(
                        archive, digest, manifest.get(), manifestTree.get(), configTree.get());
        return new ReadResult(Optional.of(module), findings);
    }

    private static Optional<Node.Mapping> yaml(
            Archive archive, String path, List<Finding> findings) {
        Archive.File file = archive.files().get(path);
        if (file == null) {
            findings.add(
                    Finding.error(
                            "A008",
                            Position.file(path),
                            "the module has no " + path,
                            "add it; safe rule A008 shows one"));
            return Optional.empty();
        }
        return YamlReader.read(path, file.bytes(), findings);
    }
}
