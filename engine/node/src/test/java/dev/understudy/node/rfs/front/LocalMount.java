package dev.understudy.node.rfs.front;

import com.sun.management.ThreadMXBean;
import dev.understudy.core.rfs.FileId;
import dev.understudy.node.rfs.tree.Excludes;
import dev.understudy.node.rfs.tree.LowerTree;
import dev.understudy.posix.net.EventLoop;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Mounts a directory over itself without a peer until standard input ends: for measurements and
/// for trying programs by hand.
final class LocalMount {
    private LocalMount() {}

    /// Runs `LocalMount DIRECTORY [EXCLUDE...]`.
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]).toAbsolutePath();
        Path index = Files.createTempDirectory("understudy-local-").resolve("ids");
        try (LowerTree tree =
                        LowerTree.open(
                                directory,
                                FileId.ofRoot("local", directory.toString()),
                                index,
                                Excludes.of(List.of(arguments).subList(1, arguments.length)));
                EventLoop loop = new EventLoop("local-loop", Throwable::printStackTrace)) {
            FrontListener listener =
                    new FrontListener() {
                        @Override
                        public void gone(Throwable why) {
                            System.err.println("gone: " + why);
                        }

                        @Override
                        public void fault(Throwable fault) {
                            fault.printStackTrace();
                        }
                    };
            FuseFront front =
                    FuseFront.mount(
                            tree,
                            loop,
                            new LocalSink(),
                            FuseFront.Options.of(0, "local"),
                            0,
                            listener);
            Thread thread = loop.start();
            loop.execute(front::serve);
            System.out.println("mounted " + directory);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            int command;
            do {
                command = System.in.read();
                System.out.printf(
                        "%s; loop: %d bytes allocated, %d ms of CPU%n",
                        front.counters(),
                        threads.getThreadAllocatedBytes(thread.threadId()),
                        threads.getThreadCpuTime(thread.threadId()) / 1_000_000);
            } while (command >= 0);
            loop.execute(front::abort);
        }
    }
}
