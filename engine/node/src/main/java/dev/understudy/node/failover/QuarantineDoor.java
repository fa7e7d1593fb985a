package dev.understudy.node.failover;

import dev.understudy.core.member.HaException;
import dev.understudy.core.rfs.QuarantineEntry;
import dev.understudy.node.api.ModuleQuarantine;
import dev.understudy.node.rfs.quarantine.Quarantine;
import dev.understudy.node.rfs.quarantine.Restoring;
import dev.understudy.posix.fs.Stat;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// The API's door to a module's quarantine.
final class QuarantineDoor implements ModuleQuarantine {
    private final String module;
    private final String node;
    private final Quarantine quarantine;
    private final Path folder;
    private final Map<String, Path> directories;
    private final BooleanSupplier serves;

    /// @param directories path of each replicated directory by its id
    /// @param serves whether programs of this node may write into them now
    QuarantineDoor(
            String module,
            String node,
            Quarantine quarantine,
            Path folder,
            Map<String, Path> directories,
            BooleanSupplier serves) {
        this.module = module;
        this.node = node;
        this.quarantine = quarantine;
        this.folder = folder;
        this.directories = Map.copyOf(directories);
        this.serves = serves;
    }

    @Override
    public Listing list() {
        List<Quarantine.Held> held = quarantine.list();
        return new Listing(
                folder.toString(),
                held.stream().mapToLong(Quarantine.Held::bytes).sum(),
                quarantine.limits().bytesMax(),
                held.stream().map(this::entry).toList());
    }

    @Override
    public Optional<Content> show(String id) {
        Quarantine.Held held = quarantine.find(id);
        if (held == null) {
            return Optional.empty();
        }
        QuarantineEntry entry = held.entry();
        return Optional.of(
                new Content(
                        entry(held),
                        entry == null
                                ? List.of()
                                : entry.files().stream().map(QuarantineDoor::file).toList()));
    }

    private Entry entry(Quarantine.Held held) {
        String files = held.files().toString();
        QuarantineEntry entry = held.entry();
        return entry == null
                ? new Entry(held.id(), 0, 0, "", false, true, 0, 0, files)
                : new Entry(
                        held.id(),
                        entry.madeAtMs(),
                        quarantine.expiry(entry).toEpochMilli(),
                        entry.generation().toString(),
                        entry.isEverything(),
                        false,
                        entry.files().size(),
                        entry.bytes(),
                        files);
    }

    private static File file(QuarantineEntry.Kept kept) {
        String type =
                switch (kept.type()) {
                    case Stat.S_IFREG -> "file";
                    case Stat.S_IFDIR -> "directory";
                    case Stat.S_IFLNK -> "link";
                    default -> "special";
                };
        return new File(Restoring.name(kept), type, kept.size(), kept.modifiedS() * 1000);
    }

    @Override
    public boolean drop(String id) throws IOException {
        return quarantine.drop(id);
    }

    private Quarantine.Held required(String id) {
        Quarantine.Held held = quarantine.find(id);
        if (held == null) {
            throw refused(
                    "HA-3401",
                    "no entry '%s' in the quarantine of %s on %s".formatted(id, module, node),
                    "see 'safe quarantine list -m %s --node %s'".formatted(module, node));
        }
        return held;
    }

    private static HaException refused(String code, String text, String remedy) {
        return new HaException(code, text, null, remedy);
    }

    @Override
    public String export(String id, String to) throws IOException {
        Quarantine.Held held = required(id);
        Path target;
        try {
            target = Path.of(to);
        } catch (InvalidPathException e) {
            throw refused("HA-3402", to + " is no path", "name a directory of node " + node);
        }
        long files;
        try {
            files = onThread(() -> quarantine.export(held, target));
        } catch (Quarantine.BadTarget unfit) {
            throw refused(
                    "HA-3402",
                    String.valueOf(unfit.getMessage()),
                    "name a new or an empty directory of node " + node);
        }
        return "%,d files of %s are in %s on %s".formatted(files, id, to, node);
    }

    @Override
    public String restore(String id, List<String> names, boolean replaces) throws IOException {
        Quarantine.Held held = required(id);
        if (!serves.getAsBoolean()) {
            throw refused(
                    "HA-3403",
                    "%s does not serve %s: nothing can be put back through its directories"
                            .formatted(node, module),
                    "'safe swap -m %s' and say it again, or 'safe quarantine export' here and copy what is needed into the directory on the node that serves"
                            .formatted(module));
        }
        Function<Restoring.Result, String> words =
                result ->
                        switch (result) {
                            case Restoring.Result.Done done ->
                                    "%,d files of %s are back".formatted(done.files(), id);
                            case Restoring.Result.Conflicts there ->
                                    throw refused(
                                            "HA-3404",
                                            "these are there already: "
                                                    + String.join(", ", there.paths()),
                                            "nothing was written; --replace puts the kept ones in"
                                                    + " their place");
                            case Restoring.Result.Nothing _ ->
                                    throw refused(
                                            "HA-3405",
                                            "%s has no file of %s".formatted(id, names),
                                            "see 'safe quarantine show -m %s %s'"
                                                    .formatted(module, id));
                        };
        return words.apply(onThread(() -> new Restoring(held, directories).run(names, replaces)));
    }

    /// Copies with the file mode mask of a thread of its own.
    private static <T> T onThread(Callable<T> work) throws IOException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().name("quarantine").daemon().start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted; the copy goes on");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException disk -> throw disk;
                case RuntimeException fault -> throw fault;
                case null, default -> throw new IOException(e.getCause());
            }
        }
    }

    @Override
    public String warning() {
        List<Quarantine.Held> held = quarantine.list();
        if (held.isEmpty()) {
            return "";
        }
        return "quarantine: %d %s of %,d bytes that only this copy had; see 'safe quarantine list -m %s'"
                .formatted(
                        held.size(),
                        held.size() == 1 ? "entry" : "entries",
                        held.stream().mapToLong(Quarantine.Held::bytes).sum(),
                        module);
    }
}
