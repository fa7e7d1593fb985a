package dev.understudy.tools.author;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.lint.Linted;
import dev.understudy.safe.lint.Linter;
import dev.understudy.safe.lint.Report;
import dev.understudy.safe.lint.Suppressions;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.safe.write.Packer;
import dev.understudy.script.lint.ScriptLinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// A module given on the command line: an author's folder or an archive.
///
/// @param prefix put before paths in messages
/// @param archive files as far as they could be read
record Source(String prefix, Archive archive, ReadResult read) {
    /// Reads a folder or an archive.
    ///
    /// @throws IOException when it can't be read at all
    static Source of(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return folder(path);
        }
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString());
        }
        ReadResult read = SafeReader.read(path);
        Path name = path.getFileName();
        Archive archive = SafeReader.archive(path).orElseGet(() -> Archive.of(java.util.Map.of()));
        return new Source(name + "!/", archive, read);
    }

    private static Source folder(Path path) throws IOException {
        List<Finding> findings = new ArrayList<>();
        Archive archive = Packer.collect(path, findings);
        ReadResult read = SafeReader.of(archive);
        findings.addAll(read.findings());
        String prefix = path.toString().isEmpty() || path.toString().equals(".") ? "" : path + "/";
        return new Source(prefix, archive, new ReadResult(read.module(), findings));
    }

    /// Gives all that is wrong, scripts included, in file order, without what the author allows.
    List<Finding> lint() {
        return linted().findings();
    }

    /// Gives all that is wrong and what the author allows.
    Linted linted() {
        Set<Finding> findings = new LinkedHashSet<>(Linter.lint(read));
        findings.addAll(ScriptLinter.lint(archive, read.module()));
        Map<String, String> texts = new TreeMap<>();
        archive.files().forEach((path, file) -> texts.put(path, file.text()));
        List<Finding> sorted = new ArrayList<>(findings);
        sorted.sort(Linter.IN_FILE_ORDER);
        Suppressions.Result left = Suppressions.apply(sorted, texts);
        return new Linted(prefix, left.findings(), left.allowed(), this::file);
    }

    /// Writes findings with excerpts.
    String text(List<Finding> findings) {
        return Report.text(findings, prefix, this::file);
    }

    private Optional<String> file(String path) {
        return Optional.ofNullable(archive.files().get(path)).map(Archive.File::text);
    }
}
