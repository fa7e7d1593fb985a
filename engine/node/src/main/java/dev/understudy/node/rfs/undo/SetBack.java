package dev.understudy.node.rfs.undo;

import dev.understudy.core.rfs.FileId;
import dev.understudy.node.rfs.tree.Attributes;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.node.rfs.tree.TreeReader;
import dev.understudy.node.rfs.tree.TreeWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Sets one replicated directory back to what its pre-images say: names first, then data, then
/// attributes, directories last, since everything else moves their times. Harmless to repeat.
final class SetBack {
    /// A chain of directories turned upside down takes a round for each.
    private static final int ROUNDS_MAX = 1000;

    private final LowerTree tree;
    private final PreimageLog log;
    private final TreeReader reader;
    private final TreeWriter writer;
    private final Map<FileId, List<Names.Name>> directories = new LinkedHashMap<>();
    private final Map<FileId, Attributes> attributes = new HashMap<>();
    private final Set<FileId> made = new HashSet<>();
    private @Nullable Origin origin;

    SetBack(LowerTree tree, PreimageLog log, TreeWriter writer) {
        this.tree = tree;
        this.log = log;
        this.writer = writer;
        reader = new TreeReader(tree);
    }

    Origin run() throws IOException {
        Map<FileId, List<Names.Name>> begun = new HashMap<>();
        log.read((kind, id, argument, body) -> {
            switch (kind) {
                case BEGIN -> origin = Origin.decode(body);
                case NAMES ->
                        begun.computeIfAbsent(id, _ -> new ArrayList<>()).addAll(Names.read(body));
                case NAMES_END -> {
                    List<Names.Name> all = begun.remove(id);
                    all = all == null ? new ArrayList<>() : all;
                    all.addAll(Names.read(body));
                    directories.putIfAbsent(id, all);
                }
                case ATTRIBUTES -> attributes.putIfAbsent(id, Attributes.read(body));
                case MADE -> made.add(id);
                case DATA, HOLE -> {}
            }
        });
        takeOut();
        bringBack();
        log.read((kind, id, argument, body) -> {
            switch (kind) {
                case DATA -> need(writer.write(id, argument, body), id);
                case HOLE -> need(writer.punch(id, argument, body.getLong(0)), id);
                case BEGIN, NAMES, NAMES_END, ATTRIBUTES, MADE -> {}
            }
        });
        giveAttributes(false);
        giveAttributes(true);
        return java.util.Objects.requireNonNull(origin);
    }

    private void need(boolean isHere, FileId id) throws IOException {
        if (!isHere) {
            throw gone(id);
        }
    }

    private IOException gone(FileId id) {
        return new IOException(id + " of " + tree.directory() + " is gone");
    }

    private static String key(byte[] name) {
        return new String(name, StandardCharsets.ISO_8859_1);
    }

    /// Names that were not there, or led to something else.
    private void takeOut() throws IOException {
        for (Map.Entry<FileId, List<Names.Name>> directory : directories.entrySet()) {
            Map<String, FileId> wanted = new HashMap<>();
            directory.getValue().forEach(name -> wanted.put(key(name.name()), name.id()));
            List<TreeReader.Entry> present = reader.list(directory.getKey());
            for (TreeReader.Entry entry : present == null ? List.<TreeReader.Entry>of() : present) {
                if (!entry.id().equals(wanted.get(key(entry.name())))) {
                    writer.remove(directory.getKey(), entry.name());
                }
            }
        }
    }

    /// Names that are gone; a directory that lies in the way of its own parent takes its turn
    /// later.
    private void bringBack() throws IOException {
        List<FileId> left = new ArrayList<>(directories.keySet());
        for (int round = 0; !left.isEmpty() && round < ROUNDS_MAX; round++) {
            List<FileId> later = new ArrayList<>();
            for (FileId directory : left) {
                if (!bringBack(directory)) {
                    later.add(directory);
                }
            }
            left = later;
        }
        if (!left.isEmpty()) {
            throw new IOException(
                    "directory %s of %s can't be brought back"
                            .formatted(left.getFirst(), tree.directory()));
        }
    }

    private boolean bringBack(FileId directory) throws IOException {
        if (tree.byId(directory) == null) {
            return false; // it comes with the names of its parent
        }
        boolean all = true;
        for (Names.Name name : directories.getOrDefault(directory, List.of())) {
            TreeWriter.Placed placed = writer.place(name.id(), directory, name.name());
            if (placed == TreeWriter.Placed.MADE) {
                Attributes was = attributes.get(name.id());
                if (was == null || !was.isDirectory()) {
                    throw gone(name.id());
                }
                writer.put(name.id(), directory, name.name(), was, false);
            }
            all &= placed != TreeWriter.Placed.LATER;
        }
        return all;
    }

    private void giveAttributes(boolean toDirectories) throws IOException {
        for (Map.Entry<FileId, Attributes> one : attributes.entrySet()) {
            boolean due = one.getValue().isDirectory() == toDirectories;
            if (due && !made.contains(one.getKey())) {
                need(writer.setAttributes(one.getKey(), one.getValue()), one.getKey());
            }
        }
    }
}
