package dev.understudy.posix;

/// The one place where errno is met: numbers, names and words of failed system calls.
///
/// Calls of this module return a negated errno, never throw it; callers that cannot go on turn it
/// into an exception with [#failed]. Numbers are those of asm-generic/errno.h, equal on x86-64 and
/// AArch64.
public final class Errno {
    /// Operation not permitted.
    public static final int EPERM = 1;

    /// No such file or directory.
    public static final int ENOENT = 2;

    /// No such process.
    public static final int ESRCH = 3;

    /// Interrupted system call.
    public static final int EINTR = 4;

    /// Input/output error.
    public static final int EIO = 5;

    /// No such device or address.
    public static final int ENXIO = 6;

    /// Argument list too long.
    public static final int E2BIG = 7;

    /// Bad file descriptor.
    public static final int EBADF = 9;

    /// No child processes.
    public static final int ECHILD = 10;

    /// Resource temporarily unavailable.
    public static final int EAGAIN = 11;

    /// Cannot allocate memory.
    public static final int ENOMEM = 12;

    /// Permission denied.
    public static final int EACCES = 13;

    /// Bad address.
    public static final int EFAULT = 14;

    /// Device or resource busy.
    public static final int EBUSY = 16;

    /// File exists.
    public static final int EEXIST = 17;

    /// Invalid cross-device link.
    public static final int EXDEV = 18;

    /// No such device.
    public static final int ENODEV = 19;

    /// Not a directory.
    public static final int ENOTDIR = 20;

    /// Is a directory.
    public static final int EISDIR = 21;

    /// Invalid argument.
    public static final int EINVAL = 22;

    /// Too many open files in system.
    public static final int ENFILE = 23;

    /// Too many open files.
    public static final int EMFILE = 24;

    /// Inappropriate ioctl for device.
    public static final int ENOTTY = 25;

    /// Text file busy.
    public static final int ETXTBSY = 26;

    /// File too large.
    public static final int EFBIG = 27;

    /// No space left on device.
    public static final int ENOSPC = 28;

    /// Illegal seek.
    public static final int ESPIPE = 29;

    /// Read-only file system.
    public static final int EROFS = 30;

    /// Too many links.
    public static final int EMLINK = 31;

    /// Broken pipe.
    public static final int EPIPE = 32;

    /// Numerical argument out of domain.
    public static final int EDOM = 33;

    /// Numerical result out of range.
    public static final int ERANGE = 34;

    /// Resource deadlock avoided.
    public static final int EDEADLK = 35;

    /// File name too long.
    public static final int ENAMETOOLONG = 36;

    /// Function not implemented.
    public static final int ENOSYS = 38;

    /// Directory not empty.
    public static final int ENOTEMPTY = 39;

    /// Too many levels of symbolic links.
    public static final int ELOOP = 40;

    /// No data available.
    public static final int ENODATA = 61;

    /// Protocol error.
    public static final int EPROTO = 71;

    /// Value too large for defined data type.
    public static final int EOVERFLOW = 75;

    /// Socket operation on non-socket.
    public static final int ENOTSOCK = 88;

    /// Message too long.
    public static final int EMSGSIZE = 90;

    /// Protocol not supported.
    public static final int EPROTONOSUPPORT = 93;

    /// Operation not supported.
    public static final int EOPNOTSUPP = 95;

    /// Address family not supported by protocol.
    public static final int EAFNOSUPPORT = 97;

    /// Address already in use.
    public static final int EADDRINUSE = 98;

    /// Cannot assign requested address.
    public static final int EADDRNOTAVAIL = 99;

    /// Network is down.
    public static final int ENETDOWN = 100;

    /// Network is unreachable.
    public static final int ENETUNREACH = 101;

    /// Software caused connection abort.
    public static final int ECONNABORTED = 103;

    /// Connection reset by peer.
    public static final int ECONNRESET = 104;

    /// No buffer space available.
    public static final int ENOBUFS = 105;

    /// Transport endpoint is already connected.
    public static final int EISCONN = 106;

    /// Transport endpoint is not connected.
    public static final int ENOTCONN = 107;

    /// Connection timed out.
    public static final int ETIMEDOUT = 110;

    /// Connection refused.
    public static final int ECONNREFUSED = 111;

    /// Host is down.
    public static final int EHOSTDOWN = 112;

    /// No route to host.
    public static final int EHOSTUNREACH = 113;

    /// Operation already in progress.
    public static final int EALREADY = 114;

    /// Operation now in progress.
    public static final int EINPROGRESS = 115;

    /// Stale file handle.
    public static final int ESTALE = 116;

    /// Disk quota exceeded.
    public static final int EDQUOT = 122;

    /// Operation canceled.
    public static final int ECANCELED = 125;

    private Errno() {}

    /// Names an error number as the C headers do, `E?` with the number when it is not known here.
    ///
    /// @param errno positive, or negated as a call returned it
    public static String name(int errno) {
        return switch (Math.abs(errno)) {
            case EPERM -> "EPERM";
            case ENOENT -> "ENOENT";
            case ESRCH -> "ESRCH";
            case EINTR -> "EINTR";
            case EIO -> "EIO";
            case ENXIO -> "ENXIO";
            case E2BIG -> "E2BIG";
            case EBADF -> "EBADF";
            case ECHILD -> "ECHILD";
            case EAGAIN -> "EAGAIN";
            case ENOMEM -> "ENOMEM";
            case EACCES -> "EACCES";
            case EFAULT -> "EFAULT";
            case EBUSY -> "EBUSY";
            case EEXIST -> "EEXIST";
            case EXDEV -> "EXDEV";
            case ENODEV -> "ENODEV";
            case ENOTDIR -> "ENOTDIR";
            case EISDIR -> "EISDIR";
            case EINVAL -> "EINVAL";
            case ENFILE -> "ENFILE";
            case EMFILE -> "EMFILE";
            case ENOTTY -> "ENOTTY";
            case ETXTBSY -> "ETXTBSY";
            case EFBIG -> "EFBIG";
            case ENOSPC -> "ENOSPC";
            case ESPIPE -> "ESPIPE";
            case EROFS -> "EROFS";
            case EMLINK -> "EMLINK";
            case EPIPE -> "EPIPE";
            case EDOM -> "EDOM";
            case ERANGE -> "ERANGE";
            case EDEADLK -> "EDEADLK";
            case ENAMETOOLONG -> "ENAMETOOLONG";
            case ENOSYS -> "ENOSYS";
            case ENOTEMPTY -> "ENOTEMPTY";
            case ELOOP -> "ELOOP";
            case ENODATA -> "ENODATA";
            case EPROTO -> "EPROTO";
            case EOVERFLOW -> "EOVERFLOW";
            case ENOTSOCK -> "ENOTSOCK";
            case EMSGSIZE -> "EMSGSIZE";
            case EPROTONOSUPPORT -> "EPROTONOSUPPORT";
            case EOPNOTSUPP -> "EOPNOTSUPP";
            case EAFNOSUPPORT -> "EAFNOSUPPORT";
            case EADDRINUSE -> "EADDRINUSE";
            case EADDRNOTAVAIL -> "EADDRNOTAVAIL";
            case ENETDOWN -> "ENETDOWN";
            case ENETUNREACH -> "ENETUNREACH";
            case ECONNABORTED -> "ECONNABORTED";
            case ECONNRESET -> "ECONNRESET";
            case ENOBUFS -> "ENOBUFS";
            case EISCONN -> "EISCONN";
            case ENOTCONN -> "ENOTCONN";
            case ETIMEDOUT -> "ETIMEDOUT";
            case ECONNREFUSED -> "ECONNREFUSED";
            case EHOSTDOWN -> "EHOSTDOWN";
            case EHOSTUNREACH -> "EHOSTUNREACH";
            case EALREADY -> "EALREADY";
            case EINPROGRESS -> "EINPROGRESS";
            case ESTALE -> "ESTALE";
            case EDQUOT -> "EDQUOT";
            case ECANCELED -> "ECANCELED";
            default -> "E?" + Math.abs(errno);
        };
    }

    /// Says in words what an error number means.
    ///
    /// @param errno positive, or negated as a call returned it
    public static String words(int errno) {
        return switch (Math.abs(errno)) {
            case EPERM -> "operation not permitted";
            case ENOENT -> "no such file or directory";
            case ESRCH -> "no such process";
            case EINTR -> "interrupted system call";
            case EIO -> "input/output error";
            case ENXIO -> "no such device or address";
            case E2BIG -> "argument list too long";
            case EBADF -> "bad file descriptor";
            case ECHILD -> "no child processes";
            case EAGAIN -> "resource temporarily unavailable";
            case ENOMEM -> "cannot allocate memory";
            case EACCES -> "permission denied";
            case EFAULT -> "bad address";
            case EBUSY -> "device or resource busy";
            case EEXIST -> "file exists";
            case EXDEV -> "invalid cross-device link";
            case ENODEV -> "no such device";
            case ENOTDIR -> "not a directory";
            case EISDIR -> "is a directory";
            case EINVAL -> "invalid argument";
            case ENFILE -> "too many open files in system";
            case EMFILE -> "too many open files";
            case ENOTTY -> "inappropriate ioctl for device";
            case ETXTBSY -> "text file busy";
            case EFBIG -> "file too large";
            case ENOSPC -> "no space left on device";
            case ESPIPE -> "illegal seek";
            case EROFS -> "read-only file system";
            case EMLINK -> "too many links";
            case EPIPE -> "broken pipe";
            case EDOM -> "numerical argument out of domain";
            case ERANGE -> "numerical result out of range";
            case EDEADLK -> "resource deadlock avoided";
            case ENAMETOOLONG -> "file name too long";
            case ENOSYS -> "function not implemented";
            case ENOTEMPTY -> "directory not empty";
            case ELOOP -> "too many levels of symbolic links";
            case ENODATA -> "no data available";
            case EPROTO -> "protocol error";
            case EOVERFLOW -> "value too large for defined data type";
            case ENOTSOCK -> "socket operation on non-socket";
            case EMSGSIZE -> "message too long";
            case EPROTONOSUPPORT -> "protocol not supported";
            case EOPNOTSUPP -> "operation not supported";
            case EAFNOSUPPORT -> "address family not supported by protocol";
            case EADDRINUSE -> "address already in use";
            case EADDRNOTAVAIL -> "cannot assign requested address";
            case ENETDOWN -> "network is down";
            case ENETUNREACH -> "network is unreachable";
            case ECONNABORTED -> "software caused connection abort";
            case ECONNRESET -> "connection reset by peer";
            case ENOBUFS -> "no buffer space available";
            case EISCONN -> "transport endpoint is already connected";
            case ENOTCONN -> "transport endpoint is not connected";
            case ETIMEDOUT -> "connection timed out";
            case ECONNREFUSED -> "connection refused";
            case EHOSTDOWN -> "host is down";
            case EHOSTUNREACH -> "no route to host";
            case EALREADY -> "operation already in progress";
            case EINPROGRESS -> "operation now in progress";
            case ESTALE -> "stale file handle";
            case EDQUOT -> "disk quota exceeded";
            case ECANCELED -> "operation canceled";
            default -> "error " + Math.abs(errno);
        };
    }

    /// Makes the exception for a failed call that its caller cannot handle.
    ///
    /// @param call what was tried, with its object: `open /var/lib/x`
    /// @param result negated errno
    public static ErrnoException failed(String call, long result) {
        return new ErrnoException(call, (int) Math.abs(result));
    }

    /// Gives the result itself when the call worked.
    ///
    /// @throws ErrnoException with the words for a negated errno
    public static int check(String call, int result) throws ErrnoException {
        if (result < 0) {
            throw failed(call, result);
        }
        return result;
    }

    /// Gives the result itself when the call worked. For calls that are made so often that naming
    /// their object each time would cost more than they do.
    ///
    /// @param call what was tried: `open`
    /// @param object what it was tried with; asked for its text only when the call failed
    /// @throws ErrnoException with the words for a negated errno
    public static int check(String call, Object object, int result) throws ErrnoException {
        if (result < 0) {
            throw failed(call + " " + object, result);
        }
        return result;
    }

    /// Gives the result itself when the call worked.
    ///
    /// @throws ErrnoException with the words for a negated errno
    public static long check(String call, long result) throws ErrnoException {
        if (result < 0) {
            throw failed(call, result);
        }
        return result;
    }
}
