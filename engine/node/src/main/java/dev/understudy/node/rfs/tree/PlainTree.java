package dev.understudy.node.rfs.tree;

import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Dirents;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Stat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Copies and removes whole directories that nobody replicates, by bytes of names. Needs as many
/// descriptors as they are deep.
public final class PlainTree {
    private static final int OPEN = At.O_RDONLY | At.O_DIRECTORY | At.O_NOFOLLOW | At.O_CLOEXEC;

    private final Stat stat = new Stat();
    private final Dirents entries = new Dirents();

    private PlainTree() {}

    /// Opens a directory by its path.
    ///
    /// @return descriptor, the caller's to close
    /// @throws IOException if it cannot be opened
    public static int open(java.nio.file.Path directory) throws IOException {
        try (CString name = CString.of(directory.toString())) {
            int flags = At.O_RDONLY | At.O_DIRECTORY | At.O_CLOEXEC;
            return Errno.check(
                    "open " + directory, At.openat(At.AT_FDCWD, name.address(), flags, 0));
        }
    }

    private List<byte[]> names(int directory) throws IOException {
        List<byte[]> names = new ArrayList<>();
        entries.over(directory);
        while (entries.advance()) {
            names.add(entries.name());
        }
        return names;
    }

    /// Copies what is in a directory, with everything below, into another one.
    ///
    /// @return the number of files, directories left out
    /// @throws IOException with the error of the file system
    public static long copy(int from, int to, FileCopier copier) throws IOException {
        return new PlainTree().copyAll(from, to, copier);
    }

    private long copyAll(int from, int to, FileCopier copier) throws IOException {
        long files = 0;
        for (byte[] name : names(from)) {
            int source = copier.open(from, name);
            try {
                Attributes attributes = copier.attributes(source);
                if (!attributes.isDirectory()) {
                    copier.copy(source, attributes, to, name);
                    files++;
                    continue;
                }
                int target = copier.openDirectory(to, name);
                try {
                    files += copyAll(source, target, copier);
                    copier.give(target, attributes);
                } finally {
                    Fd.close(target);
                }
            } finally {
                Fd.close(source);
            }
        }
        return files;
    }

    /// Removes a name with everything below it; one that is not there is fine.
    ///
    /// @throws IOException with the error of the file system
    public static void remove(int parent, byte[] name) throws IOException {
        new PlainTree().removeAll(parent, name);
    }

    private void removeAll(int parent, byte[] name) throws IOException {
        try (CString c = CString.of(name)) {
            int found = stat.of(parent, c.address());
            if (found == -Errno.ENOENT) {
                return;
            }
            Errno.check("statx", found);
            boolean isDirectory = stat.isDirectory();
            if (isDirectory) {
                int fd = Errno.check("open", At.openat(parent, c.address(), OPEN, 0));
                try {
                    for (byte[] child : names(fd)) {
                        removeAll(fd, child);
                    }
                } finally {
                    Fd.close(fd);
                }
            }
            int flags = isDirectory ? At.AT_REMOVEDIR : 0;
            Errno.check("remove", At.unlinkat(parent, c.address(), flags));
        }
    }
}
