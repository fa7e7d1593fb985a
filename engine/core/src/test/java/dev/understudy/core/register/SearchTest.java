package dev.understudy.core.register;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every interleaving within small bounds keeps the register one register; each known mistake is
/// found, with the shortest way to it.
@Tag("long")
final class SearchTest {
    private static final List<String> CHANGE_BOTH = List.of("c", "c");
    private static final List<String> CHANGE_AND_READ = List.of("cr", "c");
    private static final List<String> CHANGE_AND_ONE_READ = List.of("c", "r");
    private static final List<String> CHANGE_AND_READ_TWICE = List.of("c", "rr");

    static List<Search.Bounds> bounds() {
        return List.of(
                new Search.Bounds(CHANGE_BOTH, 2, 0, 0),
                new Search.Bounds(CHANGE_AND_READ, 1, 1, 0),
                new Search.Bounds(CHANGE_AND_ONE_READ, 1, 0, 1));
    }

    @ParameterizedTest
    @MethodSource("bounds")
    void everyInterleavingIsOneRegister(Search.Bounds bounds) {
        Search search = new Search(Search.Mistake.NONE, bounds, 400_000);
        int moments = search.run();
        System.out.println(bounds + " moments=" + moments);
        assertNull(search.violation, search.violation);
        assertTrue(search.isComplete, "the search was not ended after " + moments);
        assertTrue(moments > 1_000, "the bounds leave too little: " + moments);
    }

    @ParameterizedTest
    @EnumSource(value = Search.Mistake.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aMistakeIsRefuted(Search.Mistake mistake) {
        Search search = new Search(mistake, boundsFor(mistake), 400_000);
        int moments = search.run();
        assertNotNull(search.violation, mistake + " was not refuted in " + moments + " moments");
        System.out.println(
                mistake + " refuted after " + moments + " moments:\n" + search.violation);
    }

    private static Search.Bounds boundsFor(Search.Mistake mistake) {
        return switch (mistake) {
            case ANSWER_BEFORE_DURABLE, WIPED_VOTES -> new Search.Bounds(CHANGE_BOTH, 1, 1, 0);
            case BALLOT_REUSED -> new Search.Bounds(CHANGE_AND_ONE_READ, 1, 0, 1);
            case READ_WITHOUT_ACCEPT -> new Search.Bounds(CHANGE_AND_READ_TWICE, 1, 0, 0);
            default -> new Search.Bounds(CHANGE_BOTH, 1, 0, 0);
        };
    }
}
