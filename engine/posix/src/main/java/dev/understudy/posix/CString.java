package dev.understudy.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// A NUL-terminated string in native memory, freed on close.
///
/// File names are bytes, not text: use the byte form for names that came from a directory.
public final class CString implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment bytes;

    private CString(byte[] name) {
        bytes = arena.allocate(name.length + 1L);
        MemorySegment.copy(name, 0, bytes, ValueLayout.JAVA_BYTE, 0, name.length);
    }

    /// Copies a Java string as UTF-8.
    public static CString of(String text) {
        return new CString(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Copies bytes as they are.
    ///
    /// @param name without NUL bytes
    public static CString of(byte[] name) {
        return new CString(name);
    }

    /// Gives the address to pass to a call; valid until close.
    public long address() {
        return bytes.address();
    }

    @Override
    public void close() {
        arena.close();
    }
}
