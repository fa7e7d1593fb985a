package dev.understudy.tests.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One machine of the lab. Its disk survives power losses, its processes and memory do not.
public final class LabNode {
    private static final Duration GONE = Duration.ofSeconds(20);

    private final Lab lab;
    private final String name;
    private final NetworkSpace network;
    private final LoopDisk disk;
    private final Path cgroup;
    private @Nullable Process outer;
    private long initPid;
    private String bootId = UUID.randomUUID().toString();

    LabNode(Lab lab, String name, NetworkSpace network, LoopDisk disk, Path cgroup) {
        this.lab = lab;
        this.name = name;
        this.network = network;
        this.disk = disk;
        this.cgroup = cgroup;
    }

    /// Gives its host name, which is also its name on the switch.
    public String name() {
        return name;
    }

    /// Gives its network namespace.
    public NetworkSpace network() {
        return network;
    }

    /// Gives its address on a network.
    public String address(int networkIndex) {
        return lab.address(name, networkIndex);
    }

    /// Gives the root of its disk, the same path on every node; see [#seen] for a look from
    /// outside.
    public Path disk() {
        return lab.diskDirectory();
    }

    /// Translates a path of the node into one that this JVM can open while the node runs.
    public Path seen(Path path) {
        return Path.of("/proc", Long.toString(initPid), "root")
                .resolve("/".equals(path.toString()) ? "" : path.toString().substring(1));
    }

    /// Tells whether its first process runs.
    public boolean isUp() {
        Process process = outer;
        return process != null && process.isAlive();
    }

    /// Gives the process id of its first process as the machine sees it.
    public long initPid() {
        return initPid;
    }

    /// Switches it on: mounts the disk (the journal is replayed) and starts process 1.
    public void powerOn() {
        if (isUp()) {
            throw new LabException(name + " is on already");
        }
        disk.awaitUnmounted();
        try {
            Files.createDirectories(cgroup);
            Path boot =
                    Files.writeString(lab.directory().resolve(name + ".boot_id"), bootId + "\n");
            List<String> words = new ArrayList<>();
            words.addAll(List.of("bash", "-c", JOIN, "join", cgroup + "/cgroup.procs"));
            words.addAll(List.of("nsenter", "--net=" + network.file(), "--"));
            words.addAll(
                    List.of(
                            "unshare",
                            "--propagation",
                            "unchanged",
                            "--mount",
                            "--pid",
                            "--uts",
                            "--ipc",
                            "--cgroup",
                            "--fork",
                            "--kill-child",
                            "--mount-proc",
                            "bash",
                            "-c",
                            initScript(),
                            name));
            words.addAll(
                    List.of(
                            name,
                            disk.device(),
                            disk().toString(),
                            lab.hostsFile().toString(),
                            lab.spec().keep() ? "1" : "0",
                            sharedWord(),
                            boot.toString()));
            lab.spec().binds().forEach(bind -> words.add(bind.toString()));
            Path log = lab.directory().resolve(name + ".init.log");
            Process process =
                    new ProcessBuilder(words)
                            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
            outer = process;
            awaitReady(process, log);
            initPid =
                    process.children()
                            .findFirst()
                            .orElseThrow(() -> new LabException(name + ": process 1 is gone"))
                            .pid();
            lab.network().plugs(name, true);
        } catch (IOException e) {
            throw new LabException("cannot start node " + name, e);
        }
    }

    private String sharedWord() {
        Path shared = lab.spec().shared();
        if (shared == null) {
            return "-";
        }
        return lab.nodes().isEmpty() || lab.nodes().getFirst().equals(this)
                ? "+" + shared
                : shared.toString();
    }

    /// Cuts its power: everything not synced to the disk is lost, nobody hears a goodbye.
    ///
    /// Order: plugs out (no reset and no last word reaches a peer), all processes killed, file
    /// system shut down without writing its journal. Returns when the disk is free again.
    ///
    /// Not the other way round: ext4 answers an fsync that is under way when the file system is
    /// shut down with success although its blocks were never made part of the file (measured: 6 of
    /// 180 answers of three writers; a machine without power answers nobody). The open descriptor
    /// keeps the file system from being unmounted, and so from being synced, in between.
    ///
    /// @return [System#nanoTime()] at the instant before
    public long powerOff() {
        long beforeNs = System.nanoTime();
        try (Kernel.Descriptor root = Kernel.open(seen(disk()))) {
            lab.network().plugs(name, false);
            kill();
            Kernel.shutdownFileSystem(root);
        }
        bootId = UUID.randomUUID().toString();
        disk.awaitUnmounted();
        return beforeNs;
    }

    /// Kills every process at once and leaves the cables in: the kernel says goodbye to peers, the
    /// page cache stays.
    public void kill() {
        Process process = outer;
        if (process == null) {
            return;
        }
        ProcessHandle.of(initPid).ifPresent(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            if (!process.waitFor(GONE.toSeconds(), TimeUnit.SECONDS)) {
                throw new LabException(name + " does not die");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while killing " + name, e);
        }
        Await.until(
                "processes of " + name + " gone", GONE, () -> ProcessHandle.of(initPid).isEmpty());
        outer = null;
    }

    /// Makes every later disk access fail with EIO until the next [#powerOff] and [#powerOn].
    public void breakDisk() {
        try (Kernel.Descriptor root = Kernel.open(seen(disk()))) {
            Kernel.shutdownFileSystem(root);
        }
    }

    /// Fills its disk up to the last `leaveBytes`, within 64 KiB; [#freeDisk] ends it.
    ///
    /// @throws LabException if more than that is left
    public void fillDisk(long leaveBytes) {
        long free = seen(disk()).toFile().getUsableSpace();
        if (free > leaveBytes) {
            // What describes the file takes blocks too: the last of them may be refused.
            exec(
                    Shell.PATIENCE,
                    "",
                    List.of(
                            "fallocate",
                            "-l",
                            Long.toString(free - leaveBytes),
                            disk() + "/ballast"));
        }
        long left = seen(disk()).toFile().getUsableSpace();
        if (left > leaveBytes + (64 << 10)) {
            throw new LabException(left + " bytes are left on the disk of " + name);
        }
    }

    /// Ends [#fillDisk].
    public void freeDisk() {
        must("rm", "-f", disk() + "/ballast");
    }

    /// Checks the disk of a node that is off.
    public Shell.Result checkDisk() {
        return disk.check();
    }

    /// Builds the words that run a command inside.
    public List<String> inside(List<String> command) {
        List<String> words = new ArrayList<>();
        words.addAll(List.of("bash", "-c", JOIN, "join", cgroup + "/cgroup.procs"));
        words.addAll(
                List.of(
                        "nsenter",
                        "-t",
                        Long.toString(initPid),
                        "--mount",
                        "--pid",
                        "--uts",
                        "--ipc",
                        "--net",
                        "--cgroup",
                        "--"));
        words.addAll(command);
        return words;
    }

    /// Runs a command inside.
    public Shell.Result exec(Duration patience, String stdin, List<String> command) {
        return Shell.run(patience, stdin, inside(command));
    }

    /// Runs a command inside that has to succeed.
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

    /// Starts a daemon inside; it goes on until it ends, is killed, or the node dies.
    ///
    /// @param log receives both outputs, appended; outside the node
    public Process spawn(Path log, Map<String, String> environment, List<String> command) {
        return spawn(log, environment, command, null);
    }

    /// As [#spawn(Path, Map, List)], with a file of the node open as standard input.
    public Process spawn(
            Path log, Map<String, String> environment, List<String> command, @Nullable Path stdin) {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(inside(command))
                            .redirectErrorStream(true)
                            .redirectInput(
                                    (stdin == null ? Path.of("/dev/null") : seen(stdin)).toFile())
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            return builder.start();
        } catch (IOException e) {
            throw new LabException("cannot start in " + name + ": " + String.join(" ", command), e);
        }
    }

    /// Finds processes of the node whose command line contains `text`, by their ids as the machine
    /// sees them.
    public List<Long> processes(String text) {
        String[] pids = cgroupTree().split("\\s+", -1);
        List<Long> found = new ArrayList<>();
        for (String pid : pids) {
            if (!pid.isEmpty() && commandLine(pid).contains(text)) {
                found.add(Long.parseLong(pid));
            }
        }
        return found;
    }

    private String cgroupTree() {
        return Shell.must(
                "find", cgroup.toString(), "-name", "cgroup.procs", "-exec", "cat", "{}", "+");
    }

    private static String commandLine(String pid) {
        try {
            return Files.readString(Path.of("/proc", pid, "cmdline")).replace('\0', ' ');
        } catch (IOException _) {
            return ""; // it has ended since
        }
    }

    void destroy() throws IOException {
        kill();
        disk.awaitUnmounted();
        disk.destroy();
    }

    private static void awaitReady(Process process, Path log) throws IOException {
        String line;
        // The reader is not closed: the node keeps the pipe for its whole life.
        @SuppressWarnings("resource")
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        line = reader.readLine();
        if (!"ready".equals(line)) {
            throw new LabException("node did not start: " + line + "\n" + Files.readString(log));
        }
    }

    private static String initScript() {
        try (InputStream script = LabNode.class.getResourceAsStream("node-init.sh")) {
            if (script == null) {
                throw new LabException("node-init.sh is missing from the jar");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Joins the control group named by the first argument, then becomes the rest.
    private static final String JOIN = "echo $$ > \"$1\" && shift && exec \"$@\"";
}
