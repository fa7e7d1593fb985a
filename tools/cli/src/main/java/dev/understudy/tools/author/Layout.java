package dev.understudy.tools.author;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Node;
import dev.understudy.safe.read.YamlReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The one layout of a module's files: lines end with LF and without blanks, no empty lines twice
/// or at the ends, the keys at the top of a YAML file in the order of its specification, each with
/// the comments above it.
///
/// Only what leaves the meaning alone: a YAML file whose values would change, or that can't be
/// read, and a script with a text over several lines, stay as they are.
final class Layout {
    /// Order of FORMAT.md, sections 4 and 5.
    private static final Map<String, List<String>> ORDER =
            Map.of(
                    "module.yaml",
                    List.of(
                            "format",
                            "name",
                            "version",
                            "title",
                            "description",
                            "kind",
                            "platforms",
                            "parameters",
                            "permissions",
                            "objectives"),
                    "conf/userconfig.yaml",
                    List.of(
                            "format",
                            "module",
                            "virtual-ips",
                            "load-balancing",
                            "heartbeats",
                            "replication",
                            "services",
                            "processes",
                            "checkers",
                            "rules",
                            "timeouts",
                            "isolation"));

    private static final Pattern KEY = Pattern.compile("([a-z][a-z0-9-]*):(\\s.*|$)");

    private Layout() {}

    /// Gives a file in its layout.
    ///
    /// @param path in the module
    static String of(String path, String text) {
        if (path.endsWith(".yaml")) return yaml(path, text);
        if (path.endsWith(".js"))
            return text.contains("`") && hasLongText(text) ? text : lines(text);
        return text;
    }

    private static String yaml(String path, String text) {
        String plain = text.startsWith("\uFEFF") ? text.substring(1) : text;
        String laid = ordered(path, lines(plain));
        Optional<Map<String, String>> before = values(path, plain);
        return before.isPresent() && before.equals(values(path, laid)) ? laid : text;
    }

    private static String lines(String text) {
        StringBuilder out = new StringBuilder();
        boolean wasEmpty = true; // at the beginning no empty line stays
        for (String line : text.replace("\r\n", "\n").split("\n", -1)) {
            String bare = line.stripTrailing();
            if (bare.isEmpty() && wasEmpty) continue;
            wasEmpty = bare.isEmpty();
            out.append(bare).append('\n');
        }
        return out.toString().stripTrailing() + "\n";
    }

    // A template over several lines: blanks at the end of its lines are part of the text.
    private static boolean hasLongText(String script) {
        boolean inside = false;
        for (String line : script.lines().toList()) {
            inside ^= line.replace("\\`", "").chars().filter(c -> c == '`').count() % 2 == 1;
            if (inside) return true;
        }
        return false;
    }

    // Blocks begin with the comments right above a key at the margin.
    private static String ordered(String path, String text) {
        List<String> order = ORDER.getOrDefault(path, List.of());
        List<String> head = new ArrayList<>();
        List<List<String>> blocks = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        List<String> above = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher key = KEY.matcher(line);
            if (key.matches()) {
                keys.add(key.group(1));
                List<String> block = new ArrayList<>(above);
                block.add(line);
                blocks.add(block);
                above.clear();
            } else if (line.startsWith("#")) {
                above.add(line);
            } else if (blocks.isEmpty()) {
                head.addAll(above);
                head.add(line);
                above.clear();
            } else {
                blocks.getLast().addAll(above);
                blocks.getLast().add(line);
                above.clear();
            }
        }
        if (!order.containsAll(keys)) return text; // lint says what is wrong with the others
        List<Integer> sorted = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) sorted.add(i);
        sorted.sort(Comparator.comparingInt(i -> order.indexOf(keys.get(i))));
        List<String> out = new ArrayList<>(head);
        sorted.forEach(i -> out.addAll(blocks.get(i)));
        out.addAll(above);
        return lines(String.join("\n", out) + "\n");
    }

    /// The values of a YAML file by their paths; empty if it can't be read.
    private static Optional<Map<String, String>> values(String path, String text) {
        List<Finding> findings = new ArrayList<>();
        Optional<Node.Mapping> tree =
                YamlReader.read(path, text.getBytes(StandardCharsets.UTF_8), findings);
        if (tree.isEmpty() || Finding.anyError(findings)) return Optional.empty();
        Map<String, String> values = new TreeMap<>();
        add(tree.get(), "", values);
        return Optional.of(values);
    }

    private static void add(Node node, String path, Map<String, String> values) {
        switch (node) {
            case Node.Scalar s -> values.put(path, s.text());
            case Node.Mapping m -> {
                values.put(path, "{" + m.members().size());
                Map<String, Node> members = new LinkedHashMap<>();
                m.members().forEach((key, member) -> members.put(key, member.value()));
                members.forEach((key, value) -> add(value, path + "/" + key, values));
            }
            case Node.Sequence s -> {
                values.put(path, "[" + s.items().size());
                for (int i = 0; i < s.items().size(); i++) {
                    add(s.items().get(i), path + "/" + i, values);
                }
            }
        }
    }
}
