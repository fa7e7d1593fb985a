package dev.understudy.tests.simulator.search;

import dev.understudy.core.failover.Isolation;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// Searches within bounds that are given; the tests run small ones.
public final class Explore {
    private static final String USAGE =
            """
            explore [--isolation protect|majority] [--faults N] [--writes N] [--operations N] [--kinds A,B,...]
                    [--rules NAME] [--states N] [--threads N]
              --kinds   only these faults, such as CUT,KILL,POWER; default all
              --rules   the shipping ones, or such with a condition taken out
              --states  give up beyond so many (20000000); a million take 200 MB and half a minute\
            """;

    private Explore() {}

    /// Exit code 1 if an invariant did not hold or the search was given up; 2 if it was called
    /// wrongly.
    public static void main(String[] arguments) {
        Isolation isolation = Isolation.PROTECT;
        Rules rules = Rules.SHIPPED;
        Set<Action.Kind> kinds = EnumSet.allOf(Action.Kind.class);
        int faults = 2;
        int writes = 1;
        int operations = 0;
        int states = 20_000_000;
        int threads = Runtime.getRuntime().availableProcessors();
        try {
            for (int i = 0; i < arguments.length; i += 2) {
                String value = arguments[i + 1].toUpperCase(Locale.ROOT);
                switch (arguments[i]) {
                    case "--isolation" -> isolation = Isolation.valueOf(value);
                    case "--rules" -> rules = Rules.valueOf(value);
                    case "--kinds" -> {
                        kinds = EnumSet.noneOf(Action.Kind.class);
                        Arrays.stream(value.split(",", -1))
                                .map(Action.Kind::valueOf)
                                .forEach(kinds::add);
                    }
                    case "--faults" -> faults = Integer.parseInt(value);
                    case "--writes" -> writes = Integer.parseInt(value);
                    case "--operations" -> operations = Integer.parseInt(value);
                    case "--states" -> states = Integer.parseInt(value);
                    case "--threads" -> threads = Integer.parseInt(value);
                    default -> throw new IllegalArgumentException(arguments[i]);
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException wrong) {
            System.err.println(USAGE);
            System.exit(2);
        }
        Search.Bounds bounds = new Search.Bounds(faults, writes, operations, kinds, states);
        Search.Result result = Search.run(new Model.Setup(isolation, rules), bounds, threads);
        System.out.printf(
                "%s %s, %d faults of %s, %d writes, %d operations: %s, %d states, longest way %d%n",
                isolation,
                rules,
                faults,
                kinds.stream().filter(kind -> kind.isFault).toList(),
                writes,
                operations,
                result.broken() != null
                        ? result.broken()
                        : result.isComplete() ? "everything holds" : "given up",
                result.states(),
                result.depth());
        result.trace().forEach(System.out::println);
        System.exit(result.isComplete() ? 0 : 1);
    }
}
