package dev.understudy.tests.acceptance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// What a directory must hold after operations of the crash writer: exactly, and what of it must
/// have survived even a loss of power of both nodes.
final class CrashModel {
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 48;

    /// One file.
    private static final class Content {
        private final long[] versions = new long[BLOCKS];
        private final long[] synced = new long[BLOCKS];

        /// Its name is durable, and `synced` says what of its data is.
        private boolean isSynced;

        private Content copy() {
            Content copy = new Content();
            System.arraycopy(versions, 0, copy.versions, 0, BLOCKS);
            System.arraycopy(synced, 0, copy.synced, 0, BLOCKS);
            copy.isSynced = isSynced;
            return copy;
        }

        private long size() {
            for (int i = BLOCKS; i > 0; i--) {
                if (versions[i - 1] != 0) {
                    return (long) i * BLOCK;
                }
            }
            return 0;
        }
    }

    private final Map<String, Content> files = new TreeMap<>();
    private final Set<String> touched = new TreeSet<>();

    /// Reads the directory as it is, all of it durable on both nodes.
    static CrashModel read(Path directory) throws IOException {
        CrashModel model = new CrashModel();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString();
                if (!name.startsWith("base")) {
                    model.files.put(name, content(file));
                }
            }
        }
        model.files.values().forEach(CrashModel::sync);
        return model;
    }

    private static Content content(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        Content content = new Content();
        if (bytes.length % BLOCK != 0 || bytes.length > BLOCKS * BLOCK) {
            throw new IOException(file + " has " + bytes.length + " bytes");
        }
        for (int block = 0; block < bytes.length / BLOCK; block++) {
            ByteBuffer words =
                    ByteBuffer.wrap(bytes, block * BLOCK, BLOCK).order(ByteOrder.LITTLE_ENDIAN);
            long version = words.getLong();
            while (words.hasRemaining()) {
                if (words.getLong() != version) {
                    throw new IOException(file + ": block " + block + " is torn");
                }
            }
            content.versions[block] = version;
        }
        return content;
    }

    CrashModel copy() {
        CrashModel copy = new CrashModel();
        files.forEach((name, content) -> copy.files.put(name, content.copy()));
        copy.touched.addAll(touched);
        return copy;
    }

    /// Carries out one operation, as the writer printed it without its number.
    void apply(String operation) {
        String[] words = operation.split(" ", -1);
        String name = words[1];
        switch (words[0]) {
            case "create" -> {
                files.put(name, new Content());
                touched.add(name);
            }
            case "write" -> {
                content(name).versions[Integer.parseInt(words[2])] = Long.parseLong(words[3]);
                touched.add(name);
            }
            case "rename" -> {
                Content moved = files.remove(name);
                if (moved == null) {
                    throw new IllegalStateException("renames what is not there: " + operation);
                }
                moved.isSynced = false;
                files.put(words[2], moved);
                touched.add(words[2]);
            }
            case "remove" -> files.remove(name);
            case "sync" -> sync(content(name));
            default -> throw new IllegalArgumentException(operation);
        }
    }

    private Content content(String name) {
        Content content = files.get(name);
        if (content == null) {
            throw new IllegalStateException("no file " + name);
        }
        return content;
    }

    private static void sync(Content content) {
        System.arraycopy(content.versions, 0, content.synced, 0, BLOCKS);
        content.isSynced = true;
    }

    /// Lists what differs from the directory as it is.
    List<String> differences(CrashModel actual) {
        List<String> found = new ArrayList<>();
        Set<String> names = new TreeSet<>(files.keySet());
        names.addAll(actual.files.keySet());
        for (String name : names) {
            Content mine = files.get(name);
            Content theirs = actual.files.get(name);
            if (mine == null || theirs == null) {
                found.add(name + (mine == null ? " is there" : " is missing"));
            } else if (!Arrays.equals(mine.versions, theirs.versions)) {
                found.add(name + " " + firstDifference(mine.versions, theirs.versions));
            }
        }
        return found;
    }

    private static String firstDifference(long[] mine, long[] theirs) {
        int block = Arrays.mismatch(mine, theirs);
        return "block %d: version %d instead of %d".formatted(block, theirs[block], mine[block]);
    }

    /// Lists what an acknowledged sync had promised and is not there.
    ///
    /// @param last the operation that was under way, which may have happened or not
    List<String> brokenPromises(CrashModel actual, String last) {
        List<String> unsure = List.of(last.split(" ", -1));
        List<String> found = new ArrayList<>();
        files.forEach((name, mine) -> {
            if (!mine.isSynced || (unsure.contains(name) && !last.startsWith("write"))) {
                return;
            }
            Content theirs = actual.files.get(name);
            if (theirs == null) {
                found.add(name + " was synced and is missing");
                return;
            }
            for (int i = 0; i < BLOCKS; i++) {
                // versions only grow: a later write may have made it or not
                if (theirs.versions[i] < mine.synced[i]) {
                    found.add(
                            "%s block %d: version %d, synced was %d"
                                    .formatted(name, i, theirs.versions[i], mine.synced[i]));
                }
            }
        });
        return found;
    }

    /// Gives the bytes of the files that were made or changed: what a return may copy at most.
    long touchedBytes() {
        return touched.stream()
                .map(files::get)
                .filter(java.util.Objects::nonNull)
                .mapToLong(Content::size)
                .sum();
    }
}
