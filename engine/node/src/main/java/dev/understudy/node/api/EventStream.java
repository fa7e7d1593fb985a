package dev.understudy.node.api;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The node's journal and the states of its modules as server-sent events.
///
/// An event `journal` for each entry, with its number as id, and an event `state` for each module
/// at the beginning and whenever an operator would see something new. A comment every 15 s keeps
/// the connection alive.
///
/// @see "html.spec.whatwg.org 9.2 Server-sent events"
final class EventStream {
    private static final int STREAMS_MAX = 32;
    private static final long LOOK_MS = 200;
    private static final long ALIVE_MS = 15_000;
    private static final int ENTRIES_AT_ONCE = 500;

    private final Semaphore places = new Semaphore(STREAMS_MAX);
    private final ModuleControl modules;
    private final NodeControl node;
    private final LongSupplier nowMs;

    EventStream(ModuleControl modules, NodeControl node, LongSupplier nowMs) {
        this.modules = modules;
        this.node = node;
        this.nowMs = nowMs;
    }

    /// Makes the stream of one client.
    ///
    /// @param module only this module; null for all
    /// @param after number of the last entry that the client has; negative: only what comes
    /// @throws Problem.Refused 503 if too many clients listen
    Streaming open(@Nullable String module, long after) {
        if (!places.tryAcquire()) {
            throw new Problem.Refused(
                    503,
                    "HA-4321",
                    STREAMS_MAX + " clients listen to events already",
                    "end one of them, or read the journal by its numbers");
        }
        return sink -> {
            try {
                run(sink, module, after);
            } finally {
                places.release();
            }
        };
    }

    private void run(Streaming.Sink sink, @Nullable String module, long after)
            throws InterruptedException {
        long last = after < 0 ? newest() : after;
        Map<String, String> tags = new HashMap<>();
        long aliveMs = nowMs.getAsLong();
        sink.write(": understudy\n\n");
        while (!sink.isClosed()) {
            StringBuilder text = new StringBuilder();
            for (JournalEntry entry : node.journal(module, last, ENTRIES_AT_ONCE)) {
                last = Math.max(last, entry.number());
                append(text, "journal", Long.toString(entry.number()), entry);
            }
            for (String name : module == null ? modules.modules() : List.of(module)) {
                modules.state(name)
                        .ifPresent(state -> {
                            String tag = Json.tag(state);
                            if (!tag.equals(tags.put(name, tag))) append(text, "state", "", state);
                        });
            }
            tags.keySet().retainAll(modules.modules());
            long now = nowMs.getAsLong();
            if (text.isEmpty() && now - aliveMs >= ALIVE_MS) text.append(": alive\n\n");
            if (!text.isEmpty()) {
                sink.write(text.toString());
                aliveMs = now;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    private long newest() {
        List<JournalEntry> last = node.journal(null, -1, 1);
        return last.isEmpty() ? 0 : last.getFirst().number();
    }

    private static void append(StringBuilder text, String event, String id, Object data) {
        if (!id.isEmpty()) text.append("id: ").append(id).append('\n');
        // JSON has no line breaks of its own, so the data are one line.
        text.append("event: ").append(event).append("\ndata: ");
        text.append(new String(Json.bytes(data), StandardCharsets.UTF_8));
        text.append("\n\n");
    }
}
