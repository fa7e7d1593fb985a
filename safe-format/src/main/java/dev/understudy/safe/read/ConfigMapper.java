package dev.understudy.safe.read;

import dev.understudy.safe.Action;
import dev.understudy.safe.Bandwidth;
import dev.understudy.safe.Checker;
import dev.understudy.safe.Finding;
import dev.understudy.safe.LoadBalancing;
import dev.understudy.safe.Manifest;
import dev.understudy.safe.Node;
import dev.understudy.safe.ProcessWatch;
import dev.understudy.safe.Replication;
import dev.understudy.safe.Size;
import dev.understudy.safe.UserConfig;
import dev.understudy.safe.VirtualIp;
import dev.understudy.safe.When;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Turns a configuration that fits its schema into a [UserConfig]: every default is here.
final class ConfigMapper {
    private final When serving;
    private final List<Finding> findings;

    private ConfigMapper(Manifest.Kind kind, List<Finding> findings) {
        this.serving = kind == Manifest.Kind.MIRROR ? When.PRIM : When.UP;
        this.findings = findings;
    }

    static UserConfig map(Node.Mapping root, Manifest.Kind kind, List<Finding> findings) {
        return new ConfigMapper(kind, findings).config(new Fields(root));
    }

    private UserConfig config(Fields root) {
        return new UserConfig(
                module(root.in("module")),
                heartbeats(root.in("heartbeats")),
                isolation(root.in("isolation")),
                timeouts(root.in("timeouts")),
                virtualIps(root),
                root.items("load-balancing").stream().map(ConfigMapper::loadBalancing).toList(),
                replication(root.in("replication")),
                root.items("services").stream()
                        .map(item -> ServiceMapper.map(item, when(item)))
                        .toList(),
                root.items("processes").stream().map(this::process).toList(),
                root.items("checkers").stream().map(this::checker).toList(),
                root.items("rules").stream()
                        .map(r ->
                                new UserConfig.Rule(
                                        r.text("id", ""),
                                        r.text("if", ""),
                                        r.duration("for", UserConfig.Rule.STABLE),
                                        r.word("then", Action.NONE, Action.class)))
                        .toList());
    }

    private static UserConfig.ModuleSettings module(Fields f) {
        Fields limit = f.in("restart-limit");
        return new UserConfig.ModuleSettings(
                f.word("boot", UserConfig.Boot.AUTO, UserConfig.Boot.class),
                f.duration("boot-delay", Duration.ZERO),
                f.isOn("failover", true),
                f.text("preferred-primary", "none"),
                UserConfig.SwapBack.of(f.text("swap-back", "on")),
                new UserConfig.RestartLimit(
                        limit.number("count", 3), limit.duration("within", Duration.ofHours(24))));
    }

    private static UserConfig.Heartbeats heartbeats(Fields f) {
        return new UserConfig.Heartbeats(
                f.duration("interval", Duration.ofMillis(200)),
                f.duration("lease", Duration.ofMillis(1500)),
                f.duration("timeout", Duration.ofSeconds(2)),
                f.texts("networks"));
    }

    private static UserConfig.Isolation isolation(Fields f) {
        List<UserConfig.Fencing> fencing = new ArrayList<>();
        for (Fields item : f.items("fencing")) {
            fencing.add(
                    new UserConfig.Fencing(
                            item.text("id", ""),
                            item.texts("command"),
                            item.duration("within", Duration.ofSeconds(10))));
        }
        return new UserConfig.Isolation(
                f.word("policy", UserConfig.Policy.PROTECT, UserConfig.Policy.class),
                f.has("witnesses") ? f.texts("witnesses") : List.of(UserConfig.Isolation.GATEWAY),
                fencing);
    }

    private static UserConfig.Timeouts timeouts(Fields f) {
        return new UserConfig.Timeouts(
                f.duration("start", Duration.ofMinutes(2)),
                f.duration("stop", Duration.ofSeconds(60)),
                f.duration("force-stop", Duration.ofSeconds(60)));
    }

    private List<VirtualIp> virtualIps(Fields root) {
        List<VirtualIp> ips = new ArrayList<>();
        for (Fields item : root.items("virtual-ips")) {
            Optional<InetAddress> address = Addresses.parse(item.text("address", ""));
            if (address.isEmpty() && item.text("address", "").contains("$(")) {
                continue; // the reference itself is wrong, which was said
            }
            if (address.isEmpty()) {
                String text = "'%s' is not an address".formatted(item.text("address", ""));
                findings.add(
                        Finding.error(
                                "C020",
                                item.position("address"),
                                text,
                                "write an IPv4 or IPv6 address"));
                continue;
            }
            ips.add(
                    new VirtualIp(
                            item.text("id", ""),
                            address.get(),
                            item.number("prefix-length", -1),
                            item.text("interface", VirtualIp.AUTO),
                            item.text("mode", "single").equals("balanced"),
                            item.isOn("check", true),
                            serving));
        }
        return ips;
    }

    private static LoadBalancing loadBalancing(Fields f) {
        Map<String, Integer> weights = new LinkedHashMap<>();
        Fields given = f.in("weights");
        given.keys().forEach(node -> weights.put(node, given.number(node, 1)));
        return new LoadBalancing(
                f.text("id", ""),
                f.text("virtual-ip", ""),
                f.word("protocol", LoadBalancing.Protocol.TCP, LoadBalancing.Protocol.class),
                f.number("port", 0),
                f.word(
                        "affinity",
                        LoadBalancing.Affinity.CLIENT_ADDRESS,
                        LoadBalancing.Affinity.class),
                weights);
    }

    private static Replication replication(Fields f) {
        List<Replication.Directory> directories = new ArrayList<>();
        for (Fields d : f.items("directories")) {
            directories.add(
                    new Replication.Directory(
                            d.text("id", ""),
                            d.text("path", ""),
                            d.texts("exclude"),
                            d.texts("require")));
        }
        return new Replication(
                f.word("durability", Replication.Durability.MEMORY, Replication.Durability.class),
                f.text("network", "auto"),
                f.duration("acknowledge-within", Duration.ofSeconds(2)),
                Bandwidth.parse(f.in("resync").text("bandwidth-limit", "")),
                quarantine(f.in("quarantine")),
                directories);
    }

    private static Replication.Quarantine quarantine(Fields f) {
        Replication.Quarantine normal = Replication.Quarantine.DEFAULT;
        return new Replication.Quarantine(
                Size.parse(f.text("max-size", "")).orElse(normal.maxSize()),
                f.duration("max-age", normal.maxAge()));
    }

    private ProcessWatch process(Fields f) {
        return new ProcessWatch(
                f.text("id", ""),
                f.text("name", ""),
                f.optional("arguments"),
                f.number("at-least", 1),
                f.number("at-most", -1),
                when(f),
                f.duration("interval", Duration.ofSeconds(10)),
                f.word("action", Action.RESTART, Action.class),
                f.texts("services"));
    }

    private Checker checker(Fields f) {
        When when = when(f);
        Checker.Kind kind =
                switch (f.text("type", "")) {
                    case "tcp" ->
                            new Checker.Tcp(f.text("address", "localhost"), f.number("port", 0));
                    case "script" -> new Checker.Script(f.text("file", ""));
                    case "ping" -> new Checker.Ping(f.text("address", ""));
                    case "interface" -> new Checker.Interface(f.text("interface", ""));
                    case "ip" -> new Checker.Ip(f.text("address", ""));
                    case "disk" ->
                            new Checker.Disk(
                                    f.text("path", ""),
                                    Size.parse(f.text("free", "")).orElse(new Size(1L << 30)));
                    case "http" -> new Checker.Http(f.text("url", ""), f.number("status", 200));
                    default -> new Checker.OtherModule(f.text("name", ""), f.optional("node"));
                };
        return new Checker(
                f.text("id", ""),
                when,
                f.duration("interval", Duration.ofSeconds(10)),
                f.duration("timeout", Duration.ofSeconds(5)),
                f.number("failures", 1),
                f.word("action", when == When.PRE ? Action.WAIT : Action.RESTART, Action.class),
                kind);
    }

    private When when(Fields f) {
        // `when: set` says that the item applies at all, not when.
        return f.text("when", "set").equals("set") ? serving : f.word("when", serving, When.class);
    }
}
