package dev.understudy.posix.process;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import java.nio.file.Path;

/// Moves the calling *thread* into another namespace.
///
/// Only for a platform thread that ends afterwards or lives there for good: the carrier of a
/// virtual thread would keep the namespace.
public final class Namespaces {
    private static final int CLONE_NEWNS = 0x00020000; // linux/sched.h
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int CLONE_FS = 0x00000200;

    private Namespaces() {}

    /// Gives the thread a mount namespace of its own; its mounts are copies of the present ones.
    public static void unshareMounts() throws ErrnoException {
        Errno.check("unshare mounts", ProcessCalls.unshare(CLONE_NEWNS | CLONE_FS));
    }

    /// Gives the thread an empty network namespace of its own.
    public static void unshareNetwork() throws ErrnoException {
        Errno.check("unshare network", ProcessCalls.unshare(CLONE_NEWNET));
    }

    /// Enters the network namespace that a path names: /proc/PID/ns/net or /run/netns/NAME.
    public static void enterNetwork(Path path) throws ErrnoException {
        int fd = ProcessCalls.openReadOnly(path);
        Errno.check("open " + path, fd);
        try {
            Errno.check("enter " + path, ProcessCalls.setns(fd, CLONE_NEWNET));
        } finally {
            ProcessCalls.close(fd);
        }
    }
}
