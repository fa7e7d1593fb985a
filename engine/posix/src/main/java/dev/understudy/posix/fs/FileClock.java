package dev.understudy.posix.fs;

import static dev.understudy.posix.Native.INT;
import static dev.understudy.posix.Native.LONG;

import dev.understudy.posix.Native;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/// The clock that the kernel stamps files with, a tick behind the exact one; reusable, for one
/// thread. Stamps of ours and of the kernel never run backwards against each other.
public final class FileClock {
    private static final int CLOCK_REALTIME_COARSE = 5; // linux/time.h
    private static final MethodHandle CLOCK_GETTIME = Native.bind("clock_gettime", INT, INT, LONG);

    private final ByteBuffer time = Native.allocate(16, 8);
    private final long address = Native.address(time);

    /// Makes a clock that was not read yet.
    public FileClock() {}

    /// Reads the clock.
    public FileClock read() {
        MemorySegment captured = Native.capture();
        try {
            int _ = (int) CLOCK_GETTIME.invokeExact(captured, CLOCK_REALTIME_COARSE, address);
        } catch (Throwable t) {
            throw Native.wrong(t);
        }
        return this;
    }

    /// Gives the seconds since 1970 of the last reading.
    public long seconds() {
        return time.getLong(0);
    }

    /// Gives the nanoseconds of the last reading.
    public int nanos() {
        return (int) time.getLong(8);
    }
}
