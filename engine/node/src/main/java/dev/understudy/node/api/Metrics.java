package dev.understudy.node.api;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/// The node's numbers in the text format of Prometheus, version 0.0.4; pure.
///
/// @see "prometheus.io/docs/instrumenting/exposition_formats"
final class Metrics {
    /// What the answer is.
    static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder out = new StringBuilder();

    private Metrics() {}

    /// Writes everything.
    ///
    /// @param fired how often rules fired, by module
    static String text(
            NodeState node,
            List<ModuleState> modules,
            Function<String, ModuleControl.Fired> fired) {
        Metrics metrics = new Metrics();
        metrics.node(node);
        metrics.states(modules);
        metrics.replication(modules);
        metrics.resources(modules);
        metrics.fired(modules, fired);
        return metrics.out.toString();
    }

    private void node(NodeState node) {
        head("node_start_time_seconds", "gauge", "When the daemon started, seconds since 1970.");
        line("node_start_time_seconds", Map.of("node", node.node()), node.startedAtMs() / 1e3);
        head("node_warnings", "gauge", "Warnings about the node.");
        line("node_warnings", Map.of("node", node.node()), node.warnings().size());
        head("network_up", "gauge", "1 if the peer is heard by this network.");
        for (NodeState.PeerNode peer : node.peers()) {
            for (NodeState.Network network : peer.networks()) {
                line(
                        "network_up",
                        labels("node", node.node(), "peer", peer.name(), "network", network.name()),
                        network.isUp() ? 1 : 0);
            }
        }
    }

    private void states(List<ModuleState> modules) {
        head("module_state", "gauge", "1 for the state that the module has here.");
        for (ModuleState module : modules) {
            for (ModuleState.State state : ModuleState.State.values()) {
                line(
                        "module_state",
                        with(module, "state", state.name()),
                        module.state() == state ? 1 : 0);
            }
        }
        head("module_health", "gauge", "1 for the health that the module has here.");
        for (ModuleState module : modules) {
            for (String health : List.of("good", "degraded", "transient", "waiting", "stopped")) {
                line(
                        "module_health",
                        with(module, "health", health),
                        module.health().equals(health) ? 1 : 0);
            }
        }
        head("module_state_since_seconds", "gauge", "When the state was entered, since 1970.");
        for (ModuleState module : modules) {
            line("module_state_since_seconds", of(module), module.sinceMs() / 1e3);
        }
        head("module_register_epoch", "gauge", "Rises with each change of who may serve.");
        for (ModuleState module : modules) {
            ModuleState.Register register = module.register();
            if (register != null) line("module_register_epoch", of(module), register.epoch());
        }
        head("module_peer_silent_seconds", "gauge", "Since the peer's last heartbeat.");
        for (ModuleState module : modules) {
            ModuleState.Peer peer = module.peer();
            Long silentMs = peer == null ? null : peer.silentMs();
            if (silentMs != null) {
                line("module_peer_silent_seconds", of(module), silentMs / 1e3);
            }
        }
    }

    private void replication(List<ModuleState> modules) {
        gauge(
                modules,
                "replication_lag_operations",
                "Not yet acknowledged by the peer.",
                ModuleState.Replication::lagOperations);
        gauge(
                modules,
                "replication_unconfirmed_bytes",
                "Maybe not yet durable on both nodes.",
                ModuleState.Replication::unconfirmedBytes);
        gauge(
                modules,
                "replication_dirty_bytes",
                "Missing on the peer.",
                ModuleState.Replication::dirtyBytes);
        gauge(
                modules,
                "replication_dirty_files",
                "Files of which the peer misses parts.",
                ModuleState.Replication::dirtyFiles);
        counter(
                modules,
                "replication_operations_total",
                "Operations announced.",
                ModuleState.Replication::operations);
        counter(
                modules,
                "replication_bytes_total",
                "Bytes of these operations.",
                ModuleState.Replication::bytes);
        head("replication_write_seconds", "summary", "From announcement to answer of a write.");
        for (ModuleState module : modules) {
            ModuleState.Replication one = module.replication();
            if (one == null) continue;
            String write = "replication_write_seconds";
            line(write, with(module, "quantile", "0.5"), one.acknowledgeUs() / 1e6);
            line(write, with(module, "quantile", "0.99"), one.acknowledgeP99Us() / 1e6);
        }
        head("replication_sync_seconds", "summary", "The same for an fsync.");
        for (ModuleState module : modules) {
            ModuleState.Replication one = module.replication();
            if (one == null) continue;
            line("replication_sync_seconds", with(module, "quantile", "0.5"), one.syncUs() / 1e6);
        }
        head("resync_bytes", "gauge", "Bytes of the copy under way.");
        for (ModuleState module : modules) {
            ModuleState.Resync resync = module.resync();
            if (resync == null) continue;
            line("resync_bytes", with(module, "part", "done"), resync.bytesDone());
            line("resync_bytes", with(module, "part", "total"), resync.bytesTotal());
        }
    }

    private void gauge(
            List<ModuleState> modules,
            String name,
            String help,
            Function<ModuleState.Replication, Long> value) {
        numbers(modules, name, "gauge", help, value);
    }

    private void counter(
            List<ModuleState> modules,
            String name,
            String help,
            Function<ModuleState.Replication, Long> value) {
        numbers(modules, name, "counter", help, value);
    }

    private void numbers(
            List<ModuleState> modules,
            String name,
            String type,
            String help,
            Function<ModuleState.Replication, Long> value) {
        head(name, type, help);
        for (ModuleState module : modules) {
            ModuleState.Replication replication = module.replication();
            if (replication != null) line(name, of(module), value.apply(replication));
        }
    }

    private void resources(List<ModuleState> modules) {
        head("resource_up", "gauge", "1 up, 0 down; not there while it is not checked.");
        for (ModuleState module : modules) {
            for (ModuleState.Resource resource : module.resources()) {
                if (resource.value().equals("unknown")) continue;
                line(
                        "resource_up",
                        with(module, "resource", resource.name()),
                        resource.value().equals("up") ? 1 : 0);
            }
        }
    }

    private void fired(List<ModuleState> modules, Function<String, ModuleControl.Fired> fired) {
        head("transitions_total", "counter", "Changes of state since the daemon started.");
        for (ModuleState module : modules) {
            line("transitions_total", of(module), fired.apply(module.module()).transitions());
        }
        head("application_restarts_total", "counter", "Restarts of the application.");
        for (ModuleState module : modules) {
            line("application_restarts_total", of(module), fired.apply(module.module()).restarts());
        }
        head("rules_total", "counter", "How often each rule of FAILOVER.md fired.");
        for (ModuleState module : modules) {
            fired.apply(module.module())
                    .rules()
                    .forEach((rule, count) ->
                            line("rules_total", with(module, "rule", rule), count));
        }
    }

    private void head(String name, String type, String help) {
        out.append("# HELP understudy_").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE understudy_").append(name).append(' ').append(type).append('\n');
    }

    private void line(String name, Map<String, String> labels, long value) {
        line(name, labels, Long.toString(value));
    }

    private void line(String name, Map<String, String> labels, double value) {
        line(name, labels, String.format(Locale.ROOT, "%.6f", value));
    }

    private void line(String name, Map<String, String> labels, String value) {
        out.append("understudy_").append(name).append('{');
        boolean first = true;
        for (Map.Entry<String, String> label : labels.entrySet()) {
            if (!first) out.append(',');
            first = false;
            out.append(label.getKey()).append("=\"").append(escaped(label.getValue())).append('"');
        }
        out.append("} ").append(value).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static Map<String, String> of(ModuleState module) {
        return labels("module", module.module(), "node", module.node());
    }

    private static Map<String, String> with(ModuleState module, String key, String value) {
        return labels("module", module.module(), "node", module.node(), key, value);
    }

    private static Map<String, String> labels(String... pairs) {
        Map<String, String> labels = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) labels.put(pairs[i], pairs[i + 1]);
        return labels;
    }
}
