package dev.understudy.guard.fence;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.fs.Mounts;
import dev.understudy.posix.net.LeaseFilter;
import dev.understudy.posix.net.RouteNetlink;
import dev.understudy.posix.process.Cgroup;
import dev.understudy.posix.process.MarkedProcesses;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Carries out fence plans, each step whatever became of the one before.
///
/// The order is that of harm: addresses silent, writes impossible, processes killed, peer told.
/// Belongs to one thread; opened in the network namespace it works in.
public final class Fencer implements AutoCloseable {
    /// What happened to each plan.
    ///
    /// @param problems steps that failed, with their reason; empty when all is done
    /// @param toldNs from the call until the peer was told: addresses silent, writes impossible and
    ///   groups killed by then; the search for marked processes comes after it
    public record Report(List<String> problems, long toldNs) {}

    private final RouteNetlink route;
    private final DatagramSocket datagrams;

    /// Opens the sockets that are needed, so that fencing itself opens as little as possible.
    public Fencer() throws IOException {
        route = new RouteNetlink();
        datagrams = new DatagramSocket();
    }

    /// Goes through all steps on things that do not exist, so that the first fence finds every
    /// class loaded and every socket warm: 100 ms of a cold start become few.
    public void rehearse() {
        InetSocketAddress self =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), datagrams.getLocalPort());
        FencePlan nothing =
                new FencePlan(
                        "rehearsal",
                        List.of("understudy_rehearsal"),
                        List.of(new FencePlan.Address(0, InetAddress.ofLiteral("192.0.2.1"), 32)),
                        List.of("/nonexistent"),
                        List.of("/dev/null"), // so that the way of writing a file is loaded too
                        List.of("/nonexistent/cgroup"),
                        "rehearsal/none",
                        List.of(new FencePlan.Datagram(self, new byte[1])));
        // Twice: the first run loads and links, the second finds what only then is cached.
        fence(List.of(nothing));
        fence(List.of(nothing));
        clean(List.of(nothing));
    }

    /// Fences: after this the modules' clients, files and processes are cut off.
    ///
    /// @param plans all modules of the dead daemon
    public Report fence(List<FencePlan> plans) {
        long startNs = System.nanoTime();
        List<String> problems = new ArrayList<>();
        for (FencePlan plan : plans) {
            silence(plan, problems);
        }
        for (FencePlan plan : plans) {
            for (String file : plan.aborts()) {
                attempt(problems, file, () -> abort(Path.of(file)));
            }
            for (String group : plan.cgroups()) {
                attempt(problems, group, () -> new Cgroup(Path.of(group)).kill());
            }
        }
        tell(plans, problems);
        long toldNs = System.nanoTime() - startNs;
        for (FencePlan plan : plans) {
            removeAddresses(plan, problems);
            if (!plan.mark().isEmpty()) { // slower: looks at every process
                attempt(problems, plan.mark(), () -> killMarked(plan.mark()));
            }
        }
        return new Report(List.copyOf(problems), toldNs);
    }

    /// Ends the leases. Removing the addresses too is slower and can wait, unless a table was
    /// missing (somebody flushed it) and silences nothing.
    private void silence(FencePlan plan, List<String> problems) {
        boolean[] isSilent = {true};
        for (String table : plan.tables()) {
            boolean isDone =
                    attempt(
                            problems,
                            "lease of " + table,
                            () -> isSilent[0] &= LeaseFilter.endLease(table));
            isSilent[0] &= isDone; // after the step, which sets it too
        }
        if (!isSilent[0]) {
            removeAddresses(plan, problems);
        }
    }

    private void removeAddresses(FencePlan plan, List<String> problems) {
        for (FencePlan.Address address : plan.addresses()) {
            attempt(problems, "address " + address.address(), () -> removeAddress(address));
        }
    }

    /// Sends the datagrams of the plans, once.
    public void tell(List<FencePlan> plans, List<String> problems) {
        for (FencePlan plan : plans) {
            for (FencePlan.Datagram each : plan.datagrams()) {
                attempt(
                        problems,
                        "message to " + each.to(),
                        () ->
                                datagrams.send(
                                        new DatagramPacket(
                                                each.bytes(), each.bytes().length, each.to())));
            }
        }
    }

    /// Removes what fencing leaves: the tables and the mounts whose connection is dead.
    ///
    /// @return problems, empty when nothing is left
    public List<String> clean(List<FencePlan> plans) {
        List<String> problems = new ArrayList<>();
        for (FencePlan plan : plans) {
            removeAddresses(plan, problems);
            for (String table : plan.tables()) {
                attempt(problems, "table " + table, () -> LeaseFilter.deleteTables(table));
            }
            for (String mount : plan.mounts()) {
                attempt(problems, "mount " + mount, () -> detach(mount));
            }
        }
        return problems;
    }

    private interface Step {
        void run() throws IOException;
    }

    /// Carries out a step; a failure is noted and keeps no other step from being tried.
    private static boolean attempt(List<String> problems, String what, Step step) {
        try {
            step.run();
            return true;
        } catch (IOException | RuntimeException e) {
            problems.add(what + ": " + e.getMessage());
            return false;
        }
    }

    /// Removes an address wherever it is: a plan may be older than its place.
    private void removeAddress(FencePlan.Address wanted) throws ErrnoException {
        for (RouteNetlink.Address each : route.addresses()) {
            if (each.address().equals(wanted.address())) {
                // false = gone meanwhile, which is as good
                boolean _ = route.removeAddress(each.index(), each.address(), each.prefix());
            }
        }
    }

    private static void abort(Path file) throws IOException {
        if (Files.exists(file)) {
            Files.writeString(file, "1");
        }
    }

    private static void killMarked(String mark) throws IOException {
        List<Long> left = MarkedProcesses.kill(mark, 200);
        if (!left.isEmpty()) {
            throw new IOException("processes " + left + " do not end (blocked in the kernel)");
        }
    }

    /// Detaches as long as there is a FUSE mount at the place: they may be stacked.
    private static void detach(String mount) throws IOException {
        for (int i = 0; i < 16 && isDeadFuse(mount); i++) {
            Errno.check("unmount " + mount, Mounts.unmount(mount, Mounts.MNT_DETACH));
        }
    }

    private static boolean isDeadFuse(String mount) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            int dash = line.indexOf(" - fuse");
            if (dash > 0 && line.substring(0, dash).split(" ", -1)[4].equals(escape(mount))) {
                return true;
            }
        }
        return false;
    }

    /// proc(5): blank, tab, newline and backslash are written in octal.
    private static String escape(String path) {
        return path.replace("\\", "\\134")
                .replace(" ", "\\040")
                .replace("\t", "\\011")
                .replace("\n", "\\012");
    }

    @Override
    public void close() {
        datagrams.close();
        route.close();
    }
}
