package dev.understudy.posix.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Tells which groups a process belongs to, from /proc/PID/status, see proc(5).
public final class Groups {
    private Groups() {}

    /// Tells whether a process acts for a group, by its own or by its supplementary ones; false
    /// when the process is not to be seen from here.
    public static boolean isMember(long pid, int group) {
        try {
            byte[] status = Files.readAllBytes(Path.of("/proc/" + pid + "/status"));
            return isMember(new String(status, StandardCharsets.ISO_8859_1), group);
        } catch (IOException e) {
            return false; // ended, or of another pid namespace
        }
    }

    /// Looks into the text: `Gid:` has real, effective, saved and file system group, `Groups:` the
    /// supplementary ones.
    static boolean isMember(String status, int group) {
        String wanted = Integer.toUnsignedString(group);
        for (String line : status.split("\n", -1)) {
            String[] words = line.trim().split("\\s+", -1);
            if (words[0].equals("Gid:") && words.length > 4 && words[4].equals(wanted)) {
                return true;
            }
            for (int i = 1; words[0].equals("Groups:") && i < words.length; i++) {
                if (words[i].equals(wanted)) {
                    return true;
                }
            }
        }
        return false;
    }
}
