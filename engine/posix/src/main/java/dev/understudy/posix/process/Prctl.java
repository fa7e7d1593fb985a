package dev.understudy.posix.process;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;

/// Properties a process sets for itself.
///
/// @see "linux/prctl.h"
public final class Prctl {
    private static final int PR_SET_PDEATHSIG = 1;
    private static final int PR_SET_DUMPABLE = 4;
    private static final int PR_SET_CHILD_SUBREAPER = 36;
    private static final int PR_SET_IO_FLUSHER = 57;

    private Prctl() {}

    /// Makes orphaned descendants children of this process instead of init's.
    public static void becomeSubreaper() throws ErrnoException {
        Errno.check("PR_SET_CHILD_SUBREAPER", ProcessCalls.prctl(PR_SET_CHILD_SUBREAPER, 1));
    }

    /// Asks for a signal when the *thread* that started this process ends (prctl(2)).
    public static void signalAtParentsDeath(Signal signal) throws ErrnoException {
        Errno.check("PR_SET_PDEATHSIG", ProcessCalls.prctl(PR_SET_PDEATHSIG, signal.number()));
    }

    /// Lets this thread allocate memory while dirty pages wait for it.
    ///
    /// A process that serves a file system must not be made to wait for its own write-back. Needs
    /// CAP_SYS_RESOURCE.
    ///
    /// @return false when the capability is missing (containers) or the kernel is older than 5.6
    public static boolean becomeIoFlusher() throws ErrnoException {
        int result = ProcessCalls.prctl(PR_SET_IO_FLUSHER, 1);
        if (result == -Errno.EPERM || result == -Errno.EINVAL) {
            return false;
        }
        Errno.check("PR_SET_IO_FLUSHER", result);
        return true;
    }

    /// Keeps keys out of core dumps and away from ptrace of the same user.
    public static void forbidDumps() throws ErrnoException {
        Errno.check("PR_SET_DUMPABLE", ProcessCalls.prctl(PR_SET_DUMPABLE, 0));
    }
}
