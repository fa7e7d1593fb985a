package dev.understudy.tools.importer;

import dev.understudy.safe.read.Names;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/// Reads a ZIP archive of another product into memory, within limits that count what comes out and
/// not what headers say.
final class ForeignArchive {
    static final int ENTRIES_MAX = 2000;
    static final int BYTES_MAX = 64 << 20;
    private static final int RATIO_MAX = 100;
    private static final int SMALL = 1 << 20;

    private ForeignArchive() {}

    /// Reads all files.
    ///
    /// @throws IOException with a text for people above the limits, for names that point outside,
    ///   and for what is no archive
    static Map<String, byte[]> read(byte[] bytes) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        long total = 0;
        int entries = 0;
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (++entries > ENTRIES_MAX) {
                    throw new IOException("more than " + ENTRIES_MAX + " entries");
                }
                String name = entry.getName().replace('\\', '/');
                if (name.endsWith("/")) {
                    continue;
                }
                check(name);
                byte[] content = in.readNBytes((int) (BYTES_MAX - total) + 1);
                total += content.length;
                if (total > BYTES_MAX || (total > SMALL && total / RATIO_MAX > bytes.length)) {
                    throw new IOException(
                            "it unpacks to more than "
                                    + BYTES_MAX
                                    + " bytes, or "
                                    + RATIO_MAX
                                    + " times its size");
                }
                if (files.put(name, content) != null) {
                    throw new IOException(Names.printable(name) + " is there twice");
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("a name in it can't be read", e);
        } catch (EOFException e) {
            throw new IOException("it is cut off", e);
        } catch (ZipException e) {
            throw new IOException("it is damaged: " + e.getMessage(), e);
        }
        if (files.isEmpty()) {
            throw new IOException("this is no ZIP archive, or it is empty");
        }
        return files;
    }

    private static void check(String name) throws IOException {
        boolean outside =
                name.startsWith("/")
                        || name.matches("[A-Za-z]:.*")
                        || ("/" + name + "/").contains("/../")
                        || name.length() > 400
                        || name.chars().anyMatch(c -> c < ' ');
        if (outside) {
            throw new IOException("the name '" + Names.printable(name) + "' points outside");
        }
    }
}
