package dev.understudy.posix.fuse;

import java.nio.ByteBuffer;

/// Looks at one request in a buffer; the buffer may hold many requests. All values are
/// bounds-checked by the buffer.
public final class FuseRequest {
    private FuseRequest() {}

    /// Gives the bytes of the whole request.
    public static int length(ByteBuffer in, int at) {
        return in.getInt(at + Fuse.IN_LEN);
    }

    /// Gives the operation.
    public static int opcode(ByteBuffer in, int at) {
        return in.getInt(at + Fuse.IN_OPCODE);
    }

    /// Gives what the reply has to repeat.
    public static long unique(ByteBuffer in, int at) {
        return in.getLong(at + Fuse.IN_UNIQUE);
    }

    /// Gives the file or directory it is about.
    public static long node(ByteBuffer in, int at) {
        return in.getLong(at + Fuse.IN_NODE);
    }

    /// Gives the caller's user.
    public static int uid(ByteBuffer in, int at) {
        return in.getInt(at + Fuse.IN_UID);
    }

    /// Gives the caller's group.
    public static int gid(ByteBuffer in, int at) {
        return in.getInt(at + Fuse.IN_GID);
    }

    /// Gives the caller's process.
    public static int pid(ByteBuffer in, int at) {
        return in.getInt(at + Fuse.IN_PID);
    }

    /// Gives the index of the body.
    public static int body(int at) {
        return at + Fuse.IN_HEADER;
    }
}
