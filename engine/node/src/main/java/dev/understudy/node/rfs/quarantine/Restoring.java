package dev.understudy.node.rfs.quarantine;

import dev.understudy.core.rfs.QuarantineEntry;
import dev.understudy.node.rfs.tree.Attributes;
import dev.understudy.node.rfs.tree.FileCopier;
import dev.understudy.node.rfs.tree.PlainTree;
import dev.understudy.posix.CString;
import dev.understudy.posix.Errno;
import dev.understudy.posix.fs.At;
import dev.understudy.posix.fs.Fd;
import dev.understudy.posix.fs.Stat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Puts files of a quarantine entry back, through the mounts as any program would: what is written
/// is replicated. For one platform thread.
public final class Restoring {
    private static final String TEMPORARY = ".understudy-restored-";
    private static final int CONFLICTS_SHOWN = 10;

    private final Quarantine.Held held;
    private final Map<String, Path> directories;
    private final FileCopier copier;
    private final Stat stat = new Stat();
    private final Map<String, Integer> roots = new HashMap<>();
    private int made;

    /// What it came to.
    public sealed interface Result {
        /// The files are back.
        record Done(long files) implements Result {}

        /// These are there already; nothing was written.
        record Conflicts(List<String> paths) implements Result {}

        /// The entry has nothing of the names given.
        record Nothing() implements Result {}
    }

    /// @param directories path of each replicated directory by its id
    public Restoring(Quarantine.Held held, Map<String, Path> directories) {
        this.held = held;
        this.directories = Map.copyOf(directories);
        copier = new FileCopier("quarantine", Long.MAX_VALUE);
    }

    /// Shows a file as an operator names it: `<directory id>/<path>`.
    public static String name(QuarantineEntry.Kept file) {
        byte[] path = file.path().getBytes(StandardCharsets.ISO_8859_1);
        return file.directory() + "/" + new String(path, StandardCharsets.UTF_8);
    }

    /// Puts files back.
    ///
    /// @param names files, or directories with all below them, as [#name] gives them
    /// @param replaces whether what is there now is replaced
    /// @throws IOException with the error of the file system; files before that one are back
    public Result run(List<String> names, boolean replaces) throws IOException {
        List<QuarantineEntry.Kept> files = chosen(names);
        if (files.isEmpty()) {
            return new Result.Nothing();
        }
        try {
            if (!replaces) {
                List<String> conflicts = conflicts(files);
                if (!conflicts.isEmpty()) {
                    return new Result.Conflicts(conflicts);
                }
            }
            for (QuarantineEntry.Kept file : files) {
                restore(file, replaces);
            }
            return new Result.Done(files.size());
        } finally {
            roots.values().forEach(Fd::close);
        }
    }

    private List<QuarantineEntry.Kept> chosen(List<String> names) {
        List<QuarantineEntry.Kept> files = new ArrayList<>();
        QuarantineEntry entry = held.entry();
        for (QuarantineEntry.Kept file :
                entry == null ? List.<QuarantineEntry.Kept>of() : entry.files()) {
            String name = name(file);
            boolean isMeant =
                    names.stream().anyMatch(n -> name.equals(n) || name.startsWith(n + "/"));
            if (isMeant
                    && file.type() != Stat.S_IFDIR
                    && directories.containsKey(file.directory())) {
                files.add(file);
            }
        }
        return files;
    }

    private int root(String key, Path directory) throws IOException {
        Integer known = roots.get(key);
        if (known == null) {
            known = PlainTree.open(directory);
            roots.put(key, known);
        }
        return known;
    }

    private int target(QuarantineEntry.Kept file) throws IOException {
        String id = file.directory();
        return root("to " + id, Objects.requireNonNull(directories.get(id)));
    }

    private static List<byte[]> parts(QuarantineEntry.Kept file) {
        List<byte[]> parts = new ArrayList<>();
        for (String part : file.path().split("/", -1)) {
            parts.add(part.getBytes(StandardCharsets.ISO_8859_1));
        }
        return parts;
    }

    private List<String> conflicts(List<QuarantineEntry.Kept> files) throws IOException {
        List<String> conflicts = new ArrayList<>();
        for (QuarantineEntry.Kept file : files) {
            if (conflicts.size() < CONFLICTS_SHOWN && isThere(target(file), parts(file), 0)) {
                conflicts.add(name(file));
            }
        }
        return conflicts;
    }

    private boolean isThere(int directory, List<byte[]> parts, int at) throws IOException {
        try (CString name = CString.of(parts.get(at))) {
            int found = stat.of(directory, name.address());
            if (found == -Errno.ENOENT) {
                return false;
            }
            Errno.check("statx", found);
        }
        if (at == parts.size() - 1 || !stat.isDirectory()) {
            return true; // a file where a directory is needed is in the way too
        }
        int below = copier.openDirectory(directory, parts.get(at));
        try {
            return isThere(below, parts, at + 1);
        } finally {
            Fd.close(below);
        }
    }

    private void restore(QuarantineEntry.Kept file, boolean replaces) throws IOException {
        Path folder = held.files().resolve(file.directory());
        int from = root("from " + file.directory(), folder);
        descend(from, target(file), parts(file), 0, replaces);
    }

    private void descend(int from, int to, List<byte[]> parts, int at, boolean replaces)
            throws IOException {
        byte[] name = parts.get(at);
        int source = copier.open(from, name);
        int below = -1;
        try {
            Attributes attributes = copier.attributes(source);
            if (at == parts.size() - 1) {
                put(source, attributes, to, name, replaces);
                return;
            }
            boolean isNew = !isThere(to, List.of(name), 0);
            below = copier.openDirectory(to, name);
            if (isNew) {
                copier.give(below, attributes);
            }
            descend(source, below, parts, at + 1, replaces);
        } finally {
            Fd.close(source);
            if (below >= 0) {
                Fd.close(below);
            }
        }
    }

    /// Under another name first: nobody sees half a file, and what was there goes at once.
    private void put(int source, Attributes a, int directory, byte[] name, boolean replaces)
            throws IOException {
        String temporary = TEMPORARY + held.id() + "-" + made++;
        byte[] bytes = temporary.getBytes(StandardCharsets.UTF_8);
        PlainTree.remove(directory, bytes); // of an attempt that was interrupted
        try (CString from = CString.of(bytes);
                CString to = CString.of(name)) {
            try {
                copier.copy(source, a, directory, bytes);
                int flags = replaces ? 0 : At.RENAME_NOREPLACE;
                Errno.check(
                        "put back a file",
                        At.renameat2(directory, from.address(), directory, to.address(), flags));
            } catch (IOException e) {
                At.unlinkat(directory, from.address(), 0);
                throw e;
            }
        }
    }
}
