package dev.understudy.tools.control;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Node;
import dev.understudy.safe.read.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Parameters given on the command line: `--values FILE` first, `--set` over it.
final class Values {
    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A parameter; an empty value restores the default.")
    private List<String> set = List.of();

    @Option(
            names = "--values",
            paramLabel = "FILE",
            description = "Parameters from a YAML file of NAME: VALUE; - reads no file.")
    private @Nullable Path file;

    boolean areGiven() {
        return file != null || !set.isEmpty();
    }

    Map<String, String> all() {
        Map<String, String> values = new LinkedHashMap<>();
        if (file != null) read(file, values);
        for (String given : set) {
            int split = given.indexOf('=');
            if (split < 1) {
                throw Failure.usage("--set %s: NAME=VALUE is expected".formatted(given), "");
            }
            values.put(given.substring(0, split), given.substring(split + 1));
        }
        return values;
    }

    private static void read(Path file, Map<String, String> values) {
        List<Finding> findings = new ArrayList<>();
        Optional<Node.Mapping> tree;
        try {
            tree = YamlReader.read(file.toString(), Files.readAllBytes(file), findings);
        } catch (IOException cannotRead) {
            throw Failure.unreachable(
                    "%s cannot be read: %s".formatted(file, cannotRead.getMessage()), "");
        }
        if (tree.isEmpty() || Finding.anyError(findings)) {
            throw Failure.refused(
                    String.join(
                            System.lineSeparator(),
                            findings.stream().map(Finding::toString).toList()),
                    "correct " + file);
        }
        for (String key : tree.get().members().keySet()) {
            values.put(key, tree.get().text(key));
        }
    }
}
