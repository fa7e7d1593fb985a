package dev.understudy.tests.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Compares directory trees: names, types, modes, owners, sizes, modification times, links,
/// contents.
public final class Trees {
    private Trees() {}

    /// Describes a tree: relative path to everything that must be equal on both nodes.
    ///
    /// @param skip relative paths to leave out; a directory with everything below it
    public static Map<String, String> describe(Path root, Predicate<String> skip) {
        Map<String, String> found = new TreeMap<>();
        try {
            Files.walkFileTree(root, new Visitor(root, skip, found));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /// Lists the paths that differ between two descriptions, with both sides, at most 20.
    public static List<String> differences(Map<String, String> one, Map<String, String> other) {
        TreeSet<String> paths = new TreeSet<>(one.keySet());
        paths.addAll(other.keySet());
        return paths.stream()
                .filter(path ->
                        !one.getOrDefault(path, "absent")
                                .equals(other.getOrDefault(path, "absent")))
                .map(path ->
                        path
                                + ": "
                                + one.getOrDefault(path, "absent")
                                + " | "
                                + other.getOrDefault(path, "absent"))
                .limit(20)
                .toList();
    }

    private static final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;
        private final Predicate<String> skip;
        private final Map<String, String> found;

        Visitor(Path root, Predicate<String> skip, Map<String, String> found) {
            this.root = root;
            this.skip = skip;
            this.found = found;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
                throws IOException {
            if (skip.test(name(dir))) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            found.put(name(dir) + "/", "directory " + owner(dir));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            if (!skip.test(name(file))) {
                found.put(name(file), text(file, attributes));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE; // removed while we walked
            }
            throw failure;
        }

        private String name(Path path) {
            return root.relativize(path).toString();
        }

        private static String text(Path file, BasicFileAttributes attributes) throws IOException {
            if (attributes.isSymbolicLink()) {
                return "link to " + Files.readSymbolicLink(file);
            }
            if (!attributes.isRegularFile()) {
                return "special " + owner(file);
            }
            return owner(file)
                    + " "
                    + attributes.size()
                    + " bytes, "
                    + attributes.lastModifiedTime()
                    + ", "
                    + hash(file);
        }

        private static String owner(Path path) throws IOException {
            Map<String, Object> unix =
                    Files.readAttributes(
                            path, "unix:mode,uid,gid,nlink", LinkOption.NOFOLLOW_LINKS);
            return "mode " + unix.get("mode") + " " + unix.get("uid") + ":" + unix.get("gid");
        }

        private static String hash(Path file) throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                byte[] buffer = new byte[1 << 16];
                int length = in.read(buffer);
                while (length >= 0) {
                    digest.update(buffer, 0, length);
                    length = in.read(buffer);
                }
                return HexFormat.of().formatHex(digest.digest(), 0, 8);
            } catch (NoSuchAlgorithmException e) {
                throw new IOException(e);
            }
        }
    }
}
