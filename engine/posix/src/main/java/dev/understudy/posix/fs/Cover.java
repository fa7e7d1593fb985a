package dev.understudy.posix.fs;

import dev.understudy.posix.Errno;
import java.io.IOException;
import java.nio.file.Path;

/// An empty, read-only mount between a directory and the mount of it that programs use: while that
/// one is exchanged, a program finds nothing and can write nothing, instead of reaching the
/// directory below.
public final class Cover {
    private static final String SOURCE = "understudy-cover";
    private static final String TYPE = "tmpfs";

    private Cover() {}

    /// Tells whether a mount is a cover.
    public static boolean is(MountTable.Entry mount) {
        return mount.type().equals(TYPE) && mount.source().equals(SOURCE);
    }

    /// Puts a cover on a directory; whoever needs what is below has it open already.
    ///
    /// @throws IOException if it cannot be mounted
    public static void put(Path directory) throws IOException {
        long flags = Mounts.MS_RDONLY | Mounts.MS_NOSUID | Mounts.MS_NODEV | Mounts.MS_NOEXEC;
        Errno.check(
                "cover " + directory,
                Mounts.mount(SOURCE, directory.toString(), TYPE, flags, "size=4k,mode=0555"));
    }

    /// Takes the cover away, also while somebody stands in it; nothing happens if the topmost mount
    /// is none.
    ///
    /// @throws IOException if the table of mounts cannot be read, or it cannot be unmounted
    public static void take(Path directory) throws IOException {
        boolean covered = false;
        for (MountTable.Entry mount : MountTable.read()) {
            if (mount.point().equals(directory.toString())) {
                covered = is(mount);
            }
        }
        if (covered) {
            Errno.check(
                    "uncover " + directory,
                    Mounts.unmount(directory.toString(), Mounts.MNT_DETACH));
        }
    }
}
