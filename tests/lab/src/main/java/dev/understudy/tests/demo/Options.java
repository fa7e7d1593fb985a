package dev.understudy.tests.demo;

import java.util.List;

/// What the command line of `tools/demo` says.
///
/// @param app `postgresql` or `ledger`
/// @param rounds power-offs, alternating sides
/// @param seed makes the instants of the faults repeatable
/// @param isJson the last line of standard output is one JSON object
/// @param keep leave the cluster running at the end
record Options(String app, int rounds, long seed, boolean isJson, boolean keep) {
    static final String USAGE =
            "usage: tools/demo [--app postgresql|ledger] [--rounds N] [--seed N] [--json] [--keep]";

    /// Reads the words.
    ///
    /// @throws IllegalArgumentException naming the word that is wrong
    static Options parse(List<String> words) {
        Options options = new Options("postgresql", 1, System.nanoTime(), false, false);
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            options =
                    switch (word) {
                        case "--json" ->
                                new Options(
                                        options.app,
                                        options.rounds,
                                        options.seed,
                                        true,
                                        options.keep);
                        case "--keep" ->
                                new Options(
                                        options.app,
                                        options.rounds,
                                        options.seed,
                                        options.isJson,
                                        true);
                        case "--app", "--rounds", "--seed" -> {
                            i++;
                            if (i == words.size()) {
                                throw new IllegalArgumentException(word + " needs a value");
                            }
                            yield options.with(word, words.get(i));
                        }
                        default -> throw new IllegalArgumentException("not known: " + word);
                    };
        }
        return options;
    }

    private Options with(String name, String value) {
        return switch (name) {
            case "--app" -> {
                if (!List.of("postgresql", "ledger").contains(value)) {
                    throw new IllegalArgumentException(
                            "--app is postgresql or ledger, not " + value);
                }
                yield new Options(value, rounds, seed, isJson, keep);
            }
            case "--rounds" ->
                    new Options(app, (int) number(name, value, 1, 10_000), seed, isJson, keep);
            default ->
                    new Options(
                            app,
                            rounds,
                            number(name, value, Long.MIN_VALUE, Long.MAX_VALUE),
                            isJson,
                            keep);
        };
    }

    private static long number(String name, String value, long min, long max) {
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new IllegalArgumentException(
                name + " needs a whole number from " + min + " on, not " + value);
    }
}
