package dev.understudy.node.rfs.quarantine;

import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.QuarantineEntry;
import dev.understudy.core.rfs.QuarantineLimits;
import dev.understudy.node.rfs.tree.FileCopier;
import dev.understudy.node.rfs.tree.PlainTree;
import dev.understudy.node.store.AtomicFile;
import dev.understudy.posix.Errno;
import dev.understudy.posix.fs.Fd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The quarantine of one module on one node.
///
/// Each entry is a folder named after its moment: `entry` says what it holds (see
/// [QuarantineEntry]), `files/<directory id>/...` are the files, with owner, mode, attributes and
/// times. An entry is made under a name that begins with a dot and gets its own name when all of it
/// is durable, so a name is the claim to be complete; what a crash left under a dot is removed when
/// the next one is made. Calls from any thread; those that change something take turns.
public final class Quarantine {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);
    private static final Pattern NAMES = Pattern.compile("[0-9]{8}-[0-9]{6}(-[0-9]{1,4})?");
    private static final String ENTRY = "entry";
    private static final String FILES = "files";
    private static final String UNDER_WAY = ".new-";
    private static final String GOING = ".gone-";

    private final Path folder;
    private final QuarantineLimits limits;
    private final InstantSource clock;
    private final Consumer<String> onExpired;
    private volatile List<Held> known = List.of();

    /// An entry.
    ///
    /// @param entry what it holds; null if that record is damaged, the files are there all the same
    public record Held(String id, Path folder, @Nullable QuarantineEntry entry) {
        /// Gives the folder with the files.
        public Path files() {
            return folder.resolve(FILES);
        }

        /// Gives the bytes of data; 0 if the record is damaged.
        public long bytes() {
            return entry == null ? 0 : entry.bytes();
        }
    }

    /// A directory is no place to copy an entry to.
    public static final class BadTarget extends IOException {
        private static final long serialVersionUID = 1;

        BadTarget(String text) {
            super(text);
        }
    }

    /// Reads what is there.
    ///
    /// @param folder of the quarantine, made when there is something to keep
    /// @param onExpired hears what was removed because it was too old
    /// @throws IOException if the folder cannot be read
    public Quarantine(
            Path folder, QuarantineLimits limits, InstantSource clock, Consumer<String> onExpired)
            throws IOException {
        this.folder = folder;
        this.limits = limits;
        this.clock = clock;
        this.onExpired = onExpired;
        known = read();
    }

    /// Gives the limits.
    public QuarantineLimits limits() {
        return limits;
    }

    /// Lists the complete entries, oldest first.
    public List<Held> list() {
        return known;
    }

    /// Finds a complete entry.
    ///
    /// @return null if there is none of this name
    public @Nullable Held find(String id) {
        return known.stream().filter(held -> held.id.equals(id)).findFirst().orElse(null);
    }

    private List<Held> read() throws IOException {
        List<Held> held = new ArrayList<>();
        for (Path path : paths()) {
            String id = String.valueOf(path.getFileName());
            if (NAMES.matcher(id).matches()) {
                held.add(new Held(id, path, entry(path.resolve(ENTRY))));
            }
        }
        return List.copyOf(held);
    }

    private List<Path> paths() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    private static @Nullable QuarantineEntry entry(Path file) throws IOException {
        try {
            return QuarantineEntry.decode(Files.readAllBytes(file));
        } catch (NoSuchFileException damaged) {
            return null;
        }
    }

    // ---- keeping

    /// Copies the files of a set into a new entry; durable on return. Blocks for as long as that
    /// takes.
    ///
    /// @param own what may exist in this copy only
    /// @param isVoid asked before each file
    /// @return the entry; null if there was nothing to keep
    /// @throws FileCopier.NoRoom if the limit or the file system leaves no room; nothing is kept
    /// @throws java.util.concurrent.CancellationException void; nothing is kept
    /// @throws IOException with the error of the file system; nothing is kept
    public synchronized @Nullable Held keep(
            List<KeptTree> trees, BlockSet own, Generation generation, BooleanSupplier isVoid)
            throws IOException {
        Files.createDirectories(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        clean();
        expire();
        String id = freeName();
        Path making = folder.resolve(UNDER_WAY + id);
        FileCopier copier = new FileCopier(folder.toString(), room());
        try {
            KeepRun run = new KeepRun(own, copier, isVoid);
            copy(trees, Files.createDirectories(making.resolve(FILES)), run);
            if (run.kept().isEmpty()) {
                clean();
                return null;
            }
            QuarantineEntry entry =
                    new QuarantineEntry(
                            clock.millis(),
                            generation,
                            own.isEverything(),
                            copier.bytes(),
                            run.kept());
            complete(making, entry, id);
        } catch (IOException | RuntimeException e) {
            try {
                clean();
            } catch (IOException worse) {
                e.addSuppressed(worse);
            }
            throw e;
        }
        known = read();
        return find(id);
    }

    private static void copy(List<KeptTree> trees, Path files, KeepRun run) throws IOException {
        int fd = PlainTree.open(files);
        try {
            for (KeptTree tree : trees) {
                run.copy(tree, fd);
            }
            // Before anything says that they are there; this reports the errors of the disk too.
            Errno.check("syncfs " + files, Fd.syncfs(fd));
        } finally {
            Fd.close(fd);
        }
    }

    private void complete(Path making, QuarantineEntry entry, String id) throws IOException {
        AtomicFile.write(making.resolve(ENTRY), entry.encode(), "rw-------");
        Files.move(making, folder.resolve(id), StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.syncFolder(folder);
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            AtomicFile.syncFolder(parent);
        }
    }

    private long room() throws IOException {
        FileStore store = Files.getFileStore(folder);
        long held = known.stream().mapToLong(Held::bytes).sum();
        return limits.room(held, store.getUsableSpace(), store.getTotalSpace());
    }

    private String freeName() {
        String base = NAME.format(clock.instant());
        String name = base;
        for (int i = 1; Files.exists(folder.resolve(name)); i++) {
            name = base + "-" + i;
        }
        return name;
    }

    // ---- going

    /// Removes what an interrupted call left.
    private void clean() throws IOException {
        for (Path path : paths()) {
            String name = String.valueOf(path.getFileName());
            if (name.startsWith(UNDER_WAY) || name.startsWith(GOING)) {
                remove(name);
            }
        }
    }

    private void remove(String name) throws IOException {
        int fd = PlainTree.open(folder);
        try {
            PlainTree.remove(fd, name.getBytes(StandardCharsets.UTF_8));
        } finally {
            Fd.close(fd);
        }
    }

    /// Removes an entry for good.
    ///
    /// @return false if there is none of this name
    /// @throws IOException with the error of the file system
    public synchronized boolean drop(String id) throws IOException {
        Held held = find(id);
        if (held == null) {
            return false;
        }
        Files.move(held.folder, folder.resolve(GOING + id), StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.syncFolder(folder);
        known = read();
        remove(GOING + id);
        return true;
    }

    /// Removes the entries that are too old; one whose record is damaged stays.
    ///
    /// @throws IOException with the error of the file system
    public synchronized void expire() throws IOException {
        for (Held held : known) {
            QuarantineEntry entry = held.entry;
            if (entry != null && limits.isExpired(entry.madeAtMs(), clock.millis())) {
                drop(held.id);
                onExpired.accept(
                        "%s of quarantine, %s, was older than %d days and is removed"
                                .formatted(held.id, words(entry), limits.ageMax().toDays()));
            }
        }
    }

    /// Says what an entry holds.
    public static String words(QuarantineEntry entry) {
        int files = entry.files().size();
        return "%,d %s, %,d bytes".formatted(files, files == 1 ? "file" : "files", entry.bytes());
    }

    /// When an entry will be removed.
    public Instant expiry(QuarantineEntry entry) {
        return Instant.ofEpochMilli(entry.madeAtMs()).plus(limits.ageMax());
    }

    // ---- getting it back

    /// Copies an entry's files to a directory, one below it for each replicated directory.
    ///
    /// @param to absolute; made if it is not there, else empty
    /// @return the number of files
    /// @throws BadTarget if the directory is not fit; nothing was copied
    /// @throws IOException with the error of the file system; what was copied stays
    public long export(Held held, Path to) throws IOException {
        if (!to.isAbsolute() || to.normalize().startsWith(folder.toAbsolutePath().normalize())) {
            throw new BadTarget(to + " is not an absolute path outside the quarantine");
        }
        if (Files.exists(to)) {
            try (var there = Files.list(to)) {
                if (there.findAny().isPresent()) {
                    throw new BadTarget(to + " is not empty");
                }
            }
        } else {
            Files.createDirectory(
                    to,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        FileCopier copier = new FileCopier(to.toString(), Long.MAX_VALUE);
        int from = PlainTree.open(held.files());
        int target = -1;
        try {
            target = PlainTree.open(to);
            long files = PlainTree.copy(from, target, copier);
            Errno.check("syncfs " + to, Fd.syncfs(target));
            return files;
        } finally {
            Fd.close(from);
            if (target >= 0) {
                Fd.close(target);
            }
        }
    }
}
