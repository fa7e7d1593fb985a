package dev.understudy.node.rfs.tree;

import dev.understudy.posix.Errno;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Dirents;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Stat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Removes whole directories, children first. Needs as many descriptors as the directory is deep.
final class Removal {
    private static final int OPEN = At.O_RDONLY | At.O_DIRECTORY | At.O_NOFOLLOW | At.O_CLOEXEC;

    private final LowerTree tree;
    private final Stat stat = new Stat();

    Removal(LowerTree tree) {
        this.tree = tree;
    }

    /// Removes the excluded entries of a directory.
    ///
    /// @return 0 or a negated errno
    int removeExcluded(LowerFile directory) {
        int fd = tree.pin(directory);
        if (fd < 0) {
            return fd;
        }
        try {
            for (Child child : children(fd)) {
                if (tree.excludes(directory, child.name, child.isDirectory)) {
                    int result = remove(fd, child.name, child.isDirectory);
                    if (result < 0) {
                        return result;
                    }
                }
            }
            return 0;
        } catch (IOException e) {
            return -Errno.EIO;
        } finally {
            tree.unpin(directory);
        }
    }

    private record Child(byte[] name, boolean isDirectory) {}

    private List<Child> children(int fd) throws IOException {
        List<Child> children = new ArrayList<>();
        Dirents entries = new Dirents().over(fd);
        while (entries.advance()) {
            if (stat.of(fd, entries.nameAddress()) >= 0) {
                children.add(new Child(entries.name(), stat.isDirectory()));
            }
        }
        return children;
    }

    /// Removes one name with everything below it; ids leave the tree's tables.
    ///
    /// @return 0 or a negated errno
    int remove(int parent, byte[] name, boolean isDirectory) {
        try (var c = dev.understudy.posix.CString.of(name)) {
            LowerFile file = tree.findAt(parent, c.address(), stat);
            if (file == null) {
                return tree.lastErrno() == Errno.ENOENT ? 0 : -tree.lastErrno();
            }
            boolean last = stat.links() == 1 || isDirectory;
            if (isDirectory) {
                int fd = At.openat(parent, c.address(), OPEN, 0);
                if (fd < 0) {
                    return fd;
                }
                try {
                    for (Child child : children(fd)) {
                        int result = remove(fd, child.name, child.isDirectory);
                        if (result < 0) {
                            return result;
                        }
                    }
                } catch (IOException e) {
                    return -Errno.EIO;
                } finally {
                    Fd.close(fd);
                }
            }
            if (last) {
                tree.readIdOf(file);
            }
            int result = At.unlinkat(parent, c.address(), isDirectory ? At.AT_REMOVEDIR : 0);
            if (result >= 0 && last) {
                tree.vanished(file, false);
            }
            return result;
        }
    }
}
