package dev.understudy.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Remembers a process across the guard's own death: number and start time.
final class PidFile {
    private PidFile() {}

    static void write(Path file, long pid) throws IOException {
        Files.writeString(file, pid + " " + Child.startTime(pid) + "\n");
    }

    /// Gives the process named in the file when exactly that one still runs, else 0.
    static long living(Path file) {
        try {
            String[] words = Files.readString(file).strip().split(" ", -1);
            long pid = Long.parseLong(words[0]);
            boolean isSame = words.length == 2 && words[1].equals(Child.startTime(pid));
            return isSame && !words[1].isEmpty() ? pid : 0;
        } catch (IOException | NumberFormatException e) {
            return 0; // no file, or a torn one: nothing is known
        }
    }
}
