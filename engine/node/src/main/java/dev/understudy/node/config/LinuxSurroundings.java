package dev.understudy.node.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Looks at `/proc` and the interfaces of a Linux machine.
public final class LinuxSurroundings implements Surroundings {
    private static final int NAMED_MAX = 10;

    private final Function<InetAddress, Optional<String>> neighbour;

    /// @param neighbour asks the network who answers for an address (ARP or neighbour discovery);
    ///   empty if nobody does
    public LinuxSurroundings(Function<InetAddress, Optional<String>> neighbour) {
        this.neighbour = neighbour;
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public List<String> usersOf(Path directory) {
        Path real;
        try {
            real = directory.toRealPath();
        } catch (IOException absent) {
            return List.of();
        }
        Set<Long> ours = ours();
        List<String> users = new ArrayList<>();
        try (DirectoryStream<Path> processes =
                Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
            for (Path process : processes) {
                if (users.size() >= NAMED_MAX) break;
                long pid = Long.parseLong(process.getFileName().toString());
                if (ours.contains(pid)) continue;
                usedBy(process, real)
                        .ifPresent(file ->
                                users.add("%s (pid %d, %s)".formatted(name(process), pid, file)));
            }
        } catch (IOException | NumberFormatException unreadable) {
            return users; // a /proc that cannot be read names nobody
        }
        return users;
    }

    /// This process and those it descends from: the daemon and its guard hold directories open.
    private static Set<Long> ours() {
        Set<Long> pids = new java.util.HashSet<>();
        Optional<ProcessHandle> process = Optional.of(ProcessHandle.current());
        while (process.isPresent()) {
            pids.add(process.get().pid());
            process = process.get().parent();
        }
        return pids;
    }

    private static Optional<String> usedBy(Path process, Path directory) {
        // proc(5): cwd, root and fd/* are links to what is in use.
        for (String link : List.of("cwd", "root")) {
            Optional<String> found = below(process.resolve(link), directory);
            if (found.isPresent()) return found;
        }
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                Optional<String> found = below(descriptor, directory);
                if (found.isPresent()) return found;
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException gone) {
            return Optional.empty(); // the process ended, or is not ours to look at
        }
        return Optional.empty();
    }

    private static Optional<String> below(Path link, Path directory) {
        try {
            Path target = Files.readSymbolicLink(link);
            return target.isAbsolute() && target.startsWith(directory)
                    ? Optional.of(target.toString())
                    : Optional.empty();
        } catch (IOException | java.nio.file.InvalidPathException gone) {
            return Optional.empty();
        }
    }

    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException gone) {
            return "process";
        }
    }

    @Override
    public String userOf(InetAddress address) {
        try {
            NetworkInterface here = NetworkInterface.getByInetAddress(address);
            if (here != null) return "interface %s of this machine".formatted(here.getName());
        } catch (SocketException unreadable) {
            return "";
        }
        return neighbour.apply(address).orElse("");
    }
}
