package dev.understudy.tests.lab;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The switch that joins nodes, router and client: one bridge for each network, in a namespace of
/// its own.
///
/// Faults live here and not in the nodes, so that they never touch a rule that the product made. A
/// port is named `<machine><network>`, such as `a0` for node a on the service network.
public final class Network {
    /// The network that carries clients and the virtual IP.
    public static final int SERVICE = 0;

    /// The second network, for heartbeats and replication.
    public static final int HEARTBEAT = 1;

    private final NetworkSpace hub;
    private final int networks;
    private final Map<String, String> rules = new LinkedHashMap<>();

    Network(NetworkSpace hub, int networks) {
        this.hub = hub;
        this.networks = networks;
    }

    /// Gives the number of networks, 1 or 2.
    public int count() {
        return networks;
    }

    void build() {
        Shell.must("ip", "netns", "add", hub.name());
        for (int i = 0; i < networks; i++) {
            hub.must("ip", "link", "add", "br" + i, "type", "bridge", "forward_delay", "0");
            hub.must("ip", "link", "set", "br" + i, "up");
        }
        apply();
    }

    /// Plugs a machine into a network; its interface is `eth<network>`.
    void plug(NetworkSpace machine, String port, int network, String address) {
        String nic = "eth" + network;
        Shell.must(
                "ip",
                "link",
                "add",
                "name",
                nic,
                "netns",
                machine.name(),
                "type",
                "veth",
                "peer",
                "name",
                port + network,
                "netns",
                hub.name());
        hub.must("ip", "link", "set", port + network, "master", "br" + network, "up");
        machine.must("ip", "addr", "add", address + "/24", "dev", nic);
        machine.must("ip", "link", "set", nic, "up");
    }

    /// Cuts the way from one machine to another, on every network; the other direction stays.
    public synchronized void cutOneWay(String from, String to) {
        for (int i = 0; i < networks; i++) {
            cutOneWay(from, to, i);
        }
    }

    /// Cuts one direction on one network.
    public synchronized void cutOneWay(String from, String to, int network) {
        rules.put(
                "cut " + from + ">" + to + " " + network,
                "iifname \"%s%d\" oifname \"%s%d\" drop".formatted(from, network, to, network));
        apply();
    }

    /// Cuts both directions on every network.
    public synchronized void cut(String one, String other) {
        for (int i = 0; i < networks; i++) {
            cut(one, other, i);
        }
    }

    /// Cuts both directions on one network.
    public synchronized void cut(String one, String other, int network) {
        cutOneWay(one, other, network);
        cutOneWay(other, one, network);
    }

    /// Cuts what two nodes say to each other by their own addresses, on every network, as a
    /// firewall does; the virtual address stays in sight, and so do all other machines.
    public synchronized void silence(String one, String other) {
        for (int i = 0; i < networks; i++) {
            silenceOneWay(one, other, i);
            silenceOneWay(other, one, i);
        }
        apply();
    }

    /// One direction of [#silence].
    public synchronized void silenceOneWay(String from, String to) {
        for (int i = 0; i < networks; i++) {
            silenceOneWay(from, to, i);
        }
        apply();
    }

    private void silenceOneWay(String from, String to, int network) {
        rules.put(
                "silence " + from + ">" + to + " " + network,
                "iifname \"%s%d\" oifname \"%s%d\" ip saddr != %s ip daddr != %s drop"
                        .formatted(from, network, to, network, Lab.VIRTUAL_IP, Lab.VIRTUAL_IP));
    }

    /// Cuts a machine off on every network: nothing reaches it, nothing leaves it.
    public synchronized void isolate(String machine) {
        for (int i = 0; i < networks; i++) {
            rules.put(
                    "isolate " + machine + " " + i,
                    "iifname \"%s%d\" drop; add rule bridge lab forward oifname \"%s%d\" drop"
                            .formatted(machine, i, machine, i));
        }
        apply();
    }

    /// Loses `percent` of the frames between two machines, both directions, every network; 0 ends
    /// it.
    public synchronized void lose(String one, String other, int percent) {
        for (int i = 0; i < networks; i++) {
            loseOneWay(one, other, i, percent);
            loseOneWay(other, one, i, percent);
        }
        apply();
    }

    private void loseOneWay(String from, String to, int network, int percent) {
        String key = "lose " + from + ">" + to + " " + network;
        if (percent == 0) {
            rules.remove(key);
        } else {
            rules.put(
                    key,
                    "iifname \"%s%d\" oifname \"%s%d\" numgen random mod 100 < %d drop"
                            .formatted(from, network, to, network, percent));
        }
    }

    /// Ends every cut and loss.
    public synchronized void heal() {
        rules.clear();
        apply();
    }

    /// Limits what a machine receives on a network, such as `1mbit`; `null` ends it.
    public void limit(String machine, int network, @Nullable String rate) {
        String port = machine + network;
        if (rate == null) {
            hub.must("tc", "qdisc", "del", "dev", port, "root");
        } else {
            hub.must(
                    "tc", "qdisc", "replace", "dev", port, "root", "tbf", "rate", rate, "burst",
                    "32kb", "latency", "50ms");
        }
    }

    /// Pulls a machine's plugs (`up` = false) or puts them back, all networks in one step.
    void plugs(String machine, boolean up) {
        StringBuilder batch = new StringBuilder();
        for (int i = 0; i < networks; i++) {
            batch.append("link set ").append(machine).append(i).append(up ? " up\n" : " down\n");
        }
        hub.exec(Shell.PATIENCE, batch.toString(), List.of("ip", "-batch", "-"));
    }

    private void apply() {
        StringBuilder text =
                new StringBuilder(
                        """
                        add table bridge lab
                        add chain bridge lab forward { type filter hook forward priority 0; }
                        flush chain bridge lab forward
                        """);
        rules.values()
                .forEach(rule ->
                        text.append("add rule bridge lab forward ").append(rule).append('\n'));
        Shell.Result result = hub.exec(Shell.PATIENCE, text.toString(), List.of("nft", "-f", "-"));
        if (!result.isOk()) {
            throw new LabException("nft in the lab's switch: " + result.text());
        }
    }
}
