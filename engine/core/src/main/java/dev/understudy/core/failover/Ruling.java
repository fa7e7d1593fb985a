package dev.understudy.core.failover;

import dev.understudy.core.rules.Condition;
import dev.understudy.core.rules.Value;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The module's own failover rules: looks at the resources of both nodes, and does once what a rule
/// says whose condition has held for its time.
///
/// What a rule does counts against the restart limit, and a node that gave the service away by one
/// does not get it back by a rule before a pause is over. So rules of both nodes that contradict
/// each other come to rest.
final class Ruling {
    private Ruling() {}

    /// Notes what a checker or a script says.
    static void found(Draft d, String resource, Value value) {
        int index = d.settings.rules().indexOf(resource);
        if (index >= 0 && isLookedAt(d.settings.rules().watched().get(index), d.rulings.phase())) {
            d.rulings = d.rulings.with(d.rulings.own().with(index, value));
        }
    }

    private static boolean isLookedAt(FailoverRules.Watched resource, @Nullable Phase phase) {
        return resource.phases().isEmpty() || (phase != null && resource.phases().contains(phase));
    }

    /// Other checkers run from now on: what nobody looks at any more is unknown.
    ///
    /// @param phase null if none run
    static void phase(Draft d, @Nullable Phase phase) {
        Findings own = d.rulings.own();
        List<FailoverRules.Watched> watched = d.settings.rules().watched();
        for (int i = 0; i < watched.size(); i++) {
            boolean stays = phase != null && isLookedAt(watched.get(i), phase);
            own = stays ? own : own.with(i, Value.UNKNOWN);
        }
        d.rulings = new Node.Rulings(own, phase, d.rulings.held());
    }

    /// Another configuration may give the places in the list to other resources.
    static void reconfigured(Draft d, FailoverRules before) {
        if (before.equals(d.settings.rules())) {
            return;
        }
        Findings own = Findings.NONE;
        for (FailoverRules.Watched resource : before.watched()) {
            int now = d.settings.rules().indexOf(resource.name());
            Value value = d.rulings.own().get(before.indexOf(resource.name()));
            own = now < 0 ? own : own.with(now, value);
        }
        for (FailoverRules.Entry rule : before.rules()) {
            ends(d, rule);
        }
        d.rulings = new Node.Rulings(own, d.rulings.phase(), Map.of());
    }

    /// An operator's word: every rule is looked at anew.
    static void forget(Draft d) {
        d.rulings = d.rulings.with(Map.of());
    }

    /// What a rule sees. The peer's list is the own one only under the same configuration.
    private static Condition.View view(Draft d) {
        Beat peer = d.contact();
        boolean isKnown = peer != null && peer.digest().equals(d.settings.digest());
        Findings remote = isKnown && peer != null ? peer.findings() : Findings.NONE;
        FailoverRules rules = d.settings.rules();
        return (isRemote, resource) -> {
            int index = rules.indexOf(resource);
            Findings all = isRemote ? remote : d.rulings.own();
            return index < 0 ? Value.UNKNOWN : all.get(index);
        };
    }

    /// Carries the rules forward.
    static void run(Draft d) {
        if (d.settings.rules().rules().isEmpty()) {
            return;
        }
        Condition.View view = view(d);
        Map<String, Node.Held> held = new TreeMap<>();
        FailoverRules.Entry due = null;
        for (FailoverRules.Entry rule : d.settings.rules().rules()) {
            Node.Held before = d.rulings.held().get(rule.id());
            if (!rule.condition().holds(view)) {
                if (before != null && isOpen(d, rule)) {
                    held.put(rule.id(), before);
                } else {
                    ends(d, rule);
                }
                continue;
            }
            Node.Held now = before == null ? new Node.Held(d.now, false) : before;
            boolean acts =
                    due == null
                            && !now.isDone()
                            && d.now - now.sinceNs() >= rule.stableNs()
                            && may(d, rule);
            held.put(rule.id(), acts ? new Node.Held(now.sinceNs(), true) : now);
            if (acts) {
                due = rule;
            }
        }
        d.rulings = d.rulings.with(held);
        if (due != null) {
            act(d, due);
            d.isMoved = true; // the next one, if it still means something
        }
    }

    /// What a rule waits for is looked at again after the stop that it led to: until the checkers
    /// have spoken it still waits.
    private static boolean isOpen(Draft d, FailoverRules.Entry rule) {
        return d.downResources.contains(rule.resource())
                && own(rule)
                        .mapToInt(d.settings.rules()::indexOf)
                        .anyMatch(i -> i >= 0 && d.rulings.own().get(i) == Value.UNKNOWN);
    }

    private static Stream<String> own(FailoverRules.Entry rule) {
        return rule.condition()
                .comparisons()
                .filter(is -> !is.isRemote())
                .flatMap(is -> is.resources().stream());
    }

    /// A checker is switched off: no rule waits for what it would say.
    static void dropped(Draft d, String resource) {
        for (FailoverRules.Entry rule : d.settings.rules().rules()) {
            if (own(rule).anyMatch(resource::equals)) {
                ends(d, rule);
            }
        }
    }

    private static void ends(Draft d, FailoverRules.Entry rule) {
        if (d.downResources.contains(rule.resource())) {
            Absorb.up(d, rule.resource());
            d.isMoved = true;
        }
    }

    /// Whether this node is in a state in which the rule's action means something.
    private static boolean may(Draft d, FailoverRules.Entry rule) {
        boolean active = d.isServing() || d.state == State.SECOND;
        boolean atRest = active && d.isUp && d.isIdle() && d.chores.isEmpty();
        return switch (rule.action()) {
            case NONE, STOP -> active && !d.isStopping();
            case WAIT -> (active || d.state == State.WAIT) && !d.isStopping();
            case RESTART, STOPSTART -> atRest && !d.isStopping();
            case SWAP -> atRest && !d.isStopping() && maySwap(d);
        };
    }

    private static boolean maySwap(Draft d) {
        Beat peer = d.contact();
        return peer != null
                && Commands.whyNoSwap(d).isEmpty()
                && peer.incarnation() == d.pairedIncarnation
                && !peer.marks().isBusy()
                && Resources.isPeerAPlace(d);
    }

    private static void act(Draft d, FailoverRules.Entry rule) {
        String why = rule.id() + ": " + rule.text();
        boolean active = d.isServing() || d.state == State.SECOND;
        boolean counts = rule.action() == Action.SWAP || (rule.action() == Action.WAIT && active);
        if (counts && !Resources.isWithinLimit(d)) {
            d.journal(Rule.RULE_RESTS, why); // a next try that is due is left as it is
            return;
        }
        if (counts) {
            Resources.counts(d, rule.resource());
        }
        if (rule.action() == Action.SWAP) {
            Resources.givesAway(d, Rule.RULE_SWAPS, why);
            return;
        }
        d.journal(Rule.RULE_HOLDS, why);
        if (rule.action() != Action.NONE) {
            Resources.down(d, rule.resource(), rule.action(), List.of());
        }
    }

    /// When the next rule has held for its time; `Long.MAX_VALUE` if none does.
    static long nextNs(Node node) {
        long next = Long.MAX_VALUE;
        for (FailoverRules.Entry rule : node.settings().rules().rules()) {
            Node.Held held = node.app().rulings().held().get(rule.id());
            if (held != null && !held.isDone()) {
                next = Math.min(next, held.sinceNs() + rule.stableNs());
            }
        }
        return next;
    }
}
