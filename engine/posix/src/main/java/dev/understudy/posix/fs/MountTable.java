package dev.understudy.posix.fs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The mounts that this process sees, as /proc/self/mountinfo lists them; no mount is touched.
/// proc(5)
public final class MountTable {
    /// One mount; of several on one point the last listed is on top.
    ///
    /// @param point where it is mounted
    /// @param type of the file system, with its subtype after a dot
    /// @param device `major:minor` of the file system
    /// @param source what was named as its device
    public record Entry(String point, String type, String device, String source) {}

    private MountTable() {}

    /// Reads the table.
    ///
    /// @throws IOException if /proc is not there
    public static List<Entry> read() throws IOException {
        List<Entry> mounts = new ArrayList<>();
        for (String line :
                Files.readAllLines(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1)) {
            String[] fields = line.split(" ", -1);
            int dash = List.of(fields).indexOf("-");
            if (fields.length > 5 && dash > 0 && dash + 2 < fields.length) {
                String point =
                        new String(
                                unescape(fields[4]).getBytes(StandardCharsets.ISO_8859_1),
                                StandardCharsets.UTF_8);
                mounts.add(
                        new Entry(point, fields[dash + 1], fields[2], unescape(fields[dash + 2])));
            }
        }
        return mounts;
    }

    /// Undoes the octal escapes of space, tab, newline and backslash.
    private static String unescape(String field) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(field.charAt(i));
            }
        }
        return text.toString();
    }
}
