package dev.understudy.tools.control;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Numbers, times and tables as people read them.
final class Words {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter FINE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

    private Words() {}

    static String time(long atMs) {
        return atMs == 0 ? "-" : TIME.format(Instant.ofEpochMilli(atMs).atZone(zone()));
    }

    static String fineTime(long atMs) {
        return FINE.format(Instant.ofEpochMilli(atMs).atZone(zone()));
    }

    private static ZoneId zone() {
        return ZoneId.systemDefault();
    }

    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return unit == 0
                ? bytes + " B"
                : String.format(
                        Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    }

    static String seconds(long seconds) {
        if (seconds < 120) return seconds + " s";
        if (seconds < 7200) return seconds / 60 + " min";
        return seconds / 3600 + " h";
    }

    static String silent(Json peer) {
        if (!peer.at("silentMs").isThere()) return "never heard";
        long ms = peer.number("silentMs");
        return ms < 1000 ? "heard " + ms + " ms ago" : "silent " + seconds(ms / 1000);
    }

    /// Lays out rows in columns two blanks apart; the first row is the head.
    static String table(List<List<String>> rows) {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                int width = row.get(i).length();
                if (i == widths.size()) widths.add(width);
                else widths.set(i, Math.max(widths.get(i), width));
            }
        }
        StringBuilder out = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i));
                if (i < row.size() - 1) {
                    line.append(" ".repeat(widths.get(i) - row.get(i).length() + 2));
                }
            }
            if (!out.isEmpty()) out.append(System.lineSeparator());
            out.append(line.toString().stripTrailing());
        }
        return out.toString();
    }
}
