package dev.understudy.node.script;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.understudy.script.wire.Wire;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// What one run of a script asked for and what it was told, so that it can be run again without the
/// machine (`safe replay`). Bounded, and without the texts of secrets.
final class Trace implements CallHandler {
    /// Calls that are kept; later ones are counted only.
    static final int CALLS_MAX = 1000;

    /// Characters of one text that are kept.
    static final int TEXT_MAX = 16 << 10;

    /// Traces of a module that are kept.
    static final int FILES_MAX = 20;

    private final CallHandler handler;
    private final Map<String, String> secrets;
    private final LongSupplier nowNs;
    private final List<ObjectNode> calls = new ArrayList<>();
    private int dropped;

    /// Listens to the calls of a run.
    ///
    /// @param secrets names and texts
    Trace(CallHandler handler, Map<String, String> secrets, LongSupplier nowNs) {
        this.handler = handler;
        this.secrets = secrets;
        this.nowNs = nowNs;
    }

    @Override
    public void log(String level, String text) {
        handler.log(level, text);
    }

    @Override
    public JsonNode call(String function, JsonNode arguments)
            throws CallException, InterruptedException {
        ObjectNode entry = Wire.JSON.createObjectNode().put("function", function);
        entry.set("arguments", kept(arguments, entry));
        add(entry);
        long begunNs = nowNs.getAsLong();
        try {
            JsonNode value = handler.call(function, arguments);
            end(entry, "value", value, begunNs);
            return value;
        } catch (CallException refused) {
            end(entry, "error", refused.error(), begunNs);
            throw refused;
        }
    }

    private synchronized void add(ObjectNode entry) {
        if (calls.size() < CALLS_MAX) calls.add(entry);
        else dropped++;
    }

    private synchronized void end(ObjectNode entry, String key, JsonNode value, long begunNs) {
        entry.set(key, kept(value, entry));
        entry.put("ms", (nowNs.getAsLong() - begunNs) / 1_000_000);
    }

    /// Copies a value without the texts of secrets and without the ends of long texts.
    private JsonNode kept(JsonNode value, ObjectNode entry) {
        if (value instanceof ArrayNode list) {
            ArrayNode copy = Wire.JSON.createArrayNode();
            list.forEach(item -> copy.add(kept(item, entry)));
            return copy;
        }
        if (value instanceof ObjectNode object) {
            ObjectNode copy = Wire.JSON.createObjectNode();
            object.properties().forEach(e -> copy.set(e.getKey(), kept(e.getValue(), entry)));
            return copy;
        }
        if (!value.isTextual()) return value;
        String text = value.asText();
        for (Map.Entry<String, String> secret : secrets.entrySet()) {
            if (!secret.getValue().isEmpty()) {
                text = text.replace(secret.getValue(), "(secret " + secret.getKey() + ")");
            }
        }
        if (text.length() > TEXT_MAX) {
            text = text.substring(0, TEXT_MAX);
            entry.put("isCut", true);
        }
        return TextNode.valueOf(text);
    }

    /// Gives the trace of a run that has ended.
    synchronized ObjectNode json(
            String module, String version, ScriptRequest request, ScriptEnd end, long startedAtMs) {
        Map<String, JsonNode> head = new LinkedHashMap<>();
        head.put("module", TextNode.valueOf(module));
        head.put("version", TextNode.valueOf(version));
        head.put("digest", TextNode.valueOf(request.scripts().digest()));
        head.put("entry", TextNode.valueOf(request.entry()));
        head.put("context", request.context());
        head.put("params", request.params());
        ObjectNode trace = Wire.JSON.createObjectNode().put("format", 1);
        trace.setAll(head);
        trace.put("startedAtMs", startedAtMs);
        ArrayNode list = trace.putArray("calls");
        calls.forEach(list::add);
        trace.put("dropped", dropped);
        ObjectNode last = trace.putObject("end").put("kind", end.kind().name());
        last.set("message", kept(TextNode.valueOf(end.message()), last));
        last.put("where", end.where());
        last.set(
                "value",
                end.value().isEmpty()
                        ? NullNode.instance
                        : kept(TextNode.valueOf(end.value()), last));
        return trace;
    }

    /// Keeps a trace, readable by the daemon's user alone, and forgets the oldest ones.
    static void write(Path folder, String name, ObjectNode trace) throws IOException {
        Files.createDirectories(folder);
        Path fresh =
                Files.createTempFile(
                        folder,
                        ".trace",
                        ".tmp",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, trace.toString());
        Files.move(
                fresh,
                folder.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
            files.forEach(all::add);
        }
        // names begin with the time
        all.sort(Comparator.comparing((Path file) -> String.valueOf(file.getFileName())));
        for (int i = 0; i < all.size() - FILES_MAX; i++) Files.deleteIfExists(all.get(i));
    }
}
