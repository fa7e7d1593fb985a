package dev.understudy.node.rfs.undo;

import dev.understudy.core.rfs.FileId;
import dev.understudy.node.rfs.tree.TreeReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Names of a directory in a record.
final class Names {
    private static final int FIXED_BYTES = 18;

    /// One name and the file that it led to.
    record Name(byte[] name, FileId id) {}

    private Names() {}

    static int bytes(byte[] name) {
        return FIXED_BYTES + name.length;
    }

    static void put(ByteBuffer to, TreeReader.Entry entry) {
        to.putLong(entry.id().high()).putLong(entry.id().low());
        to.putShort((short) entry.name().length).put(entry.name());
    }

    static List<Name> read(ByteBuffer from) {
        List<Name> names = new ArrayList<>();
        while (from.hasRemaining()) {
            FileId id = new FileId(from.getLong(), from.getLong());
            byte[] name = new byte[from.getShort() & 0xffff];
            from.get(name);
            names.add(new Name(name, id));
        }
        return names;
    }
}
