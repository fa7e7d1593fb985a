package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Shows the state of modules.
@Command(
        name = "state",
        mixinStandardHelpOptions = true,
        description = "Shows the state of the modules of a node, or everything about one.",
        footer = {
            "",
            "Exit codes of --check: 0 good, 10 degraded (serves without a synchronised second, or"
                    + " without its application), 11 in transition, 12 waits, 13 stopped; the highest of"
                    + " all modules.",
            "Exit codes of -q: 0 STOP, 1 WAIT, 2 ALONE or UP, 3 PRIM, 4 SECOND; 69 not known.",
            "",
            "Examples:",
            "  safe state",
            "  safe state -m postgresql -w",
            "  safe state -m postgresql --until PRIM,ALONE --timeout 30",
            "  safe state --check && echo redundant"
        })
public final class StateCommand extends ControlCommand {
    private static final Map<String, Integer> QUIET =
            Map.of("STOP", 0, "WAIT", 1, "ALONE", 2, "UP", 2, "PRIM", 3, "SECOND", 4);

    /// Exit codes of --check, see EXIT.md.
    private static final Map<String, Integer> HEALTH =
            Map.of("good", 0, "degraded", 10, "transient", 11, "waiting", 12, "stopped", 13);

    /// sysexits.h EX_UNAVAILABLE: the state could not be asked for.
    private static final int NOT_KNOWN = 69;

    @Option(
            names = {"-m", "--module"},
            paramLabel = "MODULE",
            description = "One module, with everything about it.")
    private String module = "";

    @Option(
            names = {"-w", "--watch"},
            description = "Show each change until interrupted.")
    private boolean watch;

    @Option(
            names = {"-q", "--quiet"},
            description = "No output; the exit code is the state.")
    private boolean quiet;

    @Option(
            names = "--check",
            description = "The exit code is the health; 0 only if nothing is lacking.")
    private boolean check;

    @Option(
            names = "--until",
            split = ",",
            paramLabel = "STATE",
            description = "Wait until the module has one of these states and is ready.")
    private List<String> until = List.of();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Longest wait of --until, then exit code 4; default 600.")
    private int timeoutSeconds = 600;

    @Override
    int work() throws InterruptedException {
        for (String state : until) {
            if (!QUIET.containsKey(state.toUpperCase(Locale.ROOT))) {
                throw Failure.usage(
                        "'%s' is not a state".formatted(state),
                        "states are STOP WAIT ALONE UP PRIM SECOND");
            }
        }
        if (module.isEmpty()) {
            if (quiet || watch || !until.isEmpty()) {
                throw Failure.usage("-q, -w and --until need a module: -m MODULE", "");
            }
            return all();
        }
        String path = Paths.module(module);
        Daemon daemon = daemon();
        if (!until.isEmpty()) return waitUntil(daemon, path);
        if (watch) return follow(daemon, path);
        Json state = daemon.get(path);
        if (quiet) return QUIET.getOrDefault(state.text("state"), NOT_KNOWN);
        say(isJson() ? state.toString() : detail(state));
        return check ? checked(List.of(state)) : Exit.DONE;
    }

    @Override
    int exitOf(Failure failure) {
        return quiet && failure.exit() != Exit.USAGE ? NOT_KNOWN : failure.exit();
    }

    private int all() {
        Json modules = daemon().get("/api/v1/modules");
        List<Json> states = modules.list("modules");
        if (isJson()) {
            say(modules.toString());
        } else if (states.isEmpty()) {
            say("no modules; install one with `safe install FILE.safe`");
        } else {
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("MODULE", "NODE", "STATE", "STATUS", "DATA", "PEER", "REASON"));
            states.forEach(state -> rows.add(row(state)));
            say(Words.table(rows));
            states.forEach(state ->
                    state.words("warnings")
                            .forEach(text ->
                                    say("warning: %s: %s".formatted(state.text("module"), text))));
        }
        return check ? checked(states) : Exit.DONE;
    }

    private int checked(List<Json> states) {
        int worst = Exit.DONE;
        for (Json state : states) {
            int code = HEALTH.getOrDefault(state.text("health"), Exit.INTERNAL);
            worst = Math.max(worst, code);
            if (code == Exit.DONE || isJson()) continue;
            List<String> warnings = state.words("warnings");
            boolean degraded = state.text("health").equals("degraded") && !warnings.isEmpty();
            say(
                    "%s: %s is %s: %s"
                            .formatted(
                                    state.text("health"),
                                    state.text("module"),
                                    state.text("state"),
                                    degraded ? warnings.getFirst() : state.text("reason")));
        }
        return worst;
    }

    private static List<String> row(Json state) {
        Json peer = state.at("peer");
        String beside =
                !peer.isThere()
                        ? "-"
                        : peer.text("node")
                                + " "
                                + (peer.truth("isReachable")
                                        ? peer.text("state")
                                        : Words.silent(peer));
        return List.of(
                state.text("module"),
                state.text("node"),
                state.text("state"),
                status(state),
                low(state.text("data")),
                beside,
                state.text("reason"));
    }

    private int follow(Daemon daemon, String path) {
        String tag = "";
        while (true) {
            Daemon.Answer answer =
                    daemon.getTagged(
                            path + (tag.isEmpty() ? "" : "?waitMs=20000&changedFrom=" + tag),
                            Duration.ofSeconds(40));
            if (!answer.etag().equals(tag)) {
                say(isJson() ? answer.json().toString() : line(answer.json()));
                tag = answer.etag();
            }
        }
    }

    private int waitUntil(Daemon daemon, String path) {
        Instant end = Instant.now().plusSeconds(timeoutSeconds);
        String tag = "";
        while (true) {
            long leftMs = Math.max(0, Duration.between(Instant.now(), end).toMillis());
            Daemon.Answer answer =
                    daemon.getTagged(
                            path
                                    + "?waitMs="
                                    + Math.min(leftMs, 20_000)
                                    + (tag.isEmpty() ? "" : "&changedFrom=" + tag),
                            Duration.ofSeconds(40));
            tag = answer.etag();
            Json state = answer.json();
            boolean reached =
                    until.stream().anyMatch(word -> word.equalsIgnoreCase(state.text("state")));
            boolean stable =
                    state.text("status").equals("READY")
                            || List.of("STOP", "WAIT").contains(state.text("state"));
            if (reached && stable) {
                if (!quiet) say(isJson() ? state.toString() : line(state));
                return Exit.DONE;
            }
            if (leftMs == 0) {
                throw Failure.timedOut(
                        "%s is %s after %d s: %s"
                                .formatted(
                                        module,
                                        state.text("state"),
                                        timeoutSeconds,
                                        state.text("reason")),
                        "look at `safe log -m " + module + "`");
            }
        }
    }

    /// One line of -w.
    static String line(Json state) {
        StringBuilder line = new StringBuilder(Words.fineTime(System.currentTimeMillis()));
        line.append(' ').append(String.join("  ", row(state)));
        if (!state.text("activity").isEmpty())
            line.append("  [").append(state.text("activity")).append(']');
        Json resync = state.at("resync");
        if (resync.isThere()) line.append("  ").append(resync(resync));
        return line.toString();
    }

    private static String resync(Json resync) {
        StringBuilder text = new StringBuilder("copying ").append(resync.text("direction"));
        text.append(", ").append(resync.text("phase")).append(": ");
        text.append(Words.bytes(resync.number("bytesDone"))).append(" of ");
        text.append(Words.bytes(resync.number("bytesTotal"))).append(", ");
        text.append(resync.number("filesDone")).append(" of ");
        text.append(resync.number("filesTotal")).append(" files");
        if (resync.number("bytesPerSecond") > 0) {
            text.append(", ").append(Words.bytes(resync.number("bytesPerSecond"))).append("/s");
        }
        if (resync.at("secondsLeft").isThere()) {
            text.append(", ").append(Words.seconds(resync.number("secondsLeft"))).append(" left");
        }
        return text.toString();
    }

    /// Everything about a module.
    static String detail(Json state) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "module",
                        "%s %s (%s) on %s"
                                .formatted(
                                        state.text("module"),
                                        state.text("version"),
                                        state.text("kind"),
                                        state.text("node"))));
        rows.add(
                List.of(
                        "state",
                        "%s, %s, since %s"
                                .formatted(
                                        state.text("state"),
                                        status(state),
                                        Words.time(state.number("sinceMs")))));
        rows.add(List.of("reason", state.text("reason")));
        if (!state.text("activity").isEmpty())
            rows.add(List.of("activity", state.text("activity")));
        rows.add(List.of("data", low(state.text("data"))));
        Json peer = state.at("peer");
        if (peer.isThere()) rows.add(List.of("peer", peer(peer)));
        Json register = state.at("register");
        if (register.isThere()) rows.add(List.of("register", register(register)));
        Json replication = state.at("replication");
        if (replication.isThere()) rows.add(List.of("replication", replication(replication)));
        Json resync = state.at("resync");
        if (resync.isThere()) rows.add(List.of("resync", resync(resync)));
        for (Json address : state.list("addresses")) {
            rows.add(
                    List.of(
                            "address " + address.text("id"),
                            address.text("address")
                                    + (address.truth("isRaised")
                                            ? " on " + address.text("networkInterface")
                                            : ", not on this node")));
        }
        for (Json resource : state.list("resources")) {
            String text = resource.text("text");
            String action = resource.text("action");
            rows.add(
                    List.of(
                            resource.text("name"),
                            resource.text("value")
                                    + (text.isEmpty() ? "" : ", " + text)
                                    + (action.isEmpty() || action.equals("none")
                                            ? ""
                                            : "; when down: " + action)));
        }
        for (Json rule : state.list("rules")) {
            rows.add(List.of("rule " + rule.text("id"), rule(rule)));
        }
        for (String warning : state.words("warnings")) rows.add(List.of("warning", warning));
        return Words.table(rows);
    }

    private static String rule(Json rule) {
        String held =
                switch (rule.text("state")) {
                    case "holds" -> ": holds since " + Words.time(rule.number("sinceMs"));
                    case "done" -> ": done, holds since " + Words.time(rule.number("sinceMs"));
                    default -> "";
                };
        return "if %s for %s then %s%s"
                .formatted(
                        rule.text("condition"),
                        Words.seconds(Math.ceilDiv(rule.number("forMs"), 1000L)),
                        rule.text("action"),
                        held);
    }

    private static String peer(Json peer) {
        String known =
                peer.at("state").isThere()
                        ? "%s, data %s, ".formatted(peer.text("state"), low(peer.text("data")))
                        : "";
        return peer.text("node") + ": " + known + Words.silent(peer);
    }

    private static String register(Json register) {
        String primary = register.text("primary");
        return "epoch %d, in sync %s, primary %s, policy %s"
                .formatted(
                        register.number("epoch"),
                        String.join(" and ", register.words("inSync")),
                        primary.isEmpty() ? "none" : primary,
                        register.text("policy"));
    }

    private static String replication(Json replication) {
        return "link %s, %d operations on the way, %s unconfirmed, %s dirty in %d files"
                .formatted(
                        replication.text("link"),
                        replication.number("lagOperations"),
                        Words.bytes(replication.number("unconfirmedBytes")),
                        Words.bytes(replication.number("dirtyBytes")),
                        replication.number("dirtyFiles"));
    }

    /// READY says that a state is reached, not that nothing is lacking: that it is said aloud.
    private static String status(Json state) {
        return state.text("health").equals("degraded") ? "DEGRADED" : low(state.text("status"));
    }

    private static String low(String word) {
        return word.toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
