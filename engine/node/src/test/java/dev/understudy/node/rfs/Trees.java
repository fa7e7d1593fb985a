package dev.understudy.node.rfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Describes a tree so that two of them can be compared.
final class Trees {
    private Trees() {}

    /// Gives one line for each name below a directory: type, mode, owner, time, size, contents.
    static Map<String, String> describe(Path root) throws IOException {
        Map<String, String> lines = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                lines.put(root.relativize(path).toString(), line(path));
            }
        }
        return lines;
    }

    /// Gives the lines that differ, both sides.
    static String difference(Path left, Path right) throws IOException {
        Map<String, String> a = describe(left);
        Map<String, String> b = describe(right);
        StringBuilder text = new StringBuilder();
        TreeMap<String, String> all = new TreeMap<>(a);
        all.putAll(b);
        for (String name : all.keySet()) {
            if (!java.util.Objects.equals(a.get(name), b.get(name))) {
                text.append(
                        name + ": " + a.get(name) + " | " + b.get(name) + System.lineSeparator());
            }
        }
        return text.toString();
    }

    private static String line(Path path) throws IOException {
        Map<String, Object> attributes =
                Files.readAttributes(
                        path, "unix:mode,uid,gid,size,nlink", LinkOption.NOFOLLOW_LINKS);
        String line =
                "mode=%o uid=%s gid=%s mtime=%s"
                        .formatted(
                                (Integer) attributes.get("mode"),
                                attributes.get("uid"),
                                attributes.get("gid"),
                                Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS));
        if (Files.isSymbolicLink(path)) {
            return line + " -> " + Files.readSymbolicLink(path);
        }
        if (Files.isRegularFile(path) || Files.isDirectory(path)) {
            line += userAttributes(path);
        }
        if (Files.isRegularFile(path)) {
            CRC32C crc = new CRC32C();
            crc.update(Files.readAllBytes(path));
            return line
                    + " links="
                    + attributes.get("nlink")
                    + " size="
                    + attributes.get("size")
                    + " crc="
                    + crc.getValue();
        }
        return line;
    }

    private static String userAttributes(Path path) throws IOException {
        UserDefinedFileAttributeView view =
                Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
        StringBuilder text = new StringBuilder();
        for (String name : new TreeSet<>(view.list())) {
            ByteBuffer value = ByteBuffer.allocate(view.size(name));
            view.read(name, value);
            text.append(' ')
                    .append(name)
                    .append('=')
                    .append(HexFormat.of().formatHex(value.array()));
        }
        return text.toString();
    }
}
