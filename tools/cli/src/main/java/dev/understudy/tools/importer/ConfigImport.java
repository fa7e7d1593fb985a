package dev.understudy.tools.importer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads userconfig.xml and writes conf/userconfig.yaml and module.yaml.
final class ConfigImport {
    private static final Set<String> KNOWN_TOP = Set.of("macro", "service");
    private static final Map<String, String> SERVICE_PARTS =
            Map.of(
                    "farm", "networks are those of the cluster",
                    "vhost",
                            "no equivalent: give the application the virtual address, or the name in DNS");

    private final String name;
    private final Element root;
    private final Element service;
    private final boolean windows;
    private final List<Importer.Note> notes;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final Map<String, String> macros = new LinkedHashMap<>();
    private final Set<String> ids = new HashSet<>();
    private final StringBuilder out = new StringBuilder("format: 1\n");
    private final List<String> services = new ArrayList<>();

    ConfigImport(String name, Element root, boolean windows, List<Importer.Note> notes)
            throws IOException {
        this.name = name;
        this.root = root;
        this.windows = windows;
        this.notes = notes;
        this.service =
                root.first("service").orElseThrow(() -> new IOException("it has no <service>"));
    }

    boolean hasServices() {
        return !services.isEmpty();
    }

    private void note(Element e, String what, String became) {
        notes.add(new Importer.Note(e.line(), what, became, false));
    }

    private void lost(Element e, String what, String advice) {
        notes.add(new Importer.Note(e.line(), what, advice, true));
    }

    /// Writes conf/userconfig.yaml.
    String userConfig() {
        for (Element e : root.children()) {
            if (!KNOWN_TOP.contains(e.name())) {
                lost(e, "<" + e.name() + ">", "not known");
            }
        }
        for (Element macro : root.all("macro")) {
            macro(macro);
        }
        module();
        timeouts();
        addresses();
        replication();
        services();
        processes();
        checkers();
        rules();
        for (Element e : service.children()) {
            if (e.name().equals("heart")) {
                note(e, "<heart>", Detection.heart(e));
            } else if (SERVICE_PARTS.containsKey(e.name())) {
                boolean gone = e.name().equals("vhost");
                notes.add(
                        new Importer.Note(
                                e.line(), "<" + e.name() + ">", SERVICE_PARTS.get(e.name()), gone));
            } else if (!Set.of("vip", "rfs", "user", "errd", "check", "failover")
                    .contains(e.name())) {
                lost(e, "<" + e.name() + ">", "no equivalent is known");
            }
        }
        return out.toString();
    }

    private void macro(Element macro) {
        String key = macro.attribute("name", "");
        String value = macro.attribute("value", "");
        macros.put(key, value);
        if (key.equals("SERVICES")) {
            for (String one : value.split(",", -1)) {
                if (!one.isBlank()) {
                    services.add(one.strip());
                }
            }
            note(macro, "macro SERVICES", "services: in this order");
        }
    }

    // A reference to a parameter for each macro that is used.
    private String text(String raw) {
        Matcher m = Pattern.compile("%([A-Za-z0-9_]+)%").matcher(raw);
        StringBuilder text = new StringBuilder();
        while (m.find()) {
            String value = macros.get(m.group(1));
            String id = Importer.id(m.group(1));
            parameters.putIfAbsent(
                    id, parameter(value == null ? "" : value, "Macro " + m.group(1)));
            m.appendReplacement(text, Matcher.quoteReplacement("$(" + id + ")"));
        }
        return m.appendTail(text).toString();
    }

    private String parameter(String value, String description) {
        String type =
                value.matches("[0-9]+(\\.[0-9]+){3}")
                        ? "ip"
                        : value.matches("/.*|[A-Za-z]:\\\\.*")
                                ? "path"
                                : value.matches("[0-9]{1,5}") ? "integer" : "string";
        String preset = value.isEmpty() ? "" : ", default: " + Importer.scalar(value);
        return "{type: " + type + preset + ", description: " + Importer.scalar(description) + "}";
    }

    private String unique(String text) {
        String id = Importer.id(text);
        String candidate = id;
        for (int i = 2; !ids.add(candidate); i++) {
            candidate = id.substring(0, Math.min(28, id.length())) + "-" + i;
        }
        return candidate;
    }

    private static String seconds(String text, String unit) {
        Matcher m = Pattern.compile("([0-9]+)(ms|us|s|m|h|d)?").matcher(text.strip());
        if (!m.matches()) {
            return "";
        }
        return m.group(1) + (m.group(2) == null ? unit : m.group(2));
    }

    private void module() {
        List<String> parts = new ArrayList<>();
        String boot = service.attribute("boot", "ignore");
        parts.add("boot: " + (boot.equals("on") || boot.equals("off") ? boot : "auto"));
        if (service.attributes().containsKey("boot_delay")) {
            parts.add("boot-delay: " + seconds(service.attribute("boot_delay", "0"), "s"));
        }
        if (service.attribute("mode", "").equals("mirror")) {
            parts.add("failover: " + service.attribute("failover", "on"));
            String prim = service.attribute("defaultprim", "alone");
            if (prim.equals("lastprim")) {
                parts.add("preferred-primary: last");
            } else if (!prim.equals("alone")) {
                parts.add("preferred-primary: $(preferred-primary)");
                parameters.put(
                        "preferred-primary",
                        "{type: string, default: "
                                + Importer.scalar(prim)
                                + ", description: Node that becomes primary by itself}");
            }
        }
        parts.add(
                "restart-limit: {count: %s, within: %s}"
                        .formatted(
                                service.attribute("maxloop", "3"),
                                seconds(service.attribute("loop_interval", "24h"), "h")));
        out.append("module: {").append(String.join(", ", parts)).append("}\n");
        note(service, "<service>", "kind: " + kind() + " and module:");
        if (service.attribute("automatic_reboot", "off").equals("on")) {
            lost(
                    service,
                    "automatic_reboot",
                    "no module restarts a server here; use action: stopstart");
        }
    }

    private String kind() {
        String mode = service.attribute("mode", "mirror");
        return Set.of("mirror", "farm", "light").contains(mode) ? mode : "mirror";
    }

    private void timeouts() {
        service.first("user")
                .ifPresent(user -> {
                    out.append("timeouts: {stop: ");
                    out.append(seconds(user.attribute("nicestoptimeout", "60"), "s"));
                    out.append(", force-stop: ");
                    out.append(seconds(user.attribute("forcestoptimeout", "60"), "s"));
                    out.append("}\n");
                    note(user, "<user>", "timeouts:; without values 60 s instead of 300 s");
                    for (Element var : user.all("var")) {
                        lost(
                                var,
                                "var " + var.attribute("name", ""),
                                "not set for programs; in scripts use params, or env: of exec");
                    }
                });
    }

    private void addresses() {
        Optional<Element> vip = service.first("vip");
        if (vip.isEmpty()) {
            return;
        }
        boolean balanced = kind().equals("farm");
        List<String> items = new ArrayList<>();
        for (Element address : vip.get().below("virtual_addr")) {
            String id = unique(items.isEmpty() ? "main" : "address");
            String parameter = items.isEmpty() ? "virtual-ip" : "virtual-ip-" + (items.size() + 1);
            String value = address.attribute("addr", "");
            String preset =
                    value.matches("[0-9]+(\\.[0-9]+){3}") ? ", default: '" + value + "'" : "";
            parameters.put(
                    parameter, "{type: ip" + preset + ", description: Address that clients use}");
            String check = address.attribute("check", "on").equals("off") ? ", check: off" : "";
            items.add(
                    "  - {id: "
                            + id
                            + ", address: $("
                            + parameter
                            + ")"
                            + (balanced ? ", mode: balanced" : "")
                            + check
                            + "}");
            note(address, "virtual_addr " + value, "virtual-ips: " + id);
            if (address.attribute("where", "").equals("one_side")) {
                lost(
                        address,
                        "where=one_side",
                        "outgoing connections use the server's own address");
            }
        }
        list("virtual-ips", items);
        balancing(vip.get(), items.isEmpty());
        for (Element e : vip.get().below("interface")) {
            if (e.attribute("arpreroute", "off").equals("on")) {
                note(e, "arpreroute", "gratuitous ARP is always sent after the address moved");
            }
        }
    }

    private void balancing(Element vip, boolean none) {
        List<String> items = new ArrayList<>();
        for (Element rule : vip.below("rule")) {
            String port = rule.attribute("port", "*");
            String protocol = rule.attribute("proto", "tcp");
            boolean fits = port.matches("[0-9]+|%.*%") && protocol.matches("tcp|udp") && !none;
            if (!fits) {
                lost(
                        rule,
                        "rule port=" + port + " proto=" + protocol,
                        "name one port of TCP or UDP");
                continue;
            }
            String affinity =
                    rule.attribute("filter", "on_addr").equals("on_addr")
                            ? "client-address"
                            : "connection";
            items.add(
                    "  - {id: %s, virtual-ip: main, protocol: %s, port: %s, affinity: %s}"
                            .formatted(unique("rule"), protocol, text(port), affinity));
            note(rule, "rule port=" + port, "load-balancing:");
        }
        list("load-balancing", items);
    }

    private void list(String key, List<String> items) {
        if (!items.isEmpty()) {
            out.append(key).append(":\n");
            items.forEach(item -> out.append(item).append('\n'));
        }
    }

    private void replication() {
        Optional<Element> rfs = service.first("rfs");
        if (rfs.isEmpty()) {
            return;
        }
        List<String> items = new ArrayList<>();
        for (Element replicated : rfs.get().below("replicated")) {
            items.add(directory(replicated));
        }
        if (items.isEmpty()) {
            return;
        }
        out.append("replication:\n");
        String limit = rfs.get().attribute("reiallowedbw", "");
        if (limit.matches("[0-9]+")) {
            out.append("  resync: {bandwidth-limit: ").append(limit).append("KiB/s}\n");
        }
        out.append("  directories:\n");
        items.forEach(i -> out.append("  ").append(i).append('\n'));
        RfsAttributes.report(rfs.get(), notes);
    }

    private String directory(Element e) {
        String path = text(e.attribute("dir", ""));
        String id = unique(path.replaceAll(".*[/\\\\]", ""));
        List<String> exclude = new ArrayList<>();
        List<String> require = new ArrayList<>();
        for (Element not : e.all("notreplicated")) {
            String relative = not.attribute("path", "");
            if (relative.isEmpty()) {
                lost(
                        not,
                        "notreplicated regexpath=" + not.attribute("regexpath", ""),
                        "write the names as gitignore patterns under exclude:");
            } else {
                exclude.add("/" + relative.replace('\\', '/'));
            }
        }
        for (Element check : e.all("tocheck")) {
            require.add(check.attribute("path", "").replace('\\', '/'));
        }
        note(e, "replicated " + e.attribute("dir", ""), "replication.directories: " + id);
        if (e.attributes().containsKey("mode")) {
            note(
                    e,
                    "mode=" + e.attribute("mode", ""),
                    "the other server's copy is always read-only");
        }
        return "  - {id: "
                + id
                + ", path: "
                + Importer.scalar(path)
                + texts(", exclude: ", exclude)
                + texts(", require: ", require)
                + "}";
    }

    private static String texts(String key, List<String> texts) {
        return texts.isEmpty() ? "" : key + texts.stream().map(Importer::scalar).toList();
    }

    private void services() {
        List<String> items = new ArrayList<>();
        for (String one : services) {
            String id = unique(one);
            boolean pool = windows && one.startsWith("AppPool:");
            String kind =
                    windows
                            ? "type: "
                                    + (pool ? "iis-pool" : "windows-service")
                                    + ", name: "
                                    + Importer.scalar(one.replaceFirst("^AppPool:", ""))
                            : "type: systemd, unit: " + Importer.scalar(one + ".service");
            String boot = pool ? "" : ", boot: manual";
            items.add(
                    "  - {id: "
                            + id
                            + ", "
                            + kind
                            + boot
                            + ", watch: {interval: 10s, action: restart}}");
        }
        list("services", items);
    }

    private static String action(String old) {
        return switch (old) {
            case "noaction", "" -> "none";
            case "restart", "stopstart", "stop", "swap", "wait" -> old;
            default -> "restart";
        };
    }

    private String when(String old) {
        if (!kind().equals("mirror")) {
            return old.equals("pre") ? "pre" : "up";
        }
        return switch (old) {
            case "both", "pre", "second" -> old;
            case "sec" -> "second";
            default -> "prim";
        };
    }

    private void processes() {
        List<String> items = new ArrayList<>();
        for (Element errd : service.all("errd")) {
            String interval = Detection.interval(errd);
            for (Element proc : errd.all("proc")) {
                if (proc.attribute("service", "no").equals("yes")) {
                    note(
                            proc,
                            "proc " + proc.attribute("name", ""),
                            "watch: of the service" + Detection.intervalNote(errd));
                    continue;
                }
                String own = text(proc.attribute("name", ""));
                String id = unique(own);
                String args = proc.attribute("argregex", "");
                items.add(
                        "  - {id: "
                                + id
                                + ", name: "
                                + Importer.scalar(own)
                                + (args.isEmpty() ? "" : ", arguments: " + Importer.scalar(args))
                                + ", at-least: "
                                + proc.attribute("atleast", "1")
                                + (proc.attribute("atmax", "-1").equals("-1")
                                        ? ""
                                        : ", at-most: " + proc.attribute("atmax", ""))
                                + ", when: "
                                + when(proc.attribute("class", "prim"))
                                + ", interval: "
                                + interval
                                + ", action: "
                                + action(proc.attribute("action", "stopstart"))
                                + "}");
                note(proc, "proc " + own, "processes: " + id + Detection.intervalNote(errd));
                if (!action(proc.attribute("action", "stopstart"))
                                .equals(proc.attribute("action", "stopstart"))
                        && !proc.attribute("action", "").equals("noaction")) {
                    lost(
                            proc,
                            "handler " + proc.attribute("action", ""),
                            "restart instead; write the handler as a checker of type script");
                }
                if (proc.attributes().containsKey("nameregex")) {
                    lost(proc, "nameregex", "name the program, and use arguments: for the rest");
                }
            }
        }
        list("processes", items);
    }

    private void checkers() {
        List<String> items = new ArrayList<>();
        List<String> witnesses = new ArrayList<>();
        for (Element check : service.all("check")) {
            for (Element one : check.children()) {
                checker(one, items, witnesses);
            }
        }
        list("checkers", items);
        if (kind().equals("mirror")) {
            String who = witnesses.isEmpty() ? "gateway" : String.join(", ", witnesses);
            out.append("isolation: {policy: protect, witnesses: [").append(who).append("]}\n");
        }
    }

    private void checker(Element one, List<String> items, List<String> witnesses) {
        Element to = one.first("to").orElse(one);
        String ident = one.attribute("ident", one.name());
        String id = unique(ident);
        String timing =
                ", interval: "
                        + seconds(to.attribute("interval", "10"), "s")
                        + ", timeout: "
                        + seconds(to.attribute("timeout", "5"), "s");
        String when = when(one.attribute("when", one.name().equals("ping") ? "pre" : "prim"));
        String preset = when.equals("pre") ? "wait" : "restart";
        String rest =
                ", when: "
                        + when
                        + timing
                        + ", action: "
                        + action(one.attribute("action", preset))
                        + "}";
        String address = Importer.scalar(text(to.attribute("addr", "")));
        switch (one.name()) {
            case "tcp" ->
                    items.add(
                            "  - {id: "
                                    + id
                                    + ", type: tcp, address: "
                                    + address
                                    + ", port: "
                                    + text(to.attribute("port", ""))
                                    + rest);
            case "ping" -> items.add("  - {id: " + id + ", type: ping, address: " + address + rest);
            case "splitbrain" -> {
                for (String w : one.attribute("arg", "").split("[ ,]+", -1)) {
                    if (!w.isBlank()) {
                        witnesses.add(Importer.scalar(text(w)));
                    }
                }
            }
            case "module" ->
                    items.add(
                            "  - {id: "
                                    + id
                                    + ", type: module, name: "
                                    + Importer.scalar(one.attribute("name", ""))
                                    + rest);
            case "ip", "intf" -> {
                note(one, one.name() + " checker", "virtual-ips are checked by themselves");
                return;
            }
            default -> {
                lost(
                        one,
                        one.name() + " checker " + ident,
                        "it is a program that loops for ever; write checkers/"
                                + id
                                + ".js, which tests once and returns true or false, and the item"
                                + " {id: "
                                + id
                                + ", type: script, file: checkers/"
                                + id
                                + ".js}");
                return;
            }
        }
        note(
                one,
                one.name() + " checker " + ident,
                one.name().equals("splitbrain") ? "isolation.witnesses" : "checkers: " + id);
    }

    private void rules() {
        List<String> items = new ArrayList<>();
        for (Element failover : service.all("failover")) {
            Matcher m =
                    Pattern.compile("([A-Za-z0-9_]+)\\s*:\\s*if\\s*[(](.*?)[)]\\s*then\\s+([a-z]+)")
                            .matcher(failover.text());
            boolean found = false;
            while (m.find()) {
                found = true;
                String condition = m.group(2).strip();
                boolean known = condition.matches("(?s)[^?*]*\\b(tcp|ping|module)[.].*");
                if (known) {
                    items.add(
                            "  - {id: "
                                    + unique(m.group(1))
                                    + ", if: '"
                                    + condition
                                    + "', then: "
                                    + action(m.group(3))
                                    + "}");
                    note(failover, "rule " + m.group(1), "rules:");
                } else {
                    lost(
                            failover,
                            "rule " + m.group(1),
                            "its resources have other names here: <type>.<id>");
                }
            }
            if (!found) {
                lost(
                        failover,
                        "<failover>",
                        "no rule in it that is understood; Lua has no equivalent");
            }
        }
        list("rules", items);
    }

    /// Writes module.yaml.
    ///
    /// @param programs that the wired scripts run
    String manifest(List<String> programs) {
        StringBuilder text = new StringBuilder("format: 1\nname: ").append(name);
        text.append("\nversion: 1.0.0\ntitle: ").append(Importer.scalar(name + ", imported"));
        text.append("\nkind: ").append(kind());
        text.append("\nplatforms: [").append(windows ? "windows" : "linux").append("]\n");
        if (!programs.isEmpty()) {
            parameters.put(
                    "native-dir",
                    "{type: path, default: "
                            + Importer.scalar(windows ? "C:\\Understudy\\" + name : "/opt/" + name)
                            + ", description: Folder with the files of lib/native on both servers}");
        }
        if (!parameters.isEmpty()) {
            text.append("parameters:\n");
            parameters.forEach(
                    (k, v) -> text.append("  ").append(k).append(": ").append(v).append('\n'));
        }
        text.append("permissions:\n  services: from-userconfig\n");
        if (!programs.isEmpty()) {
            text.append("  programs:\n");
            programs.forEach(
                    p -> text.append("    - {path: ").append(Importer.scalar(p)).append("}\n"));
        }
        return text.toString();
    }
}
