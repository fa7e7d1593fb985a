package dev.understudy.posix.fs;

import static dev.understudy.posix.Native.INT;
import static dev.understudy.posix.Native.LONG;

import dev.understudy.posix.Native;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Extended attributes; each call returns a negated errno on failure.
///
/// Names are addresses of NUL-terminated strings such as `user.x`.
public final class Xattr {
    /// Fail if it exists. linux/xattr.h
    public static final int XATTR_CREATE = 1;

    /// Fail if it is missing. linux/xattr.h
    public static final int XATTR_REPLACE = 2;

    private static final MethodHandle FGET = Native.bind("fgetxattr", LONG, INT, LONG, LONG, LONG);
    private static final MethodHandle FSET =
            Native.bind("fsetxattr", INT, INT, LONG, LONG, LONG, INT);
    private static final MethodHandle FREMOVE = Native.bind("fremovexattr", INT, INT, LONG);
    private static final MethodHandle FLIST = Native.bind("flistxattr", LONG, INT, LONG, LONG);
    private static final MethodHandle GET = Native.bind("getxattr", LONG, LONG, LONG, LONG, LONG);
    private static final MethodHandle LGET = Native.bind("lgetxattr", LONG, LONG, LONG, LONG, LONG);
    private static final MethodHandle SET =
            Native.bind("setxattr", INT, LONG, LONG, LONG, LONG, INT);
    private static final MethodHandle REMOVE = Native.bind("removexattr", INT, LONG, LONG);
    private static final MethodHandle LIST = Native.bind("listxattr", LONG, LONG, LONG, LONG);

    private Xattr() {}

    /// Reads a value; length 0 asks for its size.
    ///
    /// @return bytes of the value
    public static long fget(int fd, long name, long value, long length) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (long) FGET.invokeExact(captured, fd, name, value, length), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Sets a value.
    ///
    /// @param flags [#XATTR_CREATE], [#XATTR_REPLACE] or 0
    public static int fset(int fd, long name, long value, long length, int flags) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) FSET.invokeExact(captured, fd, name, value, length, flags), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Removes an attribute.
    public static int fremove(int fd, long name) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((int) FREMOVE.invokeExact(captured, fd, name), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Lists names, NUL-terminated one after the other; length 0 asks for the size.
    ///
    /// @return bytes of the list
    public static long flist(int fd, long names, long length) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((long) FLIST.invokeExact(captured, fd, names, length), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Reads a value of what a path leads to. For files that cannot be opened (links, devices) the
    /// path is the descriptor in /proc, see [ProcPath].
    public static long get(long path, long name, long value, long length) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (long) GET.invokeExact(captured, path, name, value, length), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Reads a value of the path itself: a symbolic link in its last component is not followed.
    public static long lget(long path, long name, long value, long length) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (long) LGET.invokeExact(captured, path, name, value, length), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Sets a value of what a path leads to.
    public static int set(long path, long name, long value, long length, int flags) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result(
                    (int) SET.invokeExact(captured, path, name, value, length, flags), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Removes an attribute of what a path leads to.
    public static int remove(long path, long name) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((int) REMOVE.invokeExact(captured, path, name), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }

    /// Lists names of what a path leads to.
    public static long list(long path, long names, long length) {
        MemorySegment captured = Native.capture();
        try {
            return Native.result((long) LIST.invokeExact(captured, path, names, length), captured);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
    }
}
