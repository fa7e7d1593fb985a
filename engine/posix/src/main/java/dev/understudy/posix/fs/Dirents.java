package dev.understudy.posix.fs;

import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Walks the entries of one open directory; reusable, for one thread. `.` and `..` are skipped.
///
/// Layout: `struct linux_dirent64 {u64 ino; s64 off; u16 reclen; u8 type; char name[]}`,
/// linux/dirent.h.
public final class Dirents {
    private static final int SIZE = 64 << 10;

    private final ByteBuffer bytes = Native.allocate(SIZE, 8);
    private final long address = Native.address(bytes);
    private int fd = -1;
    private int end;
    private int next;
    private int at;

    /// Makes a walker over no directory yet.
    public Dirents() {}

    /// Starts at the first entry of a directory that is open for reading; moves its position.
    public Dirents over(int directory) {
        fd = directory;
        end = 0;
        next = 0;
        Fd.lseek(fd, 0, 0);
        return this;
    }

    /// Moves to the next entry.
    ///
    /// @return false at the end
    /// @throws IOException if the directory cannot be read
    public boolean advance() throws IOException {
        while (true) {
            if (next >= end) {
                end = (int) Errno.check("read directory", Fd.getdents64(fd, address, SIZE));
                next = 0;
                if (end == 0) {
                    return false;
                }
            }
            at = next;
            next = at + (bytes.getShort(at + 16) & 0xffff);
            if (!dots()) {
                return true;
            }
        }
    }

    private boolean dots() {
        return bytes.get(at + 19) == '.'
                && (bytes.get(at + 20) == 0
                        || (bytes.get(at + 20) == '.' && bytes.get(at + 21) == 0));
    }

    /// Gives the inode number of the entry.
    public long ino() {
        return bytes.getLong(at);
    }

    /// Gives the type of the entry as `S_IF...` bits, 0 if the file system does not say.
    public int type() {
        return (bytes.get(at + 18) & 0xf) << 12; // linux/fs_types.h: DT_x is S_IFx >> 12
    }

    /// Gives the address of the NUL-terminated name, valid until the next [#advance].
    public long nameAddress() {
        return address + at + 19;
    }

    /// Copies the name.
    public byte[] name() {
        int length = 0;
        while (bytes.get(at + 19 + length) != 0) {
            length++;
        }
        byte[] name = new byte[length];
        bytes.get(at + 19, name);
        return name;
    }
}
