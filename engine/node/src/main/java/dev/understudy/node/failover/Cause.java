package dev.understudy.node.failover;

import dev.understudy.core.failover.Beat;
import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Fenced;
import dev.understudy.core.failover.Node;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a decision saw, in the words of the journal; pure.
final class Cause {
    private Cause() {}

    /// Names an event as an operator understands it.
    static String of(Event event) {
        return switch (event) {
            case Event.Tick _ -> "time went by";
            case Event.Heard(_, Beat beat) ->
                    "heard " + beat.from().name() + " " + beat.state() + " " + beat.register();
            case Event.Heard(_, Fenced fenced) -> fenced.from().name() + " says it is fenced";
            case Event.Paused paused ->
                    "this process stood still for " + paused.pausedNs() / 1_000_000 + " ms";
            case Event.RegisterAnswered answered ->
                    "register: " + answered.outcome().getClass().getSimpleName();
            case Event.Probed probed ->
                    "looked for the address: " + (probed.vipAnswers() ? "answers" : "silent");
            case Event.FencingEnded ended -> "fencing command: " + ended.text();
            case Event.HookEnded ended -> "a script ended: " + ended.result();
            case Event.Killed _ -> "the processes were killed";
            case Event.VipFailed failed -> "virtual address: " + failed.text();
            case Event.ResourceDown down -> down.resource() + " is down";
            case Event.ResourceUp up -> up.resource() + " is up";
            case Event.ResourceUnknown unknown -> unknown.resource() + " is not looked at any more";
            case Event.Commanded commanded ->
                    "command " + commanded.command() + (commanded.force() ? " --force" : "");
            case Event.Configured _ -> "new configuration";
            case Event.SwapBack times -> times.isOpen() ? "time of day: on" : "time of day: off";
            case Event.Data data -> "data path: " + data.getClass().getSimpleName();
        };
    }

    /// The facts of an entry that is no transition.
    static Map<String, String> brief(Effect.Journal line, Node node) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("from", line.from().name());
        facts.put("to", line.to().name());
        facts.put("epoch", node.register().epoch().toString());
        facts.put("detail", line.detail());
        return facts;
    }

    /// The facts of a transition.
    ///
    /// @param node as decided
    /// @param cause the event, from [#of]
    static Map<String, String> seen(Effect.Journal line, Node node, String cause) {
        Map<String, String> facts = brief(line, node);
        facts.put("event", cause);
        if (node.settings().isLight()) return facts;
        facts.put("data", node.saved().data().toString());
        facts.put("inSync", String.valueOf(node.register().inSync()));
        facts.put("primary", String.valueOf(node.register().primary()));
        facts.put("generation", String.valueOf(node.register().generation()));
        Beat peer = node.peer().beat();
        if (peer != null) {
            facts.put("peer", peer.state() + " " + peer.data());
            facts.put(
                    "silentMs",
                    Long.toString((node.nowNs() - node.peer().receivedNs()) / 1_000_000));
        }
        return facts;
    }
}
