package dev.understudy.posix;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/// The monotonic clock that also runs while the machine is suspended.
///
/// A lease must not outlive a suspension, so decisions use this clock and never [System#nanoTime],
/// which on Linux is CLOCK_MONOTONIC and stands still then.
///
/// @see "clock_gettime(2), CLOCK_BOOTTIME"
public final class BootClock {
    private static final int CLOCK_BOOTTIME = 7; // linux/time.h
    private static final MethodHandle CLOCK_GETTIME =
            Native.bind("clock_gettime", Native.INT, Native.INT, Native.LONG);
    private static final ThreadLocal<Timespec> TIMESPEC = ThreadLocal.withInitial(Timespec::new);

    /// A `struct timespec` of a thread and its address, so that reading the clock allocates
    /// nothing.
    private static final class Timespec {
        final ByteBuffer bytes = Native.allocate(16, 8);
        final long address = Native.address(bytes);
    }

    private BootClock() {}

    /// Nanoseconds since the machine started.
    public static long nowNs() {
        Timespec timespec = TIMESPEC.get();
        MemorySegment captured = Native.capture();
        int result;
        try {
            result = (int) CLOCK_GETTIME.invokeExact(captured, CLOCK_BOOTTIME, timespec.address);
        } catch (Throwable e) {
            throw Native.wrong(e);
        }
        if (Native.result(result, captured) < 0) {
            throw new AssertionError("CLOCK_BOOTTIME is in every Linux since 2.6.39");
        }
        return timespec.bytes.getLong(0) * 1_000_000_000L + timespec.bytes.getLong(8);
    }
}
