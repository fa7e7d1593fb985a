package dev.understudy.posix.fs;

import static dev.understudy.posix.Native.INT;

import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Gives the current platform thread a umask of its own, so that the modes which operations state
/// are taken as they are. unshare(2) CLONE_FS works per thread.
public final class ThreadMask {
    private static final int CLONE_FS = 0x200; // linux/sched.h
    private static final MethodHandle UNSHARE = Native.bind("unshare", INT, INT);
    private static final MethodHandle UMASK = Native.bind("umask", INT, INT);
    private static final ThreadLocal<Boolean> DONE = ThreadLocal.withInitial(() -> false);

    private ThreadMask() {}

    /// Clears the umask of this thread only; cheap when repeated. Not for virtual threads.
    public static void clear() {
        if (DONE.get()) {
            return;
        }
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a virtual thread has no umask of its own");
        }
        MemorySegment captured = Native.capture();
        try {
            int result = Native.result((int) UNSHARE.invokeExact(captured, CLONE_FS), captured);
            if (result < 0) {
                throw new IllegalStateException("unshare: " + Errno.words(result));
            }
            int _ = (int) UMASK.invokeExact(captured, 0);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
        DONE.set(true);
    }
}
