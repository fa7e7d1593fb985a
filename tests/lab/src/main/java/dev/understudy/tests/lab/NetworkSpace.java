package dev.understudy.tests.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// A named network namespace: the switch, the router, the client, and the network side of a node.
///
/// @param name as `ip netns` shows it
public record NetworkSpace(String name) {
    /// Gives the file that keeps the namespace.
    Path file() {
        return Path.of("/run/netns", name);
    }

    /// Runs a command in this network; mounts and processes are those of the machine.
    public Shell.Result exec(Duration patience, String stdin, List<String> command) {
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + file(), "--"));
        words.addAll(command);
        return Shell.run(patience, stdin, words);
    }

    /// Runs a command that has to succeed.
    ///
    /// @throws LabException when its exit code is not 0
    public String must(String... command) {
        Shell.Result result = exec(Shell.PATIENCE, "", List.of(command));
        if (!result.isOk()) {
            throw new LabException(
                    name
                            + ": exit "
                            + result.exit()
                            + ": "
                            + String.join(" ", command)
                            + "\n"
                            + result.text());
        }
        return result.out().strip();
    }

    /// Calls `work` on a thread of its own whose sockets live in this network.
    ///
    /// Name resolution and files are the machine's; give numeric addresses.
    public <T> T call(Callable<T> work) throws InterruptedException, ExecutionException {
        return start("lab-" + name, work).get();
    }

    /// As [#call] without waiting; interrupt-free, so `work` needs its own way to end.
    public <T> CompletableFuture<T> start(String threadName, Callable<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        // A platform thread: setns(2) moves a kernel thread, and a virtual thread may change its
        // carrier.
        Thread.ofPlatform()
                .daemon()
                .name(threadName)
                .start(() -> {
                    try {
                        Kernel.enterNetwork(file());
                        result.complete(work.call());
                    } catch (Throwable t) {
                        result.completeExceptionally(t);
                    }
                });
        return result;
    }
}
