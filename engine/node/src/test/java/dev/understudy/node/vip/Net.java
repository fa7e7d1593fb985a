package dev.understudy.node.vip;

import dev.understudy.posix.process.Namespaces;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// Three hosts on one bridge, 10.98.0.N/24 and fd98::N/64 on `eth0`; removed on close.
final class Net implements AutoCloseable {
    private static final List<String> SPACES = List.of("br", "n1", "n2", "n3");

    private final String prefix =
            "usv%x".formatted(ThreadLocalRandom.current().nextInt(0x1000, 0xffff));

    Net() throws Exception {
        try {
            for (String name : SPACES) {
                run("ip netns add " + space(name));
            }
            in("br", "ip link add br0 type bridge forward_delay 0 && ip link set br0 up");
            for (int n = 1; n <= 3; n++) {
                String end = prefix + "e" + n;
                String node = space("n" + n);
                run("ip link add " + end + " type veth peer name eth0 netns " + node);
                run("ip link set " + end + " netns " + space("br"));
                in("br", "ip link set " + end + " master br0 up");
                in("n" + n, "ip link set lo up && ip link set eth0 up");
                in("n" + n, "ip addr add 10.98.0." + n + "/24 dev eth0");
                in("n" + n, "ip addr add fd98::" + n + "/64 dev eth0 nodad");
            }
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    static boolean isPossible() {
        boolean isRoot = Files.isWritable(Path.of("/run"));
        return isRoot
                && (Files.exists(Path.of("/usr/sbin/ip")) || Files.exists(Path.of("/sbin/ip")));
    }

    String space(String name) {
        return prefix + name;
    }

    String in(String name, String command) throws Exception {
        return run("ip netns exec " + space(name) + " sh -c '" + command + "'");
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

    private static String run(String command) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
        byte[] out = process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            throw new AssertionError(command + ": " + new String(out, StandardCharsets.UTF_8));
        }
        return new String(out, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        for (String name : SPACES) {
            try {
                run("ip netns del " + space(name) + " 2>/dev/null || true");
            } catch (Exception e) {
                throw new IllegalStateException("namespace " + space(name) + " is left", e);
            }
        }
    }
}
