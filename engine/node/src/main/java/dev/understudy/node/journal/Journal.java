package dev.understudy.node.journal;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The append-only record of a node: one JSON object a line, the newest last.
///
/// An entry is in the kernel's hands when [#append] returns, so it survives the death of the
/// daemon; it is made durable within a second by the node's housekeeping calling [#sync]. Two files
/// are kept, each at most `bytesMax`; lines that a power cut tore are skipped on reading.
/// Thread-safe.
public final class Journal implements AutoCloseable {
    private static final int RECENT_MAX = 2_000;
    private static final ObjectMapper JSON = Entry.mapper();

    private final Path current;
    private final Path older;
    private final long bytesMax;
    private final Supplier<Instant> clock;
    private final ArrayDeque<Entry> recent = new ArrayDeque<>();
    private final List<Consumer<Entry>> followers = new CopyOnWriteArrayList<>();
    private FileChannel file;
    private long number;
    private boolean dirty;
    private int damagedLines;

    private Journal(Path folder, long bytesMax, Supplier<Instant> clock, FileChannel file) {
        this.current = folder.resolve("journal.jsonl");
        this.older = folder.resolve("journal.1.jsonl");
        this.bytesMax = bytesMax;
        this.clock = clock;
        this.file = file;
    }

    /// Opens the journal of a folder and reads back its newest entries.
    ///
    /// @param bytesMax size at which a file is put aside, at least 64 KiB
    /// @throws IOException if the folder cannot be used
    public static Journal open(Path folder, long bytesMax, Supplier<Instant> clock)
            throws IOException {
        Files.createDirectories(folder);
        FileChannel file = append(folder.resolve("journal.jsonl"));
        Journal journal = new Journal(folder, Math.max(bytesMax, 64 * 1024), clock, file);
        journal.load(journal.older);
        journal.load(journal.current);
        journal.endTornLine();
        return journal;
    }

    /// Appends one entry and hands it to the followers, in order.
    ///
    /// @param draft the entry; its number and time are given here
    /// @return the entry as written
    /// @throws UncheckedIOException if the disk refuses; the caller decides whether it can go on
    public Entry append(Entry.Draft draft) {
        Entry entry;
        synchronized (this) {
            entry = draft.at(++number, clock.get());
            try {
                writeWhole(entry);
            } catch (IOException e) {
                throw new UncheckedIOException("journal " + current, e);
            } finally {
                remember(entry);
            }
        }
        for (Consumer<Entry> follower : followers) follower.accept(entry);
        return entry;
    }

    /// Gives the newest entries, oldest first.
    ///
    /// @param module only entries of this module; empty for all
    /// @param count at most so many, and never more than are kept in memory (2000)
    public synchronized List<Entry> tail(String module, int count) {
        List<Entry> found = new ArrayList<>();
        for (var it = recent.descendingIterator(); it.hasNext() && found.size() < count; ) {
            Entry entry = it.next();
            if (module.isEmpty() || entry.module().equals(module)) found.add(entry);
        }
        return found.reversed();
    }

    /// Reads forward from a known entry, from the files where memory does not reach back so far.
    ///
    /// @param module only entries of this module; empty for all
    /// @param after number of the last entry already known, 0 for none
    /// @param limit at most so many
    /// @return oldest first
    /// @throws IOException if the files cannot be read
    public synchronized List<Entry> after(String module, long after, int limit) throws IOException {
        List<Entry> found = new ArrayList<>();
        Entry oldest = recent.peekFirst();
        if (oldest != null && oldest.number() > after + 1) {
            for (Path path : List.of(older, current)) {
                for (Entry entry : read(path)) {
                    if (entry.number() < oldest.number()) {
                        select(entry, module, after, limit, found);
                    }
                }
            }
        }
        for (Entry entry : recent) select(entry, module, after, limit, found);
        return found;
    }

    /// Reads the newest entries up to a moment of the wall clock.
    ///
    /// The files are read beside the writer, which is not held up.
    ///
    /// @param module only entries of this module; empty for all
    /// @param count at most so many
    /// @return oldest first
    /// @throws IOException if the files cannot be read
    public List<Entry> before(String module, Instant end, int count) throws IOException {
        Map<Long, Entry> found = new TreeMap<>();
        for (Path path : List.of(older, current)) {
            for (Entry entry : parse(path).entries()) found.put(entry.number(), entry);
        }
        synchronized (this) {
            // What a rotation took out of sight meanwhile is in memory still.
            for (Entry entry : recent) found.put(entry.number(), entry);
        }
        List<Entry> selected =
                found.values().stream()
                        .filter(e -> module.isEmpty() || e.module().equals(module))
                        .filter(e -> !Instant.parse(e.at()).isAfter(end))
                        .toList();
        return selected.subList(Math.max(0, selected.size() - count), selected.size());
    }

    private static void select(
            Entry entry, String module, long after, int limit, List<Entry> found) {
        boolean wanted = module.isEmpty() || entry.module().equals(module);
        if (wanted && entry.number() > after && found.size() < limit) found.add(entry);
    }

    /// Calls `follower` for each new entry until the result is closed; it must not block.
    public AutoCloseable follow(Consumer<Entry> follower) {
        followers.add(follower);
        return () -> followers.remove(follower);
    }

    /// Lines that could not be read back at opening: torn by a power cut, or altered.
    public synchronized int damagedLines() {
        return damagedLines;
    }

    /// Makes all entries durable.
    ///
    /// @throws IOException if the disk refuses
    public void sync() throws IOException {
        FileChannel target;
        synchronized (this) {
            if (!dirty) return;
            dirty = false;
            target = file;
        }
        if (target.isOpen()) target.force(false);
    }

    /// Writes also on an interrupted thread, whose interrupt closes the file under the write.
    private void writeWhole(Entry entry) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            writeLine(entry);
        } catch (ClosedByInterruptException e) {
            interrupted = Thread.interrupted() || interrupted;
            file = append(current);
            endTornLine();
            writeLine(entry);
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    private void writeLine(Entry entry) throws IOException {
        byte[] line = (JSON.writeValueAsString(entry) + "\n").getBytes(StandardCharsets.UTF_8);
        if (file.size() + line.length > bytesMax) rotate();
        ByteBuffer out = ByteBuffer.wrap(line);
        while (out.hasRemaining()) file.write(out);
        dirty = true;
    }

    private void rotate() throws IOException {
        file.force(false);
        file.close();
        Files.move(current, older, StandardCopyOption.REPLACE_EXISTING);
        file = append(current);
    }

    private void load(Path path) throws IOException {
        for (Entry entry : read(path)) {
            number = Math.max(number, entry.number());
            remember(entry);
        }
    }

    private List<Entry> read(Path path) throws IOException {
        Parsed parsed = parse(path);
        damagedLines = parsed.damagedLines();
        return parsed.entries();
    }

    private record Parsed(List<Entry> entries, int damagedLines) {}

    private static Parsed parse(Path path) throws IOException {
        List<Entry> entries = new ArrayList<>();
        if (!Files.exists(path)) return new Parsed(entries, 0);
        int damaged = 0;
        String text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
        for (String line : text.split("\n", -1)) {
            if (line.isBlank()) continue;
            try {
                entries.add(JSON.readValue(line, Entry.class));
            } catch (JacksonException torn) {
                // Cut by a power failure or a full disk: the next line is whole.
                damaged++;
            }
        }
        return new Parsed(entries, damaged);
    }

    private void endTornLine() throws IOException {
        long size = file.size();
        if (size == 0) return;
        try (FileChannel in = FileChannel.open(current, StandardOpenOption.READ)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            in.read(last, size - 1);
            if (last.get(0) != '\n') file.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
    }

    private void remember(Entry entry) {
        recent.addLast(entry);
        if (recent.size() > RECENT_MAX) recent.removeFirst();
    }

    private static FileChannel append(Path path) throws IOException {
        return FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
    }

    @Override
    public void close() throws IOException {
        sync();
        synchronized (this) {
            file.close();
        }
    }
}
