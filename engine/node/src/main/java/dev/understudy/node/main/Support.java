package dev.understudy.node.main;

import dev.understudy.node.store.Home;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Packs what a supporter needs to see of a node into an archive: configuration, journal, states,
/// versions, facts of the kernel. Keys, tokens and the values of secret parameters are not in it.
final class Support {
    /// Of longer files the end is taken.
    private static final int FILE_BYTES_MAX = 24 << 20;

    private static final int SECRET_CHARS_MIN = 4;
    private static final String HIDDEN = "(secret)";
    private static final Pattern PRIVATE_KEY =
            Pattern.compile(
                    "-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\\z)",
                    Pattern.DOTALL);
    private static final Pattern BEARER = Pattern.compile("(?i)(bearer\\s+)[A-Za-z0-9._~+/=-]{8,}");
    private static final Pattern JOIN_TOKEN = Pattern.compile("us1-[A-Za-z0-9-]{8,}");

    /// What the kernel tells; read at the moment.
    private static final List<String> FACTS =
            List.of(
                    "/etc/os-release",
                    "/proc/version",
                    "/proc/cmdline",
                    "/proc/cpuinfo",
                    "/proc/meminfo",
                    "/proc/loadavg",
                    "/proc/uptime",
                    "/proc/self/mountinfo",
                    "/proc/self/limits",
                    "/proc/net/dev",
                    "/proc/net/route",
                    "/proc/net/if_inet6",
                    "/proc/net/arp",
                    "/proc/pressure/cpu",
                    "/proc/pressure/io",
                    "/proc/pressure/memory");

    private final Home home;
    private final List<String> secrets;

    /// @param secrets values of secret parameters, taken out wherever they stand
    Support(Home home, Collection<String> secrets) {
        this.home = home;
        List<String> longest = new ArrayList<>(secrets);
        longest.removeIf(secret -> secret.length() < SECRET_CHARS_MIN);
        longest.sort(Comparator.comparingInt(String::length).reversed());
        this.secrets = List.copyOf(longest);
    }

    /// Packs.
    ///
    /// @param live what the daemon knows now, by the name of its file
    /// @return a zip
    byte[] zip(Map<String, byte[]> live) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<String> missing = new ArrayList<>();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> one : live.entrySet()) {
                put(zip, one.getKey(), one.getValue());
            }
            for (Map.Entry<String, Path> file : files().entrySet()) {
                try {
                    put(zip, file.getKey(), end(file.getValue()));
                } catch (IOException unreadable) {
                    missing.add(file.getKey() + ": " + unreadable);
                }
            }
            String list = String.join("\n", missing);
            put(zip, "missing.txt", list.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /// Named one by one: what is not named here is not taken, so no new file with keys slips in.
    private Map<String, Path> files() throws IOException {
        Map<String, Path> files = new LinkedHashMap<>();
        files.put("etc/cluster.yaml", home.clusterFile());
        files.put("etc/node.yaml", home.nodeFile());
        for (Path folder : children(home.modules())) {
            files.put("modules/" + folder.getFileName() + ".json", folder.resolve("active.json"));
        }
        for (Path file : children(home.journal())) files.put("journal/" + file.getFileName(), file);
        for (Path file : children(home.logs())) files.put("logs/" + file.getFileName(), file);
        for (String fact : FACTS) files.put("machine" + fact, Path.of(fact));
        files.values().removeIf(path -> !Files.isRegularFile(path));
        return files;
    }

    private static List<Path> children(Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        if (!Files.isDirectory(folder)) return found;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(found::add);
        }
        found.sort(Comparator.naturalOrder());
        return found;
    }

    private static byte[] end(Path file) throws IOException {
        if (file.startsWith("/proc")) return Files.readAllBytes(file); // their size is 0
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long size = channel.size();
            channel.position(Math.max(0, size - FILE_BYTES_MAX));
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(size, FILE_BYTES_MAX));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
            return java.util.Arrays.copyOf(bytes.array(), bytes.position());
        }
    }

    private void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(
                clean(new String(bytes, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }

    /// Takes out what must not leave the node.
    String clean(String text) {
        String clean = text;
        for (String secret : secrets) {
            clean = clean.replace(secret, HIDDEN);
            // As it stands in JSON.
            clean = clean.replace(secret.replace("\\", "\\\\").replace("\"", "\\\""), HIDDEN);
        }
        clean = PRIVATE_KEY.matcher(clean).replaceAll(HIDDEN);
        clean = BEARER.matcher(clean).replaceAll("$1" + HIDDEN);
        return JOIN_TOKEN.matcher(clean).replaceAll(HIDDEN);
    }
}
