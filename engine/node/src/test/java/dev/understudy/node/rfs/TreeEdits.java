package dev.understudy.node.rfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Random changes of a tree, the awkward ones among them: directories that move below their own
/// former children, files that come back as another type, hard links, holes, cuts.
final class TreeEdits {
    private final Path root;
    private final Random random;
    private final List<String> done = new ArrayList<>();
    private final String prefix;
    private int names;

    /// @param prefix of the names it makes, one of its own
    TreeEdits(Path root, long seed, String prefix) {
        this.root = root;
        this.prefix = prefix;
        random = new Random(seed);
    }

    /// Tells what was done, newest last.
    List<String> done() {
        return done;
    }

    void run(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            one();
        }
    }

    private void one() throws IOException {
        List<Path> directories = new ArrayList<>();
        List<Path> others = new ArrayList<>();
        try (Stream<Path> all = Files.walk(root)) {
            all.forEach(path ->
                    (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) ? directories : others)
                            .add(path));
        }
        Path in = any(directories);
        if (others.size() < 6 || directories.size() < 5) {
            grow(in, random.nextInt(3));
        } else {
            change(
                    in,
                    any(others),
                    any(directories.subList(1, directories.size())),
                    directories,
                    others);
        }
    }

    private void grow(Path in, int dice) throws IOException {
        Path path = in.resolve(name());
        switch (dice) {
            case 0 -> create(path);
            case 1 -> note("mkdir", Files.createDirectory(path));
            default -> note("symlink", Files.createSymbolicLink(path, Path.of("x" + names)));
        }
    }

    private void change(
            Path in, Path file, Path directory, List<Path> directories, List<Path> others)
            throws IOException {
        int dice = random.nextInt(16);
        switch (dice) {
            case 0, 1, 2 -> grow(in, dice);
            case 3 -> move(file, in.resolve(name()));
            case 4 -> move(file, any(others));
            case 5 -> {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    note("link " + file, Files.createLink(in.resolve(name()), file));
                }
            }
            case 6 -> {
                note("unlink", file);
                Files.delete(file);
            }
            case 7, 8 -> {
                if (!in.startsWith(directory)) {
                    move(directory, in.resolve(name()));
                }
            }
            case 9, 10, 11 -> invert(directory, directories);
            case 12 -> typeChange(file);
            case 13 -> data(file);
            case 14 -> attributes(random.nextBoolean() ? file : directory);
            default -> {
                note("rm -r", directory);
                remove(directory);
            }
        }
    }

    private Path any(List<Path> list) {
        return list.get(random.nextInt(list.size()));
    }

    private String name() {
        return prefix + names++;
    }

    private void note(String what, Path path) {
        done.add(what + " " + root.relativize(path));
    }

    private void create(Path path) throws IOException {
        note("create", path);
        byte[] data = new byte[random.nextInt(30_000)];
        random.nextBytes(data);
        Files.write(path, data);
    }

    private void move(Path from, Path to) throws IOException {
        note("move " + root.relativize(from), to);
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    /// Moves a directory below one that it contained.
    private void invert(Path directory, List<Path> directories) throws IOException {
        List<Path> below =
                directories.stream()
                        .filter(path -> path.startsWith(directory) && !path.equals(directory))
                        .toList();
        if (below.isEmpty()) {
            note("mkdir", Files.createDirectory(directory.resolve(name())));
            return;
        }
        Path child = any(below);
        Path up = directory.resolveSibling(name());
        move(child, up);
        move(
                directory,
                up.resolve(random.nextBoolean() ? name() : directory.getFileName().toString()));
    }

    private void typeChange(Path file) throws IOException {
        note("type change", file);
        boolean link = Files.isSymbolicLink(file);
        Files.delete(file);
        if (link || random.nextBoolean()) {
            Files.createDirectory(file);
            create(file.resolve(name()));
        } else {
            Files.createSymbolicLink(file, Path.of("elsewhere"));
        }
    }

    private void data(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        note("data", file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (random.nextInt(3) == 0) {
                channel.truncate(random.nextInt(20_000));
            }
            byte[] data = new byte[random.nextInt(1, 9_000)];
            random.nextBytes(data);
            channel.write(ByteBuffer.wrap(data), random.nextInt(4) * 100_000L);
        }
    }

    private void attributes(Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            return;
        }
        note("attributes", path);
        EnumSet<PosixFilePermission> permissions = EnumSet.of(PosixFilePermission.OWNER_READ);
        for (PosixFilePermission permission : PosixFilePermission.values()) {
            if (random.nextBoolean()) {
                permissions.add(permission);
            }
        }
        Files.setPosixFilePermissions(path, permissions);
        Files.setAttribute(path, "unix:uid", random.nextInt(3) * 7);
        byte[] value = new byte[random.nextInt(1, 40)];
        random.nextBytes(value);
        Files.setAttribute(path, "user:u" + random.nextInt(3), ByteBuffer.wrap(value));
    }

    private static void remove(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(directory)) {
            all = new ArrayList<>(walk.toList());
        }
        for (Path path : all.reversed()) {
            Files.delete(path);
        }
    }
}
