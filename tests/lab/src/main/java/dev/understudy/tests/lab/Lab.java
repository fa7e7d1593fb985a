package dev.understudy.tests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Two or more nodes, a router that answers ping, and a client, all in namespaces of this machine.
/// Needs root.
///
/// Everything it makes carries a name that begins with `us`, this JVM's process id and a number; it
/// is removed by [#close], by a shutdown hook, and, after a SIGKILL of the JVM, by [LabCleaner].
/// Nodes die with the JVM in any case.
public final class Lab implements AutoCloseable {
    /// The address that the virtual IP of a module can take.
    public static final String VIRTUAL_IP = "10.79.0.10";

    /// The router's address on the service network: default gateway and ping witness.
    public static final String GATEWAY = "10.79.0.254";

    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final LabSpec spec;
    private final String prefix;
    private final Path directory;
    private final Network network;
    private final NetworkSpace router;
    private final NetworkSpace client;
    private final Map<String, LabNode> nodes = new LinkedHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread hook = new Thread(this::closeAtExit, "lab-close");

    private Lab(LabSpec spec, String prefix) {
        this.spec = spec;
        this.prefix = prefix;
        this.directory = spec.directory().resolve(prefix);
        this.network = new Network(new NetworkSpace(prefix + "-hub"), spec.networks());
        this.router = new NetworkSpace(prefix + "-router");
        this.client = new NetworkSpace(prefix + "-client");
    }

    /// Makes a lab of two nodes, switched on.
    public static Lab create(long seed) {
        return create(LabSpec.twoNodes(seed));
    }

    /// Makes a lab and switches every node on.
    ///
    /// @throws LabException when the machine refuses; nothing is left behind then
    public static Lab create(LabSpec spec) {
        if (!Files.isWritable(Path.of("/sys"))) {
            throw new LabException(
                    "the lab makes namespaces, mounts and loop devices: run it as root");
        }
        requireCommands();
        LabCleaner.removeOrphans(spec.directory(), false);
        String prefix = "us" + ProcessHandle.current().pid() + "x" + COUNTER.incrementAndGet();
        Lab lab = new Lab(spec, prefix);
        Runtime.getRuntime().addShutdownHook(lab.hook);
        try {
            lab.build();
            return lab;
        } catch (RuntimeException | IOException e) {
            lab.destroy();
            throw e instanceof LabException failure
                    ? failure
                    : new LabException("lab not built", e);
        }
    }

    /// What the lab runs, with the Debian package of each.
    private static final Map<String, String> COMMANDS =
            Map.of(
                    "ip", "iproute2",
                    "tc", "iproute2",
                    "nft", "nftables",
                    "ping", "iputils-ping",
                    "mkfs.ext4", "e2fsprogs",
                    "losetup", "mount",
                    "nsenter", "util-linux",
                    "sysctl", "procps");

    private static void requireCommands() {
        TreeSet<String> missing = new TreeSet<>();
        COMMANDS.forEach((command, debianPackage) -> {
            if (!Shell.run(Shell.PATIENCE, "", List.of("sh", "-c", "command -v " + command))
                    .isOk()) {
                missing.add(debianPackage);
            }
        });
        if (!missing.isEmpty()) {
            throw new LabException("the lab needs: apt-get install " + String.join(" ", missing));
        }
    }

    private void build() throws IOException {
        Files.createDirectories(diskDirectory());
        LabCleaner.writeOwner(directory, spec.keep());
        Files.writeString(hostsFile(), hosts());
        network.build();
        addMachine(router, "router", 254);
        router.must("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        addMachine(client, "client", 100);
        for (String name : spec.nodes()) {
            LoopDisk disk = LoopDisk.create(directory.resolve(name + ".img"), spec.diskBytes());
            NetworkSpace space = new NetworkSpace(prefix + "-" + name);
            LabNode node =
                    new LabNode(
                            this,
                            name,
                            space,
                            disk,
                            LabCleaner.cgroupRoot().resolve(prefix).resolve(name));
            nodes.put(name, node);
            addMachine(space, name, host(name));
            space.must("ip", "route", "add", "default", "via", GATEWAY);
            node.powerOn();
        }
    }

    private void addMachine(NetworkSpace space, String port, int host) {
        Shell.must("ip", "netns", "add", space.name());
        space.must("ip", "link", "set", "lo", "up");
        for (int i = 0; i < spec.networks(); i++) {
            network.plug(space, port, i, address(host, i));
        }
    }

    /// Gives the specification that it was made from.
    public LabSpec spec() {
        return spec;
    }

    /// Gives the directory with images, logs and whatever a test puts beside them; deleted at the
    /// end.
    public Path directory() {
        return directory;
    }

    /// Gives the name that all of its objects begin with.
    public String prefix() {
        return prefix;
    }

    /// Gives a node by its name.
    public LabNode node(String name) {
        LabNode node = nodes.get(name);
        if (node == null) {
            throw new LabException("no node " + name + " in " + nodes.keySet());
        }
        return node;
    }

    /// Gives all nodes in the order of the specification.
    public List<LabNode> nodes() {
        return List.copyOf(nodes.values());
    }

    /// Gives the switch, where links are cut.
    public Network network() {
        return network;
    }

    /// Gives the client's network.
    public NetworkSpace client() {
        return client;
    }

    /// Gives the router's network.
    public NetworkSpace router() {
        return router;
    }

    /// Gives a node's address on a network.
    public String address(String node, int networkIndex) {
        return address(host(node), networkIndex);
    }

    private int host(String node) {
        int index = spec.nodes().indexOf(node);
        if (index < 0) {
            throw new LabException("no node " + node);
        }
        return index + 1;
    }

    private static String address(int host, int networkIndex) {
        return "10.79." + networkIndex + "." + host;
    }

    Path diskDirectory() {
        return directory.resolve("disk");
    }

    Path hostsFile() {
        return directory.resolve("hosts");
    }

    private String hosts() {
        StringBuilder text = new StringBuilder("127.0.0.1 localhost\n::1 localhost\n");
        for (String name : spec.nodes()) {
            text.append(address(name, Network.SERVICE)).append(' ').append(name).append('\n');
        }
        return text.append(GATEWAY).append(" router\n").toString();
    }

    /// Removes everything, unless the specification says keep.
    @Override
    public void close() {
        if (spec.keep()) {
            closed.set(true);
            return;
        }
        destroy();
    }

    private void closeAtExit() {
        close();
    }

    private void destroy() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        List<Throwable> failures = new ArrayList<>();
        for (LabNode node : nodes.values()) {
            try {
                node.destroy();
            } catch (IOException | RuntimeException e) {
                failures.add(e);
            }
        }
        try {
            LabCleaner.remove(directory);
        } catch (IOException | RuntimeException e) {
            failures.add(e);
        }
        if (!Thread.currentThread().equals(hook)) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        if (!failures.isEmpty()) {
            LabException failure = new LabException("lab " + prefix + " not removed cleanly");
            failures.forEach(failure::addSuppressed);
            throw failure;
        }
    }
}
