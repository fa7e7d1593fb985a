package dev.understudy.tools.author;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.lint.RuleBook;
import dev.understudy.safe.read.Resolver;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.safe.write.Packer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A module for each rule whose example is no file.
final class Cases {
    private Cases() {}

    /// Gives the findings on it.
    static List<Finding> of(String id) {
        return switch (id) {
            case "A001", "A002", "A003", "A004", "A005", "A006", "A007" ->
                    SafeReader.read("x.safe", archive(id)).findings();
            case "A009" -> link();
            case "M005", "M007", "M008", "M009" -> resolved(id);
            case "S001", "S002", "S003", "S004", "S005" -> SignatureCases.of(id);
            default -> {
                Archive archive = Archive.of(files(id));
                yield new Source("", archive, SafeReader.of(archive)).lint();
            }
        };
    }

    private static byte[] archive(String id) {
        Map<String, Archive.File> files = base();
        byte[] good = Archive.of(files).toBytes();
        switch (id) {
            case "A001" -> files.put("lib/AUX.js", text(""));
            case "A004" -> {
                files.put("lib/a.js", text(""));
                files.put("lib/A.js", text(""));
            }
            case "A005" -> {
                for (int i = 0; i <= Archive.ENTRIES_MAX; i++) {
                    files.put("lib/f" + i, text(""));
                }
            }
            case "A002" -> {
                return Arrays.copyOf(good, good.length / 2);
            }
            case "A003" -> {
                return Arrays.copyOf(good, good.length + 1);
            }
            case "A006" -> good[8] = 8; // method: deflated
            case "A007" -> good[30 + "README.md".length()] ^= 1;
            default -> throw new IllegalArgumentException(id);
        }
        return good[8] == 8 || id.equals("A007") ? good : bytes(files);
    }

    // Like Archive.toBytes, above the limits too.
    private static byte[] bytes(Map<String, Archive.File> files) {
        if (files.size() <= Archive.ENTRIES_MAX) {
            return Archive.of(files).toBytes();
        }
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        for (String name : files.keySet()) {
            byte[] one = Archive.of(Map.of(name, files.get(name))).toBytes();
            out.write(one, 0, 30 + name.length() + files.get(name).bytes().length);
        }
        return out.toByteArray();
    }

    private static Map<String, Archive.File> files(String id) {
        Map<String, Archive.File> files = base();
        switch (id) {
            case "A008" -> files.remove("conf/userconfig.yaml");
            case "A010" ->
                    files.put("script/start_prim.js", text("export default async () => {};"));
            case "A011" -> files.remove("README.md");
            case "A012" -> files.put("lib/tool.exe", text("MZ\u0090\u0000\u0003"));
            case "C007" -> {
                replace(files, "module.yaml", "type: port", "type: secret");
                replace(files, "module.yaml", ", default: 8080", "");
                replace(files, "conf/userconfig.yaml", "ready: {tcp: $(port), within: 30s}", "");
                replace(files, "conf/userconfig.yaml", "port: $(port), ", "port: 80, ");
            }
            case "C026" ->
                    replace(
                            files,
                            "conf/userconfig.yaml",
                            "type: tcp, port: $(port)",
                            "type: script, file: checkers/qurey.js");
            case "C058" -> {
                replace(files, "module.yaml", "kind: mirror", "kind: farm");
                files.put(
                        "conf/userconfig.yaml",
                        text(
                                """
                                format: 1
                                virtual-ips: [{id: a, address: $(virtual-ip)}]
                                checkers: [{id: web, type: tcp, port: 80}]
                                rules: [{id: r, if: 'remote.tcp.web == down', then: stop}]
                                """));
            }
            case "J001" -> files.put("scripts/start_primary.js", text("export default () => {};"));
            case "L003" -> files.put("lib/big.txt", new Archive.File(new byte[3 << 20], false));
            case "O003" -> {
                replace(files, "module.yaml", "[linux]", "[linux, windows]");
                replace(
                        files,
                        "module.yaml",
                        "redhat: /srv/shop",
                        "windows: 'C:\\Shop', redhat: /srv/shop");
                replace(
                        files,
                        "conf/userconfig.yaml",
                        "id: app",
                        "id: app\n    platforms: [linux]");
            }
            case "T001" -> {
                files.remove("tests/start.js");
                files.put("scripts/prestart.js", text("export default async () => {};"));
            }
            case "Y006" -> files.put("conf/userconfig.yaml", text("\ufeff# a mark\nformat: 1\n"));
            default -> throw new IllegalArgumentException("no case for " + id);
        }
        return files;
    }

    private static List<Finding> resolved(String id) {
        SafeModule module = SafeReader.of(Archive.of(base())).module().orElseThrow();
        Map<String, String> values = new HashMap<>(Map.of("virtual-ip", "192.0.2.7"));
        switch (id) {
            case "M007" -> values.clear();
            case "M008" -> values.put("port", "http");
            case "M009" -> values.put("prt", "80");
            default -> {}
        }
        Platform platform = id.equals("M005") ? Platform.WINDOWS : Platform.DEBIAN;
        List<Finding> findings =
                new ArrayList<>(Resolver.resolve(module, values, platform).findings());
        // what follows from a missing value or a wrong platform is not the point here
        findings.removeIf(
                f -> !f.id().startsWith("M") || (id.equals("M005") && f.id().equals("M007")));
        return findings;
    }

    private static List<Finding> link() {
        try {
            Path folder = Files.createTempDirectory("safe-case");
            Path link = folder.resolve("lib");
            Files.createDirectories(link);
            Files.createSymbolicLink(link.resolve("common.js"), Path.of("/etc/passwd"));
            List<Finding> findings = new ArrayList<>();
            Packer.collect(folder, findings);
            Files.delete(link.resolve("common.js"));
            Files.delete(link);
            Files.delete(folder);
            return findings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Gives the files of the example module, which has no findings.
    static Map<String, Archive.File> base() {
        RuleBook.Entry any = RuleBook.entry("C002").orElseThrow();
        Archive archive =
                new RuleBook.Entry("", any.severity(), "", "", "", Map.of(), "", "").example("");
        return new java.util.TreeMap<>(archive.files());
    }

    private static void replace(
            Map<String, Archive.File> files, String path, String from, String to) {
        String before = java.util.Objects.requireNonNull(files.get(path)).text();
        String after = before.replace(from, to);
        if (after.equals(before)) {
            throw new IllegalArgumentException(path + " has no " + from);
        }
        files.put(path, text(after));
    }

    private static Archive.File text(String text) {
        return new Archive.File(text.getBytes(UTF_8), false);
    }
}
