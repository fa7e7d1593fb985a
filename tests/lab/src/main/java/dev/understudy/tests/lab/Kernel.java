package dev.understudy.tests.lab;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/// The three system calls that a lab needs and a shell does not offer.
final class Kernel {
    private static final int O_RDONLY = 0; // asm-generic/fcntl.h
    private static final int O_CLOEXEC = 0x80000; // asm-generic/fcntl.h
    private static final int CLONE_NEWNET = 0x40000000; // linux/sched.h
    private static final long EXT4_IOC_SHUTDOWN =
            0x8004587DL; // fs/ext4/ext4.h: _IOR('X', 125, __u32)
    private static final int EXT4_GOING_FLAGS_NOLOGFLUSH = 2; // fs/ext4/ext4.h

    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle OPEN =
            variadic("open", ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    private static final MethodHandle CLOSE =
            function("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle SETNS =
            function(
                    "setns",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final MethodHandle IOCTL = ioctl();

    private Kernel() {}

    /// A file descriptor that is closed once.
    record Descriptor(int fd) implements AutoCloseable {
        @Override
        public void close() {
            try (Arena arena = Arena.ofConfined()) {
                int _ = (int) CLOSE.invokeExact(arena.allocate(CAPTURE), fd);
            } catch (Throwable t) {
                throw new LabException("close", t);
            }
        }
    }

    /// Opens a file or directory for reading.
    static Descriptor open(Path path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = arena.allocate(CAPTURE);
            int fd =
                    (int)
                            OPEN.invokeExact(
                                    capture,
                                    arena.allocateFrom(path.toString()),
                                    O_RDONLY | O_CLOEXEC);
            return new Descriptor(checked(fd, capture, "open " + path));
        } catch (LabException e) {
            throw e;
        } catch (Throwable t) {
            throw new LabException("open " + path, t);
        }
    }

    /// Moves the calling **platform** thread into a network namespace; sockets that it opens
    /// afterwards live there.
    static void enterNetwork(Path namespace) {
        try (Arena arena = Arena.ofConfined();
                Descriptor ns = open(namespace)) {
            MemorySegment capture = arena.allocate(CAPTURE);
            int result = (int) SETNS.invokeExact(capture, ns.fd(), CLONE_NEWNET);
            checked(result, capture, "setns " + namespace);
        } catch (LabException e) {
            throw e;
        } catch (Throwable t) {
            throw new LabException("setns " + namespace, t);
        }
    }

    /// Shuts an ext4 down as a loss of power does: the journal is not written out, every later call
    /// gives EIO.
    ///
    /// @see "fs/ext4/ioctl.c ext4_force_shutdown"
    static void shutdownFileSystem(Descriptor directory) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment capture = arena.allocate(CAPTURE);
            MemorySegment flags = arena.allocate(ValueLayout.JAVA_INT);
            flags.set(ValueLayout.JAVA_INT, 0, EXT4_GOING_FLAGS_NOLOGFLUSH);
            int result = (int) IOCTL.invokeExact(capture, directory.fd(), EXT4_IOC_SHUTDOWN, flags);
            checked(result, capture, "EXT4_IOC_SHUTDOWN");
        } catch (LabException e) {
            throw e;
        } catch (Throwable t) {
            throw new LabException("EXT4_IOC_SHUTDOWN", t);
        }
    }

    private static int checked(int result, MemorySegment capture, String what) {
        if (result < 0) {
            throw new LabException(what + ": errno " + (int) ERRNO.get(capture, 0L));
        }
        return result;
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                descriptor,
                Linker.Option.captureCallState("errno"));
    }

    private static MethodHandle variadic(String name, MemoryLayout first, MemoryLayout second) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, first, second),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(2));
    }

    private static MethodHandle ioctl() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("ioctl"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.ADDRESS),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(2));
    }
}
