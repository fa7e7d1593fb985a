package dev.understudy.posix.process;

import dev.understudy.posix.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongPredicate;

/// Waits for orphans that a subreaper got, so that they do not stay as zombies.
///
/// The JDK waits for the children it started and for no others; their status must be left to it.
public final class Orphans {
    private static final int P_PID = 1; // linux/wait.h
    private static final int WNOHANG = 1;
    private static final int WEXITED = 4;

    private Orphans() {}

    /// Reaps ended children of this process that nobody else waits for.
    ///
    /// @param isOwn tells the children started through the JDK, which are left alone
    /// @return number reaped
    public static int reap(LongPredicate isOwn) throws IOException {
        int reaped = 0;
        for (ProcessHandle child : ProcessHandle.current().children().toList()) {
            long pid = child.pid();
            if (!isOwn.test(pid) && isZombie(pid)) {
                int result = ProcessCalls.waitid(P_PID, (int) pid, 0, WEXITED | WNOHANG);
                if (result != -Errno.ECHILD) {
                    Errno.check("waitid " + pid, result);
                    reaped++;
                }
            }
        }
        return reaped;
    }

    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException e) {
            return false;
        }
    }
}
