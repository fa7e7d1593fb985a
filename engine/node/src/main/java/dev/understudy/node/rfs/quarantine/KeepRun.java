package dev.understudy.node.rfs.quarantine;

import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.FileId;
import dev.understudy.core.rfs.QuarantineEntry;
import dev.understudy.node.rfs.tree.Attributes;
import dev.understudy.node.rfs.tree.FileCopier;
import dev.understudy.node.rfs.tree.LowerFile;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.node.rfs.tree.TreeReader;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Stat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Copies what is in a set, out of the trees into a folder: names that lead to no file of the set
/// are passed by, directories are made where something below them is kept.
final class KeepRun {
    private final BlockSet own;
    private final FileCopier copier;
    private final BooleanSupplier isVoid;
    private final List<QuarantineEntry.Kept> kept = new ArrayList<>();

    /// A directory on the way: made in the folder when the first file needs it.
    private static final class Level {
        final @Nullable Level parent;
        final FileId id;
        final byte[] name;
        final String path;
        int fd;

        Level(@Nullable Level parent, FileId id, byte[] name, String path, int fd) {
            this.parent = parent;
            this.id = id;
            this.name = name;
            this.path = path;
            this.fd = fd;
        }
    }

    /// @param isVoid asked before each file: nobody wants the result any more
    KeepRun(BlockSet own, FileCopier copier, BooleanSupplier isVoid) {
        this.own = own;
        this.copier = copier;
        this.isVoid = isVoid;
    }

    List<QuarantineEntry.Kept> kept() {
        return kept;
    }

    /// Copies what one tree has of the set.
    ///
    /// @param folder open directory that gets a directory named as the tree
    /// @throws CancellationException void
    /// @throws FileCopier.NoRoom if there is no room
    void copy(KeptTree from, int folder) throws IOException {
        TreeReader reader = new TreeReader(from.tree());
        byte[] name = from.id().getBytes(StandardCharsets.UTF_8);
        Level above = new Level(null, FileId.NONE, new byte[0], "", folder);
        Level root = new Level(above, from.tree().rootId(), name, "", -1);
        try {
            walk(from, reader, root);
            leave(from.tree(), root);
        } finally {
            close(root);
        }
    }

    /// Nothing more comes into a directory: it gets its attributes, the time of before with them.
    private void leave(LowerTree tree, Level level) throws IOException {
        if (level.fd >= 0) {
            copier.give(level.fd, attributes(tree, level.id));
        }
    }

    private static void close(Level level) {
        if (level.fd >= 0) {
            Fd.close(level.fd);
        }
    }

    private void walk(KeptTree from, TreeReader reader, Level level) throws IOException {
        List<TreeReader.Entry> entries = reader.list(level.id);
        if (entries == null) {
            throw new IOException("directory '" + level.path + "' went away while it was kept");
        }
        for (TreeReader.Entry entry : entries) {
            if (isVoid.getAsBoolean()) {
                throw new CancellationException();
            }
            boolean isMine = own.isEverything() || isOwn(entry.id());
            String name = new String(entry.name(), StandardCharsets.ISO_8859_1);
            String path = level.path.isEmpty() ? name : level.path + "/" + name;
            if (entry.type() != Stat.S_IFDIR) {
                if (isMine) {
                    keep(from, entry, level, path);
                }
                continue;
            }
            Level below = new Level(level, entry.id(), entry.name(), path, -1);
            try {
                if (isMine) {
                    note(from, path, attributes(from.tree(), entry.id()));
                    open(from.tree(), below);
                }
                walk(from, reader, below);
                leave(from.tree(), below);
            } finally {
                close(below);
            }
        }
    }

    private boolean isOwn(FileId id) {
        return own.find(id.high(), id.low()) != null;
    }

    private void note(KeptTree from, String path, Attributes a) {
        kept.add(new QuarantineEntry.Kept(from.id(), path, a.type(), a.size(), a.mtimeSeconds()));
    }

    private int open(LowerTree tree, Level level) throws IOException {
        if (level.fd < 0 && level.parent != null) {
            level.fd = copier.openDirectory(open(tree, level.parent), level.name);
        }
        return level.fd;
    }

    private Attributes attributes(LowerTree tree, FileId id) throws IOException {
        LowerFile file = pinned(tree, id);
        try {
            return copier.attributes(file.fd());
        } finally {
            tree.unpin(file);
        }
    }

    private static LowerFile pinned(LowerTree tree, FileId id) throws IOException {
        LowerFile file = tree.byId(id);
        if (file == null || tree.pin(file) < 0) {
            throw new IOException("file " + id + " went away while it was kept");
        }
        return file;
    }

    private void keep(KeptTree from, TreeReader.Entry entry, Level level, String path)
            throws IOException {
        LowerFile file = pinned(from.tree(), entry.id());
        try {
            Attributes attributes = copier.attributes(file.fd());
            copier.copy(file.fd(), attributes, open(from.tree(), level), entry.name());
            note(from, path, attributes);
        } finally {
            from.tree().unpin(file);
        }
    }
}
