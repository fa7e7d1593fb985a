package dev.understudy.safe.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Parses the condition of a failover rule: comparisons of resources with states, joined by `&&`,
/// `||`, `!` and parentheses.
final class Expression {
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(&&|\\|\\||==|!=|!|\\(|\\)|[A-Za-z0-9_.*?-]+)");
    private static final Pattern RESOURCE =
            Pattern.compile("((local|remote)\\.)?[a-z][a-z0-9_-]*\\.[A-Za-z0-9_.*?-]+");
    private static final Pattern STATE = Pattern.compile("up|down|init|unknown");
    private static final int DEPTH_MAX = 20;

    private final List<String> tokens;
    private int index;

    private Expression(List<String> tokens) {
        this.tokens = tokens;
    }

    /// Says what is wrong with a condition; empty = nothing.
    static String problem(String text) {
        List<String> tokens = new ArrayList<>();
        Matcher m = TOKEN.matcher(text);
        int end = 0;
        while (m.find() && m.start() == end) {
            tokens.add(m.group(1));
            end = m.end();
        }
        if (!text.substring(end).isBlank()) {
            return "'%s' is not understood".formatted(text.substring(end).strip());
        }
        Expression e = new Expression(tokens);
        String problem = e.any(0);
        return problem.isEmpty() && e.index < tokens.size()
                ? "'%s' is too much".formatted(tokens.get(e.index))
                : problem;
    }

    private String any(int depth) {
        String problem = all(depth);
        while (problem.isEmpty() && next("||")) {
            problem = all(depth);
        }
        return problem;
    }

    private String all(int depth) {
        String problem = one(depth);
        while (problem.isEmpty() && next("&&")) {
            problem = one(depth);
        }
        return problem;
    }

    private String one(int depth) {
        if (depth > DEPTH_MAX) {
            return "nested too deep";
        }
        if (next("!")) {
            return one(depth + 1);
        }
        if (next("(")) {
            String problem = any(depth + 1);
            return !problem.isEmpty() ? problem : next(")") ? "" : "')' is missing";
        }
        String resource = take();
        if (!RESOURCE.matcher(resource).matches()) {
            return resource.isEmpty()
                    ? "it ends too early"
                    : "'%s' is not a resource such as script.query".formatted(resource);
        }
        if (!next("==") && !next("!=")) {
            return "after '%s' == or != is missing".formatted(resource);
        }
        String state = take();
        return STATE.matcher(state).matches()
                ? ""
                : "'%s' is not one of up, down, init, unknown".formatted(state);
    }

    private boolean next(String token) {
        if (index < tokens.size() && tokens.get(index).equals(token)) {
            index++;
            return true;
        }
        return false;
    }

    private String take() {
        return index < tokens.size() ? tokens.get(index++) : "";
    }
}
