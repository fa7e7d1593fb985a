package dev.understudy.safe.write;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Makes archives of the folders that authors work in.
public final class Packer {
    /// What belongs to a module; all else in the author's folder stays behind.
    public static final Set<String> FOLDERS =
            new TreeSet<>(List.of("conf", "scripts", "lib", "checkers", "runbooks", "tests"));

    /// Files at the top of a module.
    public static final Set<String> FILES =
            new TreeSet<>(List.of("module.yaml", "README.md", "LICENSE", "CHANGELOG.md"));

    private Packer() {}

    /// Collects the files of a module.
    ///
    /// Hidden files, backups (`name~`) and what is neither in [#FOLDERS] nor [#FILES] are left out.
    /// Links and special files are findings, and so is a folder above the limits.
    ///
    /// @param folder that holds `module.yaml`
    /// @param findings receives what stands in the way
    /// @throws IOException when something can't be read
    public static Archive collect(Path folder, List<Finding> findings) throws IOException {
        TreeMap<String, Archive.File> files = new TreeMap<>();
        Files.walkFileTree(folder, new Collector(folder, files, findings));
        return new Archive(files);
    }

    /// Writes an archive: whole and durable, or not at all.
    ///
    /// @throws IOException when it can't be written; the old file is untouched then
    public static void write(Archive archive, Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path folder = absolute.getParent() == null ? absolute : absolute.getParent();
        Path temporary = Files.createTempFile(folder, ".safe-", ".tmp");
        try {
            Files.write(temporary, archive.toBytes());
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            readableByAll(temporary);
            Files.move(
                    temporary,
                    absolute,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void readableByAll(Path file) throws IOException {
        if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(
                    file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        }
    }

    private static final class Collector extends SimpleFileVisitor<Path> {
        private final Path folder;
        private final SortedMap<String, Archive.File> files;
        private final List<Finding> findings;
        private long bytes;

        Collector(Path folder, SortedMap<String, Archive.File> files, List<Finding> findings) {
            this.folder = folder;
            this.files = files;
            this.findings = findings;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            String name = name(path);
            boolean top = name.isEmpty();
            return top || (!isLeftOut(path) && FOLDERS.contains(name.split("/", 2)[0]))
                    ? FileVisitResult.CONTINUE
                    : FileVisitResult.SKIP_SUBTREE;
        }

        @Override
        public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
                throws IOException {
            String name = name(path);
            if (isLeftOut(path) || (!name.contains("/") && !FILES.contains(name))) {
                return FileVisitResult.CONTINUE;
            }
            if (!attributes.isRegularFile()) {
                findings.add(
                        Finding.error(
                                "A009",
                                Position.file(name),
                                "neither a file nor a folder",
                                "put the file itself there instead of a link"));
                return FileVisitResult.CONTINUE;
            }
            bytes += attributes.size();
            if (bytes > Archive.BYTES_MAX || files.size() >= Archive.ENTRIES_MAX) {
                String text =
                        "the module is larger than %d files or %d bytes"
                                .formatted(Archive.ENTRIES_MAX, Archive.BYTES_MAX);
                findings.add(
                        Finding.error(
                                "A005",
                                Position.file(name),
                                text,
                                "leave large files out of the module"));
                return FileVisitResult.TERMINATE;
            }
            files.put(
                    name,
                    new Archive.File(Files.readAllBytes(path), isExecutable(path, attributes)));
            return FileVisitResult.CONTINUE;
        }

        private String name(Path path) {
            return folder.relativize(path).toString().replace('\\', '/');
        }

        private static boolean isLeftOut(Path path) {
            Path last = path.getFileName();
            String name = last == null ? "" : last.toString();
            return name.startsWith(".")
                    || name.endsWith("~")
                    || name.endsWith(".safe")
                    || name.endsWith(".swp");
        }

        // By the first bytes, not the mode of the author's file system: Windows has no such bit,
        // and
        // equal sources must give equal bytes everywhere.
        private static boolean isExecutable(Path path, BasicFileAttributes attributes)
                throws IOException {
            if (attributes.size() < 2 || !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            try (var in = Files.newInputStream(path)) {
                byte[] first = in.readNBytes(2);
                return first[0] == '#' && first[1] == '!';
            }
        }
    }
}
