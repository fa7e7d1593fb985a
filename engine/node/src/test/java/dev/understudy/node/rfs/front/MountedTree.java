package dev.understudy.node.rfs.front;

import dev.understudy.core.rfs.FileId;
import dev.understudy.node.rfs.tree.Excludes;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.posix.fs.Mounts;
import dev.understudy.posix.net.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// A real mount over a temporary directory for tests; takes everything away again.
final class MountedTree implements AutoCloseable {
    final Path home;
    final Path directory;
    final LowerTree tree;
    final EventLoop loop;
    final FuseFront front;
    final List<Throwable> faults = new CopyOnWriteArrayList<>();

    MountedTree(MutationSink sink, String... excludes) throws IOException {
        home = Files.createTempDirectory("understudy-front-");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        directory = Files.createDirectory(home.resolve("data"));
        tree =
                LowerTree.open(
                        directory,
                        FileId.ofRoot("test", "data"),
                        home.resolve("state/ids"),
                        Excludes.of(List.of(excludes)));
        loop = new EventLoop("test-loop", faults::add);
        loop.start();
        front =
                FuseFront.mount(
                        tree,
                        loop,
                        sink,
                        FuseFront.Options.of(0, "test"),
                        0,
                        new FrontListener() {
                            @Override
                            public void gone(Throwable why) {
                                faults.add(why);
                            }

                            @Override
                            public void fault(Throwable fault) {
                                faults.add(fault);
                            }
                        });
    }

    static MountedTree serving(String... excludes) throws IOException {
        MountedTree mounted = new MountedTree(new LocalSink(), excludes);
        mounted.onLoop(() -> {
            mounted.front.serve();
            return true;
        });
        return mounted;
    }

    <T> T onLoop(Supplier<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                done.complete(work.get());
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done.orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() throws IOException {
        onLoop(() -> {
            front.abort();
            return true;
        });
        loop.close();
        tree.close();
        Mounts.unmount(directory.toString(), Mounts.MNT_DETACH);
        deleteAll(home);
    }

    static void deleteAll(Path top) throws IOException {
        try (Stream<Path> all = Files.walk(top)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
