package dev.understudy.safe.read;

import dev.understudy.safe.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the conditions of failover rules: comparisons of resources with states, joined by `&&`,
/// `||`, `!` and parentheses. FORMAT.md has the grammar.
public final class Conditions {
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(&&|\\|\\||==|!=|!|\\(|\\)|[A-Za-z0-9_.*?-]+)");
    private static final Pattern RESOURCE =
            Pattern.compile("(?:(local|remote)\\.)?([a-z][a-z0-9_-]*\\.[A-Za-z0-9_.*?-]+)");
    private static final Pattern STATE = Pattern.compile("up|down|init|unknown");
    private static final int DEPTH_MAX = 20;

    private final String text;
    private final List<Token> tokens;
    private int index;

    private record Token(String text, int at) {}

    /// What reading gives.
    public sealed interface Result permits Understood, Misread {}

    /// A condition.
    public record Understood(Condition condition) implements Result {}

    /// What is wrong with a text.
    ///
    /// @param at where, from 1
    /// @param problem one sentence, no full stop
    public record Misread(int at, String problem) implements Result {}

    private static final class Problem extends Exception {
        private static final long serialVersionUID = 1;
        private final int at;

        Problem(int at, String text) {
            super(text);
            this.at = at;
        }
    }

    private Conditions(String text, List<Token> tokens) {
        this.text = text;
        this.tokens = tokens;
    }

    /// Reads a condition; never throws.
    public static Result read(String text) {
        List<Token> tokens = new ArrayList<>();
        Matcher m = TOKEN.matcher(text);
        int end = 0;
        while (m.find() && m.start() == end) {
            tokens.add(new Token(m.group(1), m.start(1) + 1));
            end = m.end();
        }
        String rest = text.substring(end);
        if (!rest.isBlank()) {
            int at = end + rest.length() - rest.stripLeading().length() + 1;
            return new Misread(at, "'%s' is not understood".formatted(rest.strip()));
        }
        Conditions reader = new Conditions(text, tokens);
        try {
            Condition all = reader.any(0);
            if (reader.index < tokens.size()) {
                Token more = tokens.get(reader.index);
                return new Misread(more.at(), "'%s' is too much".formatted(more.text()));
            }
            return new Understood(all);
        } catch (Problem e) {
            return new Misread(e.at, String.valueOf(e.getMessage()));
        }
    }

    private Condition any(int depth) throws Problem {
        List<Condition> parts = new ArrayList<>(List.of(all(depth)));
        while (next("||")) {
            parts.add(all(depth));
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.Any(parts);
    }

    private Condition all(int depth) throws Problem {
        List<Condition> parts = new ArrayList<>(List.of(one(depth)));
        while (next("&&")) {
            parts.add(one(depth));
        }
        return parts.size() == 1 ? parts.getFirst() : new Condition.All(parts);
    }

    private Condition one(int depth) throws Problem {
        if (depth > DEPTH_MAX) {
            throw new Problem(at(), "nested too deep");
        }
        if (next("!")) {
            return new Condition.Not(one(depth + 1));
        }
        if (next("(")) {
            Condition inner = any(depth + 1);
            if (!next(")")) {
                throw new Problem(at(), "')' is missing");
            }
            return inner;
        }
        return comparison();
    }

    private Condition comparison() throws Problem {
        int at = at();
        String name = take();
        Matcher resource = RESOURCE.matcher(name);
        if (!resource.matches()) {
            throw new Problem(
                    at,
                    name.isEmpty()
                            ? "it ends too early"
                            : "'%s' is not a resource such as script.query".formatted(name));
        }
        boolean equal = next("==");
        if (!equal && !next("!=")) {
            throw new Problem(at(), "after '%s' == or != is missing".formatted(name));
        }
        int stateAt = at();
        String word = take();
        if (!STATE.matcher(word).matches()) {
            throw new Problem(
                    stateAt,
                    word.isEmpty()
                            ? "it ends too early"
                            : "'%s' is not one of up, down, unknown".formatted(word));
        }
        Condition.State state =
                word.equals("init")
                        ? Condition.State.UNKNOWN
                        : Condition.State.valueOf(word.toUpperCase(Locale.ROOT));
        Condition is =
                new Condition.Is("remote".equals(resource.group(1)), resource.group(2), state, at);
        return equal ? is : new Condition.Not(is);
    }

    private boolean next(String token) {
        if (index < tokens.size() && tokens.get(index).text().equals(token)) {
            index++;
            return true;
        }
        return false;
    }

    private String take() {
        return index < tokens.size() ? tokens.get(index++).text() : "";
    }

    private int at() {
        return index < tokens.size() ? tokens.get(index).at() : text.stripTrailing().length() + 1;
    }
}
