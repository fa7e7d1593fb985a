package dev.understudy.posix.process;

import static dev.understudy.posix.Native.INT;
import static dev.understudy.posix.Native.LONG;

import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.Native;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/// Makes named pipes (mkfifo(3)): output of a program that leaves a daemon behind.
///
/// The JDK closes its end of an anonymous pipe as soon as the program it started has ended; a
/// daemon that inherited the other end would die of SIGPIPE at its next line. The reader of a named
/// pipe belongs to us and stays.
public final class NamedPipe {
    private static final MethodHandle MKFIFO = Native.bind("mkfifo", INT, LONG, INT);

    private NamedPipe() {}

    /// Makes a named pipe that only its owner may open.
    public static void make(Path path) throws IOException {
        MemorySegment state = Native.capture();
        int result;
        try (CString name = CString.of(path.toString())) {
            result = Native.result((int) MKFIFO.invokeExact(state, name.address(), 0600), state);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
        Errno.check("mkfifo " + path, result);
    }
}
