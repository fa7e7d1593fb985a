package dev.understudy.node.main;

import dev.understudy.node.api.Caller;
import dev.understudy.node.api.JournalEntry;
import dev.understudy.node.api.NodeControl;
import dev.understudy.node.api.NodeState;
import dev.understudy.node.journal.Entry;
import dev.understudy.node.journal.Journal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Shows the node and its journal to the API.
///
/// @param name of this node; empty before it is in a cluster
/// @param shown made anew for each call
/// @param support made anew for each call
record NodeView(
        Journal journal,
        Supplier<String> name,
        Supplier<NodeState> shown,
        Supplier<Support> support)
        implements NodeControl {
    @Override
    public NodeState state() {
        return shown.get();
    }

    @Override
    public List<JournalEntry> journal(@Nullable String module, long after, int limit) {
        String wanted = module == null ? "" : module;
        try {
            List<Entry> entries =
                    after < 0
                            ? journal.tail(wanted, (int) Math.min(-after, limit))
                            : journal.after(wanted, after, limit);
            return entries.stream().map(this::shown).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the journal cannot be read", e);
        }
    }

    private JournalEntry shown(Entry entry) {
        Map<String, String> fields = new HashMap<>(entry.facts());
        if (entry.rule() != 0) fields.put("rule", Integer.toString(entry.rule()));
        return new JournalEntry(
                entry.number(),
                Instant.parse(entry.at()).toEpochMilli(),
                name.get(),
                entry.module().isEmpty() ? null : entry.module(),
                severity(entry),
                entry.name(),
                entry.text(),
                fields);
    }

    private static String severity(Entry entry) {
        return switch (entry.kind()) {
            case ALARM -> "true".equals(entry.facts().get("over")) ? "info" : "error";
            case OUTPUT ->
                    entry.facts().getOrDefault("level", "info").equals("info") ? "info" : "warn";
            case TRANSITION, EVENT, AUDIT -> "info";
        };
    }

    @Override
    public byte[] support(Map<String, byte[]> live) throws IOException {
        return support.get().zip(live);
    }

    @Override
    public void audit(Caller caller, String call, String outcome) {
        journal.append(
                Entry.audit("", "AUDIT", call + ": " + outcome)
                        .with("caller", caller.name())
                        .with("from", caller.from())
                        .with("role", caller.role()));
    }
}
