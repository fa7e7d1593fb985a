package dev.understudy.node.config;

import dev.understudy.core.member.HaException;
import dev.understudy.safe.Checker;
import dev.understudy.safe.Replication;
import dev.understudy.safe.Service;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.VirtualIp;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/// Collects what an administrator should know of this machine before a module serves on it. Looks
/// only; what the figures mean is said where those of both nodes are.
public final class Preflight {
    private static final Duration WALK_MAX = Duration.ofSeconds(60);
    private static final Duration CALL_MAX = Duration.ofSeconds(60);
    private static final int PROBE_BYTES = 8 << 20;
    private static final int PROBES = 3;
    private static final int ROUND_TRIPS = 5;

    /// What is known of this machine.
    ///
    /// @param nowMs this machine's clock, Unix time
    /// @param missing services and programs that are not there, in words
    /// @param conflicts addresses and ports that somebody else uses, in words
    /// @param users names and numbers of all accounts
    /// @param groups names and numbers of all groups
    /// @param links to the other nodes
    public record Facts(
            String node,
            long nowMs,
            List<DirectoryFacts> directories,
            List<String> missing,
            List<String> conflicts,
            Map<String, Integer> users,
            Map<String, Integer> groups,
            List<Link> links) {}

    /// A replicated directory.
    ///
    /// @param isWhole false: it was not walked to its end within a minute; the figures are less
    ///   than what is there
    /// @param uids owners of its files
    /// @param gids groups of its files
    public record DirectoryFacts(
            String id,
            String path,
            boolean isThere,
            boolean isWhole,
            long files,
            long bytes,
            long freeBytes,
            Set<Integer> uids,
            Set<Integer> gids) {}

    /// The way to another node, measured over TLS as replication takes it.
    ///
    /// @param bytesPerSecond of the fastest of three transfers of 8 MiB; 0 = it does not answer
    /// @param roundTripUs of the fastest of five small calls
    public record Link(String peer, long bytesPerSecond, long roundTripUs) {}

    private final ModuleStore store;
    private final Peers peers;
    private final Surroundings surroundings;
    private final Clock clock;
    private final LongSupplier nowNs;

    /// @param nowNs a clock for durations
    public Preflight(
            ModuleStore store,
            Peers peers,
            Surroundings surroundings,
            Clock clock,
            LongSupplier nowNs) {
        this.store = store;
        this.peers = peers;
        this.surroundings = surroundings;
        this.clock = clock;
        this.nowNs = nowNs;
    }

    /// Looks at this machine for a module. Takes up to a minute for each replicated directory.
    ///
    /// @param isServing the module runs here: its own ports and addresses are no conflict
    /// @throws HaException HA-4410 if the module is not installed
    public Facts look(String module, boolean isServing) throws IOException, InterruptedException {
        ActiveModule active =
                store.active(module)
                        .orElseThrow(() ->
                                new HaException(
                                        "HA-4410",
                                        "module %s is not installed".formatted(module),
                                        null,
                                        "see `safe state` for the modules of a node"));
        UserConfig config = active.config();
        List<DirectoryFacts> directories = new ArrayList<>();
        for (Replication.Directory d : config.replication().directories()) {
            directories.add(directory(d));
        }
        List<Link> links = new ArrayList<>();
        for (String peer : peers.others()) links.add(link(peer));
        List<String> missing = missing(config);
        List<String> conflicts = isServing ? List.of() : conflicts(config);
        return new Facts(
                peers.self(),
                clock.millis(),
                directories,
                missing,
                conflicts,
                accounts(Path.of("/etc/passwd")),
                accounts(Path.of("/etc/group")),
                links);
    }

    private DirectoryFacts directory(Replication.Directory directory) throws IOException {
        Path path = Path.of(directory.path());
        if (!surroundings.isDirectory(path)) {
            return new DirectoryFacts(
                    directory.id(), directory.path(), false, true, 0, 0, 0, Set.of(), Set.of());
        }
        Walk walk = new Walk(nowNs.getAsLong() + WALK_MAX.toNanos());
        Files.walkFileTree(path, walk);
        return new DirectoryFacts(
                directory.id(),
                directory.path(),
                true,
                walk.isWhole,
                walk.files,
                walk.bytes,
                Files.getFileStore(path).getUsableSpace(),
                walk.uids,
                walk.gids);
    }

    private final class Walk extends SimpleFileVisitor<Path> {
        private final long endNs;
        private final Set<Integer> uids = new TreeSet<>();
        private final Set<Integer> gids = new TreeSet<>();
        private long files;
        private long bytes;
        private boolean isWhole = true;

        Walk(long endNs) {
            this.endNs = endNs;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
                throws IOException {
            return count(path, 0);
        }

        @Override
        public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
                throws IOException {
            return count(path, attributes.isRegularFile() ? attributes.size() : 0);
        }

        @Override
        public FileVisitResult visitFileFailed(Path path, IOException gone) {
            return FileVisitResult.CONTINUE; // it went between listing and looking
        }

        private FileVisitResult count(Path path, long size) throws IOException {
            Map<String, Object> owner;
            try {
                owner = Files.readAttributes(path, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
            } catch (java.nio.file.NoSuchFileException gone) {
                return FileVisitResult.CONTINUE;
            }
            if (owner.get("uid") instanceof Integer uid) uids.add(uid);
            if (owner.get("gid") instanceof Integer gid) gids.add(gid);
            files++;
            bytes += size;
            if (nowNs.getAsLong() < endNs) return FileVisitResult.CONTINUE;
            isWhole = false;
            return FileVisitResult.TERMINATE;
        }
    }

    private static List<String> missing(UserConfig config) {
        List<String> missing = new ArrayList<>();
        for (Service service : config.services()) {
            switch (service.kind()) {
                case Service.Systemd(String unit) -> {
                    if (!isUnit(unit)) {
                        missing.add("service '%s': no unit %s".formatted(service.id(), unit));
                    }
                }
                case Service.Command command -> {
                    Set<String> programs = new TreeSet<>();
                    for (List<String> argv :
                            List.of(
                                    command.start(),
                                    command.stop(),
                                    command.forceStop(),
                                    command.status())) {
                        if (!argv.isEmpty()) programs.add(argv.getFirst());
                    }
                    for (String program : programs) {
                        if (!Files.isExecutable(Path.of(program))) {
                            missing.add(
                                    "service '%s': no program %s".formatted(service.id(), program));
                        }
                    }
                }
                case Service.WindowsService(String name) ->
                        missing.add(
                                "service '%s': %s is one of Windows".formatted(service.id(), name));
                case Service.IisPool(String name) ->
                        missing.add("service '%s': %s is one of IIS".formatted(service.id(), name));
            }
        }
        return missing;
    }

    // systemd.unit(5), UNIT FILE LOAD PATH; an instance name@x.service is read from name@.service
    private static boolean isUnit(String unit) {
        String template = unit.replaceFirst("@[^.]*[.]", "@.");
        for (String folder :
                List.of(
                        "/etc/systemd/system",
                        "/run/systemd/system",
                        "/run/systemd/generator",
                        "/usr/local/lib/systemd/system",
                        "/usr/lib/systemd/system",
                        "/lib/systemd/system")) {
            if (Files.exists(Path.of(folder, unit)) || Files.exists(Path.of(folder, template))) {
                return true;
            }
        }
        return false;
    }

    private List<String> conflicts(UserConfig config) throws IOException {
        List<String> conflicts = new ArrayList<>();
        for (VirtualIp ip : config.virtualIps()) {
            String user = surroundings.userOf(ip.address());
            if (!user.isEmpty()) {
                conflicts.add(
                        "virtual IP '%s': %s is in use by %s"
                                .formatted(ip.id(), ip.address().getHostAddress(), user));
            }
        }
        Set<Integer> taken = listening();
        for (Service service : config.services()) {
            if (service.ready().isPresent()
                    && service.ready().get().test() instanceof Service.Ready.Tcp(String _, int port)
                    && taken.contains(port)) {
                conflicts.add(
                        "service '%s': something listens on port %d although it does not run"
                                .formatted(service.id(), port));
            }
        }
        for (Checker checker : config.checkers()) {
            boolean isOwn = checker.when() != dev.understudy.safe.When.PRE;
            if (isOwn
                    && checker.kind() instanceof Checker.Tcp(String address, int port)
                    && (address.isEmpty() || address.matches("127[.].*|localhost|virtual-ip"))
                    && taken.contains(port)
                    && conflicts.stream().noneMatch(c -> c.contains("port " + port + " "))) {
                conflicts.add(
                        "checker '%s': something listens on port %d although it does not run"
                                .formatted(checker.id(), port));
            }
        }
        return conflicts;
    }

    // proc(5), /proc/net/tcp: the second column is address:port in hexadecimal, state 0A = LISTEN
    private static Set<Integer> listening() throws IOException {
        Set<Integer> ports = new TreeSet<>();
        for (String file : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (!Files.exists(Path.of(file))) continue;
            for (String line : Files.readAllLines(Path.of(file))) {
                String[] words = line.strip().split("\\s+", -1);
                if (words.length > 3 && words[3].equals("0A")) {
                    ports.add(Integer.parseInt(words[1].substring(words[1].indexOf(':') + 1), 16));
                }
            }
        }
        return ports;
    }

    // passwd(5), group(5): name:password:number:…
    private static Map<String, Integer> accounts(Path file) throws IOException {
        Map<String, Integer> found = new TreeMap<>();
        if (!Files.exists(file)) return found;
        for (String line : Files.readAllLines(file)) {
            String[] fields = line.split(":", -1);
            if (fields.length > 3 && fields[2].matches("[0-9]{1,9}")) {
                found.put(fields[0], Integer.parseInt(fields[2]));
            }
        }
        return found;
    }

    private Link link(String peer) throws InterruptedException {
        long shortestNs = Long.MAX_VALUE;
        long fastestNs = Long.MAX_VALUE;
        try {
            for (int i = 0; i < ROUND_TRIPS; i++) {
                shortestNs = Math.min(shortestNs, probe(peer, new byte[1]));
            }
            byte[] much = new byte[PROBE_BYTES];
            for (int i = 0; i < PROBES; i++) {
                fastestNs = Math.min(fastestNs, probe(peer, much));
            }
        } catch (HaException away) {
            return new Link(peer, 0, 0);
        }
        long transferNs = Math.max(1, fastestNs - shortestNs);
        return new Link(peer, PROBE_BYTES * 1_000_000_000L / transferNs, shortestNs / 1000);
    }

    private long probe(String peer, byte[] bytes) throws InterruptedException {
        long begun = nowNs.getAsLong();
        Peers.Answer answer =
                peers.call(
                        peer, "POST", "/api/v1/probe", "application/octet-stream", bytes, CALL_MAX);
        if (answer.status() / 100 != 2) {
            throw new HaException("HA-4111", peer + " does not answer a probe", null, "");
        }
        return nowNs.getAsLong() - begun;
    }
}
