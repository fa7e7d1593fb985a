package dev.understudy.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The one linker of the product: binds libc functions so that errno is captured with the call.
///
/// Pointers travel as `long` addresses: on the 64-bit ABIs of Linux a pointer and a 64-bit integer
/// use the same register, and a raw address costs no allocation. Callers keep the memory alive by
/// owning the direct buffer it belongs to.
public final class Native {
    /// C `int`.
    public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    /// C `long`, `size_t`, `off_t` and every pointer.
    public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO_OFFSET =
            STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final VarHandle INT_AT = ValueLayout.JAVA_INT_UNALIGNED.varHandle();
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

    private Native() {}

    /// Binds a libc function whose first Java argument is the capture segment from [#capture].
    ///
    /// @param name symbol in libc
    /// @param result [#INT] or [#LONG]
    /// @param arguments [#INT] or [#LONG] each
    public static MethodHandle bind(String name, MemoryLayout result, MemoryLayout... arguments) {
        MemorySegment symbol =
                LINKER.defaultLookup()
                        .find(name)
                        .orElseThrow(() -> new UnsatisfiedLinkError("libc has no " + name));
        return LINKER.downcallHandle(symbol, FunctionDescriptor.of(result, arguments), CAPTURE);
    }

    /// Binds a variadic libc function such as `syscall`, `fcntl`, `ioctl` or `open`.
    ///
    /// @param fixed number of arguments before the dots
    public static MethodHandle bindVariadic(
            String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
        MemorySegment symbol =
                LINKER.defaultLookup()
                        .find(name)
                        .orElseThrow(() -> new UnsatisfiedLinkError("libc has no " + name));
        return LINKER.downcallHandle(
                symbol,
                FunctionDescriptor.of(result, arguments),
                CAPTURE,
                Linker.Option.firstVariadicArg(fixed));
    }

    /// Tells whether this libc has a function, for those that came with a later version.
    public static boolean has(String name) {
        return LINKER.defaultLookup().find(name).isPresent();
    }

    /// Gives this thread's capture segment, the first argument of each bound handle.
    public static MemorySegment capture() {
        return CAPTURED.get();
    }

    /// Turns a C result into ours: the value itself, or the negated errno when it was -1.
    public static int result(int value, MemorySegment captured) {
        return value == -1 ? -(int) INT_AT.get(captured, ERRNO_OFFSET) : value;
    }

    /// Turns a C result into ours: the value itself, or the negated errno when it was -1.
    public static long result(long value, MemorySegment captured) {
        return value == -1 ? -(int) INT_AT.get(captured, ERRNO_OFFSET) : value;
    }

    /// Wraps what a method handle may throw; a bound function itself never throws.
    public static AssertionError wrong(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        return new AssertionError("a native call threw", thrown);
    }

    /// Allocates a direct buffer in native byte order whose address is a multiple of `alignment`.
    ///
    /// @param alignment a power of two, in bytes
    public static ByteBuffer allocate(int sizeBytes, int alignment) {
        return ByteBuffer.allocateDirect(sizeBytes + alignment)
                .alignedSlice(alignment)
                .slice(0, sizeBytes)
                .order(ByteOrder.nativeOrder());
    }

    /// Like [#map], and given back when no buffer on it is reachable any more: for what is large,
    /// mostly untouched, and shared too widely to be given back by hand. Unlike
    /// [ByteBuffer#allocateDirect] it is not written to beforehand and knows no limit.
    ///
    /// @throws OutOfMemoryError if the address space is used up
    public static ByteBuffer pages(int sizeBytes) {
        long address = mapped(sizeBytes);
        return MemorySegment.ofAddress(address)
                .reinterpret(sizeBytes, Arena.ofAuto(), gone -> unmap(gone.address(), sizeBytes))
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    /// Maps fresh anonymous memory: page-aligned, zero, and only touched pages cost anything.
    ///
    /// @throws OutOfMemoryError if the address space is used up
    public static ByteBuffer map(long sizeBytes) {
        return MemorySegment.ofAddress(mapped(sizeBytes))
                .reinterpret(sizeBytes)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    private static long mapped(long sizeBytes) {
        MemorySegment captured = capture();
        long address;
        try {
            address =
                    result(
                            (long)
                                    Maps.MMAP.invokeExact(
                                            captured,
                                            0L,
                                            sizeBytes,
                                            Maps.PROT_READ_WRITE,
                                            Maps.PRIVATE_ANONYMOUS_NORESERVE,
                                            -1,
                                            0L),
                            captured);
        } catch (Throwable t) {
            throw wrong(t);
        }
        if (address < 0 && address > -4096) {
            throw new OutOfMemoryError("mmap of " + sizeBytes + ": " + Errno.words((int) address));
        }
        return address;
    }

    /// Gives memory from [#map] back; no buffer on it may be used afterwards.
    public static void unmap(ByteBuffer mapped) {
        unmap(address(mapped), mapped.capacity());
    }

    private static void unmap(long address, long sizeBytes) {
        MemorySegment captured = capture();
        try {
            int _ = (int) Maps.MUNMAP.invokeExact(captured, address, sizeBytes);
        } catch (Throwable t) {
            throw wrong(t);
        }
    }

    /// Gives the pages of memory from [#map] back but keeps the addresses: late readers see zeros.
    public static void discard(ByteBuffer mapped) {
        MemorySegment captured = capture();
        try {
            int _ =
                    (int)
                            Maps.MADVISE.invokeExact(
                                    captured,
                                    address(mapped),
                                    (long) mapped.capacity(),
                                    Maps.MADV_DONTNEED);
        } catch (Throwable t) {
            throw wrong(t);
        }
    }

    private static final class Maps {
        // asm-generic/mman-common.h
        static final int PROT_READ_WRITE = 3;
        static final int PRIVATE_ANONYMOUS_NORESERVE = 0x2 | 0x20 | 0x4000;
        static final MethodHandle MMAP = bind("mmap", LONG, LONG, LONG, INT, INT, INT, LONG);
        static final int MADV_DONTNEED = 4;
        static final MethodHandle MADVISE = bind("madvise", INT, LONG, LONG, INT);
        static final MethodHandle MUNMAP = bind("munmap", INT, LONG, LONG);
    }

    /// Gives the address of index 0 of a direct buffer; valid as long as the buffer is reachable.
    public static long address(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct.duplicate().clear()).address();
    }
}
