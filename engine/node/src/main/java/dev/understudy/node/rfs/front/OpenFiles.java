package dev.understudy.node.rfs.front;

import dev.understudy.node.rfs.tree.LowerFile;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The file handles that the kernel holds: small numbers, looked up without a hash.
final class OpenFiles {
    private @Nullable LowerFile[] files = new @Nullable LowerFile[256];
    private int[] directoryFd = new int[256];
    private int[] free = new int[256];
    private int freeCount;
    private int used;

    /// Takes a handle.
    ///
    /// @param fd descriptor of a directory's own description, -1 for files
    int open(LowerFile file, int fd) {
        int handle;
        if (freeCount > 0) {
            handle = free[--freeCount];
        } else {
            if (used == files.length) {
                files = Arrays.copyOf(files, used * 2);
                directoryFd = Arrays.copyOf(directoryFd, used * 2);
                free = Arrays.copyOf(free, used * 2);
            }
            handle = used++;
        }
        files[handle] = file;
        directoryFd[handle] = fd;
        return handle;
    }

    @Nullable LowerFile file(long handle) {
        return handle >= 0 && handle < used ? files[(int) handle] : null;
    }

    int directoryFd(long handle) {
        return directoryFd[(int) handle];
    }

    void close(long handle) {
        files[(int) handle] = null;
        free[freeCount++] = (int) handle;
    }

    int used() {
        return used;
    }
}
