package dev.understudy.posix.net;

import dev.understudy.posix.process.Namespaces;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// Network namespaces on one bridge, removed on close: 10.99.0.N/24 and fd99::N/64 on `eth0` each.
final class TestNet implements AutoCloseable {
    private final String prefix =
            "ust%x".formatted(ThreadLocalRandom.current().nextInt(0x1000, 0xffff));
    private final List<String> made = new ArrayList<>();

    TestNet(int nodes) throws Exception {
        try {
            add("br");
            in("br", "ip link add br0 type bridge forward_delay 0 && ip link set br0 up");
            for (int n = 1; n <= nodes; n++) {
                String name = "n" + n;
                add(name);
                String end = prefix + name;
                run(
                        "ip link add "
                                + end
                                + (" netns " + space("br") + " type veth")
                                + (" peer name eth0 netns " + space(name)));
                in("br", "ip link set " + end + " master br0 up");
                in(
                        name,
                        ("ip link set lo up && ip link set eth0 up && "
                                        + "ip addr add 10.99.0.%1$d/24 dev eth0 && "
                                        + "ip addr add fd99::%1$d/64 dev eth0 nodad")
                                .formatted(n));
            }
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    static boolean isPossible() {
        boolean hasIp = Files.exists(Path.of("/usr/sbin/ip")) || Files.exists(Path.of("/sbin/ip"));
        return hasIp && Files.isWritable(Path.of("/run"));
    }

    private void add(String name) throws Exception {
        made.add(name);
        run("ip netns add " + space(name));
    }

    String space(String name) {
        return prefix + name;
    }

    String in(String name, String command) throws Exception {
        return run("ip netns exec " + space(name) + " sh -c '" + command + "'");
    }

    /// Starts a command inside a namespace; the caller ends it.
    Process start(String name, String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", space(name)));
        all.addAll(List.of(command));
        return new ProcessBuilder(all).redirectErrorStream(true).start();
    }

    /// Runs code on a thread inside a namespace.
    <T> T inside(String name, Callable<T> code) throws Exception {
        FutureTask<T> task =
                new FutureTask<>(() -> {
                    Namespaces.enterNetwork(Path.of("/run/netns/" + space(name)));
                    return code.call();
                });
        Thread.ofPlatform().name("in-" + name).start(task);
        return task.get(60, TimeUnit.SECONDS);
    }

    static String run(String command) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(command + ": " + out);
        }
        return out;
    }

    @Override
    public void close() {
        for (String name : made) {
            try {
                run("ip netns del " + space(name) + " 2>/dev/null || true");
            } catch (Exception e) {
                throw new IllegalStateException("namespace " + space(name) + " is left", e);
            }
        }
        made.clear();
    }
}
