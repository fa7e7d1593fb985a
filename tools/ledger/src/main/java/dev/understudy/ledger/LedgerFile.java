package dev.understudy.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// The append-only file: one line for each entry, `crc32c entry`, in the order of commits.
///
/// What follows the first line that is not whole was never acknowledged and is cut off when the
/// file is opened.
final class LedgerFile implements AutoCloseable {
    private static final int SUM_CHARACTERS = 8;

    private final FileChannel channel;
    private final List<String> entries;

    private LedgerFile(FileChannel channel, List<String> entries) {
        this.channel = channel;
        this.entries = entries;
    }

    /// Opens the file, made if it is missing, and recovers: a torn tail is cut off and the cut made
    /// durable.
    static LedgerFile open(Path path) throws IOException {
        boolean isNew = !Files.exists(path);
        FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE);
        if (isNew) {
            syncDirectory(path);
        }
        byte[] bytes = Files.readAllBytes(path);
        List<String> entries = new ArrayList<>();
        int whole = parse(bytes, entries);
        if (whole < bytes.length) {
            channel.truncate(whole);
            channel.force(true);
        }
        channel.position(whole);
        return new LedgerFile(channel, entries);
    }

    /// Appends entries and makes them durable with one fsync.
    ///
    /// @throws IOException when one of the two failed: nothing may be acknowledged, and the file
    ///   must be opened anew
    synchronized void commit(List<String> batch) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String entry : batch) {
            text.append(line(entry));
        }
        ByteBuffer data = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
        while (data.hasRemaining()) {
            int _ = channel.write(data);
        }
        channel.force(false);
        entries.addAll(batch);
    }

    /// Gives all committed entries.
    synchronized List<String> entries() {
        return List.copyOf(entries);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static int parse(byte[] bytes, List<String> entries) {
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                String line = new String(bytes, start, i - start, StandardCharsets.UTF_8);
                if (line.length() <= SUM_CHARACTERS
                        || !line.substring(0, SUM_CHARACTERS)
                                .equals(sum(line.substring(SUM_CHARACTERS + 1)))) {
                    return start;
                }
                entries.add(line.substring(SUM_CHARACTERS + 1));
                start = i + 1;
            }
        }
        return start;
    }

    private static String line(String entry) {
        return sum(entry) + " " + entry + "\n";
    }

    private static String sum(String entry) {
        CRC32C crc = new CRC32C();
        crc.update(entry.getBytes(StandardCharsets.UTF_8));
        return "%08x".formatted(crc.getValue());
    }

    private static void syncDirectory(Path path) throws IOException {
        try (FileChannel directory =
                FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
