package dev.understudy.node.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything that `safe explain` shows of one module on one node.
///
/// @param module its name
/// @param node the node that says so
/// @param kind `mirror` or `light`
/// @param atMs the moment that is explained, milliseconds since 1970 UTC
/// @param isNow it is the present
/// @param state the state then
/// @param sinceMs when that state was entered; 0 if the journal does not reach back so far
/// @param reason why the module does no more than it does, or the last rule's sentence
/// @param moves the last transitions before that moment, oldest first
/// @param degraded what is not as it should be, most important first
/// @param prospects what each failure would lead to, found by running the failover machine from the
///   present state; empty for a moment in the past and while nobody serves
/// @param applicationStartMs how long the application's last start took; null if none is known
public record Explanation(
        String module,
        String node,
        String kind,
        long atMs,
        boolean isNow,
        String state,
        long sinceMs,
        String reason,
        List<Move> moves,
        List<String> degraded,
        List<Prospect> prospects,
        @Nullable Long applicationStartMs) {
    /// A transition.
    ///
    /// @param atMs milliseconds since 1970 UTC
    /// @param from state before
    /// @param to state after
    /// @param rule number of the rule that fired, see FAILOVER.md
    /// @param name of the rule
    /// @param reason what the rule says
    /// @param inputs what the decision saw: the event that caused it, the peer, the register
    public record Move(
            long atMs,
            String from,
            String to,
            int rule,
            String name,
            String reason,
            Map<String, String> inputs) {}

    /// What a failure would lead to.
    ///
    /// @param failure its name for programs, as `power`
    /// @param where the node that it strikes
    /// @param event the failure in words, as `node1 loses power`
    /// @param text what follows, in words
    /// @param servedBy the node that serves at the end; empty if none, or both
    /// @param gapMs how long nobody serves, without the application's start
    /// @param isBothServing both may serve
    /// @param ends what becomes of each node
    public record Prospect(
            String failure,
            String where,
            String event,
            String text,
            String servedBy,
            long gapMs,
            boolean isBothServing,
            List<End> ends) {}

    /// What becomes of a node.
    ///
    /// @param node its name
    /// @param isOn it runs
    /// @param state its state; the last one if it is off
    /// @param reason why it does no more; may be empty
    public record End(String node, boolean isOn, String state, String reason) {}
}
