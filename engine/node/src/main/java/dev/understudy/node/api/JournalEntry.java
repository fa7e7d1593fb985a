package dev.understudy.node.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One line of the journal as the API shows it.
///
/// @param number position in this node's journal, ascending, from 1
/// @param atMs milliseconds since 1970 UTC
/// @param node the node that wrote it
/// @param module the module concerned, null for the node
/// @param severity `info`, `warn` or `error`
/// @param event the rule or event name, for instance `SECOND_TAKES_OVER`
/// @param text the sentence for the operator
/// @param fields further key-value pairs, for instance `rule=21`, `epoch=7`
public record JournalEntry(
        long number,
        long atMs,
        String node,
        @Nullable String module,
        String severity,
        String event,
        String text,
        Map<String, String> fields) {}
