package dev.understudy.tools.control;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// Says what the figures of the nodes mean for a module. Pure.
final class PreflightReport {
    /// Files that are looked at in a second at a first copy; `tests/bench` has the measurements.
    private static final long FILES_PER_SECOND = 2_000;

    private static final long GIB = 1L << 30;
    private static final long SLOW_BYTES_PER_SECOND = 20L << 20;
    private static final long MANY_FILES = 1_000_000;
    private static final long CLOCK_MS_MAX = 2_000;
    private static final long ROUND_TRIP_US_MAX = 5_000;
    private static final int OWNER_SYSTEM_MAX = 0;

    /// One line of the report.
    ///
    /// @param level `error` must be mended, `warning` should be, `info` is good to know
    /// @param node empty = both
    record Line(String level, String node, String text, String advice) {}

    /// What one node said.
    ///
    /// @param aheadMs its clock against that of this command, Unix time
    /// @param uncertainMs by how much that may be wrong
    record Seen(Json facts, long aheadMs, long uncertainMs) {
        String node() {
            return facts.text("node");
        }
    }

    private final List<Line> lines = new ArrayList<>();

    private PreflightReport() {}

    /// Judges.
    ///
    /// @param limitBytesPerSecond limit that the module sets on resynchronisation; 0 = none
    static List<Line> of(List<Seen> nodes, long limitBytesPerSecond) {
        PreflightReport report = new PreflightReport();
        for (Seen node : nodes) report.own(node);
        report.links(nodes, limitBytesPerSecond);
        if (nodes.size() == 2) {
            report.clocks(nodes.get(0), nodes.get(1));
            report.owners(nodes.get(0), nodes.get(1));
            report.owners(nodes.get(1), nodes.get(0));
        } else if (nodes.size() < 2) {
            report.add(
                    "warning",
                    "",
                    "only one node answers: nothing could be compared",
                    "run it again when both are there");
        }
        return List.copyOf(report.lines);
    }

    private void add(String level, String node, String text, String advice) {
        lines.add(new Line(level, node, text, advice));
    }

    private void own(Seen seen) {
        for (String text : seen.facts().words("missing")) {
            add("error", seen.node(), text, "install the application on this node too");
        }
        for (String text : seen.facts().words("conflicts")) {
            add("error", seen.node(), text, "free it, or change the module's parameter");
        }
        for (Json d : seen.facts().list("directories")) {
            String what = "directory '%s' (%s)".formatted(d.text("id"), d.text("path"));
            if (!d.truth("isThere")) {
                add(
                        "error",
                        seen.node(),
                        what + " is not there",
                        "create it, owned as the application needs it");
                continue;
            }
            add(
                    "info",
                    seen.node(),
                    "%s: %s%d files, %s; %s free"
                            .formatted(
                                    what,
                                    d.truth("isWhole") ? "" : "more than ",
                                    d.number("files"),
                                    Words.bytes(d.number("bytes")),
                                    Words.bytes(d.number("freeBytes"))),
                    "");
            if (d.number("files") > MANY_FILES) {
                add(
                        "warning",
                        seen.node(),
                        what + " has more than a million files",
                        "leave out what need not follow: exclude:");
            }
        }
    }

    // The fuller copy is taken for the one that is copied.
    private void links(List<Seen> nodes, long limit) {
        long files = 0;
        long bytes = 0;
        for (Seen seen : nodes) {
            long ownFiles = 0;
            long ownBytes = 0;
            for (Json d : seen.facts().list("directories")) {
                ownFiles += d.number("files");
                ownBytes += d.number("bytes");
            }
            files = Math.max(files, ownFiles);
            bytes = Math.max(bytes, ownBytes);
        }
        room(nodes, bytes);
        for (Seen seen : nodes) {
            for (Json link : seen.facts().list("links")) {
                link(seen.node(), link, files, bytes, limit);
            }
        }
    }

    private void link(String node, Json link, long files, long bytes, long limit) {
        long speed = link.number("bytesPerSecond");
        String to = "the link to " + link.text("peer");
        if (speed == 0) {
            add("error", node, to + " does not work", "look at `safe cluster state`");
            return;
        }
        long used = limit > 0 ? Math.min(limit, speed) : speed;
        add(
                "info",
                node,
                "%s: %s/s, %d us there and back; first copy about %s, 1 GiB of changes about %s"
                        .formatted(
                                to,
                                Words.bytes(speed),
                                link.number("roundTripUs"),
                                Words.seconds(bytes / used + files / FILES_PER_SECOND + 1),
                                Words.seconds(GIB / used + 1)),
                "");
        if (speed < SLOW_BYTES_PER_SECOND) {
            add(
                    "warning",
                    node,
                    to + " is slow: every fsync and every copy waits for it",
                    "use a network of 1 Gbit/s or more of its own");
        }
        if (link.number("roundTripUs") > ROUND_TRIP_US_MAX) {
            add(
                    "warning",
                    node,
                    to + " takes long: every write waits for an answer",
                    "keep the servers within some kilometres of each other");
        }
    }

    private void room(List<Seen> nodes, long bytes) {
        for (Seen seen : nodes) {
            for (Json d : seen.facts().list("directories")) {
                long missing = bytes - d.number("bytes") - d.number("freeBytes");
                if (d.truth("isThere") && missing > 0) {
                    add(
                            "error",
                            seen.node(),
                            "directory '%s' has no room for the copy: %s are missing"
                                    .formatted(d.text("id"), Words.bytes(missing)),
                            "enlarge the file system");
                }
            }
        }
    }

    private void clocks(Seen a, Seen b) {
        long apart = Math.abs(a.aheadMs() - b.aheadMs());
        long uncertain = a.uncertainMs() + b.uncertainMs();
        if (apart > CLOCK_MS_MAX + uncertain) {
            add(
                    "warning",
                    "",
                    "the clocks of %s and %s differ by %d ms".formatted(a.node(), b.node(), apart),
                    "let both follow the same time server (chrony): times in logs and files jump at"
                            + " a failover");
        } else {
            add("info", "", "the clocks differ by %d ms at most".formatted(apart + uncertain), "");
        }
    }

    // Numbers are replicated, not names.
    private void owners(Seen from, Seen to) {
        owners(from, to, "uids", "users", "user");
        owners(from, to, "gids", "groups", "group");
    }

    private void owners(Seen from, Seen to, String ids, String accounts, String word) {
        Map<Long, String> names = new LinkedHashMap<>();
        numbers(from, accounts).forEach((name, id) -> names.putIfAbsent(id, name));
        Map<String, Long> there = numbers(to, accounts);
        TreeSet<Long> used = new TreeSet<>();
        for (Json d : from.facts().list("directories")) {
            for (Json id : d.list(ids)) {
                if (id.value() instanceof Number number) used.add(number.longValue());
            }
        }
        for (Long id : used) {
            String name = names.get(id);
            if (id <= OWNER_SYSTEM_MAX || name == null) continue;
            Long other = there.get(name);
            if (other == null) {
                add(
                        "error",
                        to.node(),
                        "%s %s, who owns files, is not there (%s has it as %d)"
                                .formatted(word, name, from.node(), id),
                        "create it with the same number");
            } else if (!other.equals(id)) {
                add(
                        "error",
                        to.node(),
                        "%s %s has number %d here and %d on %s: the application could not read its files"
                                .formatted(word, name, other, id, from.node()),
                        "give it the same number (usermod -u, groupmod -g)");
            }
        }
    }

    private static Map<String, Long> numbers(Seen seen, String accounts) {
        Map<String, Long> found = new LinkedHashMap<>();
        if (seen.facts().at(accounts).value() instanceof Map<?, ?> map) {
            map.forEach((name, id) -> {
                if (id instanceof Number number) {
                    found.put(String.valueOf(name), number.longValue());
                }
            });
        }
        return found;
    }
}
