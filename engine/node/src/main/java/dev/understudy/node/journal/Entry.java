package dev.understudy.node.journal;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// One line of the journal.
///
/// @param number position in the journal of this node, 1-based, never reused
/// @param at wall-clock time, ISO 8601 with microseconds; for people, never for decisions
/// @param module name of the module, or empty for the node itself
/// @param kind what sort of fact this is
/// @param rule number of the rule that caused a transition, 0 where no rule applies
/// @param name the rule's or fact's name, in capitals
/// @param text the reason, in an operator's words
/// @param facts what the decision saw, for example `silentMs=2012`
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record Entry(
        long number,
        String at,
        String module,
        Kind kind,
        int rule,
        String name,
        String text,
        Map<String, String> facts) {

    /// Sorts of facts.
    public enum Kind {
        /// The module changed its state.
        TRANSITION,
        /// Something worth knowing that changed no state.
        EVENT,
        /// A person must act or redundancy is lost.
        ALARM,
        /// Somebody asked for a change.
        AUDIT,
        /// Output of the application's services and scripts.
        OUTPUT
    }

    /// Fills what a line on disk left out.
    public Entry {
        if (facts == null) facts = Map.of();
        if (module == null) module = "";
        if (name == null) name = "";
        if (text == null) text = "";
        if (kind == null) kind = Kind.EVENT;
    }

    /// An entry before it has number and time.
    public record Draft(
            String module,
            Kind kind,
            int rule,
            String name,
            String text,
            Map<String, String> facts) {

        /// Gives the entry its place.
        Entry at(long number, Instant now) {
            return new Entry(number, now.toString(), module, kind, rule, name, text, facts);
        }

        /// Adds one fact.
        public Draft with(String key, Object value) {
            Map<String, String> more = new LinkedHashMap<>(facts);
            more.put(key, String.valueOf(value));
            return new Draft(module, kind, rule, name, text, more);
        }
    }

    /// Begins an entry that changed no state.
    public static Draft event(String module, String name, String text) {
        return new Draft(module, Kind.EVENT, 0, name, text, Map.of());
    }

    /// Begins an entry that a person must act upon.
    public static Draft alarm(String module, String name, String text) {
        return new Draft(module, Kind.ALARM, 0, name, text, Map.of());
    }

    /// Begins an entry about somebody's command.
    public static Draft audit(String module, String name, String text) {
        return new Draft(module, Kind.AUDIT, 0, name, text, Map.of());
    }

    static ObjectMapper mapper() {
        return new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }
}
