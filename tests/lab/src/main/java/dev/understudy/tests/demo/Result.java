package dev.understudy.tests.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.tests.cluster.Json;

/// What one event cost; -1 where a number does not apply or could not be had.
///
/// @param round 1-based
/// @param event `power-off`, `daemon-death`, `link-cut`, `stop`, `swap`, `application-kill` or
///   `return`
/// @param gapMs longest time without an acknowledged commit
/// @param detectMs from the fault until the survivor decided
/// @param vipMs from the decision until the virtual IP was there
/// @param applicationStartMs from the start of the application until it was ready
/// @param resyncBytes bytes copied when the node came back
/// @param resyncMs how long that took
public record Result(
        int round,
        String event,
        long gapMs,
        long detectMs,
        long vipMs,
        long applicationStartMs,
        long resyncBytes,
        long resyncMs) {

    /// An event that moves or interrupts the service.
    static Result of(int round, String event, long gapMs, Split split) {
        return new Result(
                round,
                event,
                gapMs,
                split.detectMs(),
                split.vipMs(),
                split.applicationStartMs(),
                -1,
                -1);
    }

    /// A node that came back.
    static Result ofReturn(int round, long gapMs, long bytes, long ms) {
        return new Result(round, "return", gapMs, -1, -1, -1, bytes, ms);
    }

    ObjectNode json() {
        ObjectNode json = Json.object().put("round", round).put("event", event);
        put(json, "gapMs", gapMs);
        put(json, "detectMs", detectMs);
        put(json, "vipMs", vipMs);
        put(json, "applicationStartMs", applicationStartMs);
        put(json, "resyncBytes", resyncBytes);
        put(json, "resyncMs", resyncMs);
        return json;
    }

    private static void put(ObjectNode json, String key, long value) {
        if (value < 0) {
            json.putNull(key);
        } else {
            json.put(key, value);
        }
    }
}
