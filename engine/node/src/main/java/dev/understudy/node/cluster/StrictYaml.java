package dev.understudy.node.cluster;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// A YAML document as nodes with positions; gathers findings `file:line:column: text`.
final class StrictYaml {
    private static final int DEPTH_MAX = 12;

    private final String label;
    private final List<String> findings = new ArrayList<>();

    StrictYaml(String label) {
        this.label = label;
    }

    /// A node of the document.
    record Value(Node node) {}

    List<String> findings() {
        return findings;
    }

    Optional<Value> parse(String text, int bytesMax) {
        if (text.getBytes(StandardCharsets.UTF_8).length > bytesMax) {
            findings.add(label + ":1:1: larger than " + bytesMax + " bytes");
            return Optional.empty();
        }
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(DEPTH_MAX);
        try {
            Node root = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
            if (root != null) return Optional.of(new Value(root));
            findings.add(label + ":1:1: the file is empty");
        } catch (MarkedYAMLException broken) {
            report(broken.getProblemMark(), String.valueOf(broken.getProblem()));
        } catch (YAMLException broken) {
            findings.add(label + ":1:1: " + broken.getMessage());
        }
        return Optional.empty();
    }

    void report(@Nullable Value value, String text) {
        report(value == null ? null : value.node().getStartMark(), text);
    }

    private void report(@Nullable Mark mark, String text) {
        int line = mark == null ? 1 : mark.getLine() + 1;
        int column = mark == null ? 1 : mark.getColumn() + 1;
        findings.add("%s:%d:%d: %s".formatted(label, line, column, text));
    }

    /// Reads a mapping.
    ///
    /// @param known keys that may be there; null allows any
    /// @param needed keys that must be there
    Map<String, Value> map(Value value, @Nullable Set<String> known, Set<String> needed) {
        Map<String, Value> found = new LinkedHashMap<>();
        if (!(value.node() instanceof MappingNode mapping)) {
            report(value, "a mapping (key: value) is expected here");
            return found;
        }
        for (NodeTuple entry : mapping.getValue()) {
            Value key = new Value(entry.getKeyNode());
            String name = text(key);
            if (known != null && !known.contains(name)) {
                report(key, "key '%s' is not known here%s".formatted(name, nearest(name, known)));
            } else if (found.put(name, new Value(entry.getValueNode())) != null) {
                report(key, "key '" + name + "' is there twice");
            }
        }
        for (String name : needed.stream().sorted().toList()) {
            if (!found.containsKey(name)) report(value, "key '" + name + "' is missing");
        }
        return found;
    }

    List<Value> list(@Nullable Value value) {
        if (value == null) return List.of();
        if (value.node() instanceof SequenceNode sequence) {
            return sequence.getValue().stream().map(Value::new).toList();
        }
        report(value, "a list is expected here");
        return List.of();
    }

    String text(Value value) {
        if (value.node() instanceof ScalarNode scalar) return scalar.getValue();
        report(value, "a single value is expected here");
        return "";
    }

    long number(Value value, long least, long most) {
        String text = text(value);
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) return number;
        } catch (NumberFormatException notANumber) {
            report(value, "'" + text + "' is not a whole number");
            return least;
        }
        report(value, "%s is outside %d to %d".formatted(text, least, most));
        return least;
    }

    private static String nearest(String wrong, Set<String> known) {
        String best = "";
        int bestDistance = Math.max(2, wrong.length() / 2);
        for (String candidate : known.stream().sorted().toList()) {
            int distance = distance(wrong, candidate);
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return best.isEmpty() ? "" : "; did you mean '" + best + "'?";
    }

    /// Levenshtein's distance.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
