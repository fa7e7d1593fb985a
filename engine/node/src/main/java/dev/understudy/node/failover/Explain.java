package dev.understudy.node.failover;

import dev.understudy.core.failover.Foresight;
import dev.understudy.core.failover.Outlook;
import dev.understudy.core.failover.State;
import dev.understudy.node.api.Explanation;
import dev.understudy.node.api.ModuleState;
import dev.understudy.node.journal.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Puts state, journal and what the machine foretells into an explanation; pure.
final class Explain {
    private static final int MOVES_MAX = 12;

    private Explain() {}

    /// Explains the present.
    ///
    /// @param entries the module's newest entries, oldest first
    static Explanation now(
            ModuleState shown,
            dev.understudy.core.failover.Node node,
            List<Entry> entries,
            long nowMs) {
        return new Explanation(
                shown.module(),
                shown.node(),
                shown.kind(),
                nowMs,
                true,
                shown.state().name(),
                shown.sinceMs(),
                shown.reason(),
                moves(entries),
                shown.warnings(),
                Foresight.of(node).stream().map(Explain::prospect).toList(),
                startMs(entries));
    }

    /// Explains a moment in the past, by the journal alone.
    ///
    /// @param entries the module's entries up to that moment, oldest first
    static Explanation then(ModuleState shown, List<Entry> entries, long atMs) {
        List<Explanation.Move> moves = moves(entries);
        Explanation.Move last = moves.isEmpty() ? null : moves.getLast();
        return new Explanation(
                shown.module(),
                shown.node(),
                shown.kind(),
                atMs,
                false,
                last == null ? State.STOP.name() : last.to(),
                last == null ? 0 : last.atMs(),
                last == null ? "the journal says nothing before this moment" : last.reason(),
                moves,
                degraded(entries),
                List.of(),
                startMs(entries));
    }

    private static List<Explanation.Move> moves(List<Entry> entries) {
        List<Explanation.Move> moves = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.kind() == Entry.Kind.TRANSITION) moves.add(move(entry));
        }
        return List.copyOf(moves.subList(Math.max(0, moves.size() - MOVES_MAX), moves.size()));
    }

    private static Explanation.Move move(Entry entry) {
        Map<String, String> inputs = new LinkedHashMap<>(entry.facts());
        String from = inputs.remove("from");
        String to = inputs.remove("to");
        inputs.values().removeIf(String::isBlank);
        return new Explanation.Move(
                atMs(entry),
                from == null ? "" : from,
                to == null ? "" : to,
                entry.rule(),
                entry.name(),
                entry.text(),
                inputs);
    }

    private static List<String> degraded(List<Entry> entries) {
        for (Entry entry : entries.reversed()) {
            if (entry.name().equals(Redundancy.ENTRY)) {
                return Redundancy.isOver(entry) ? List.of() : List.of(entry.text());
            }
        }
        return List.of();
    }

    private static @Nullable Long startMs(List<Entry> entries) {
        for (Entry entry : entries.reversed()) {
            boolean started =
                    entry.name().equals("HOOK_ENDED")
                            && entry.kind() == Entry.Kind.EVENT
                            && List.of("start_prim", "start_both")
                                    .contains(entry.facts().getOrDefault("hook", ""));
            String ms = entry.facts().get("elapsedMs");
            if (started && ms != null) return Long.valueOf(ms);
        }
        return null;
    }

    private static long atMs(Entry entry) {
        return Instant.parse(entry.at()).toEpochMilli();
    }

    private static Explanation.Prospect prospect(Outlook outlook) {
        return new Explanation.Prospect(
                outlook.mishap().kind().word(),
                outlook.mishap().node().name(),
                outlook.mishap().text(),
                outlook.text(),
                outlook.servedBy(),
                outlook.gapNs() / 1_000_000,
                outlook.isBoth(),
                outlook.ends().stream()
                        .map(end ->
                                new Explanation.End(
                                        end.node(), end.isOn(), end.state().name(), end.reason()))
                        .toList());
    }
}
