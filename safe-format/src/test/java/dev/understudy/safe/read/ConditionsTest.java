package dev.understudy.safe.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.understudy.safe.Condition;
import dev.understudy.safe.Condition.State;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ConditionsTest {
    private static Condition read(String text) {
        return assertInstanceOf(Conditions.Understood.class, Conditions.read(text), text)
                .condition();
    }

    private static String problem(String text) {
        Conditions.Misread misread =
                assertInstanceOf(Conditions.Misread.class, Conditions.read(text), text);
        return misread.at() + ": " + misread.problem();
    }

    @Test
    void andBindsMoreThanOr() {
        Condition a = new Condition.Is(false, "tcp.a", State.UP, 1);
        Condition b = new Condition.Is(true, "tcp.b", State.DOWN, 16);
        Condition c = new Condition.Is(false, "script.c", State.UNKNOWN, 41);
        assertEquals(
                new Condition.Any(List.of(a, new Condition.All(List.of(b, new Condition.Not(c))))),
                read("tcp.a == up || remote.tcp.b == down  && script.c != init"));
    }

    @Test
    void parenthesesAndNotChangeThat() {
        Condition a = new Condition.Is(false, "tcp.a", State.UP, 3);
        Condition b = new Condition.Is(false, "tcp.b", State.UP, 16);
        assertEquals(
                new Condition.Not(new Condition.Any(List.of(a, b))),
                read("!(tcp.a == up||local.tcp.b == up)"));
    }

    @Test
    void whatIsWrongHasItsPlace() {
        assertEquals("11: after 'http.query' == or != is missing", problem("http.query"));
        assertEquals("12: after 'http.query' == or != is missing", problem("http.query is down"));
        assertEquals("15: 'dwn' is not one of up, down, unknown", problem("http.query == dwn"));
        assertEquals("14: it ends too early", problem("http.query =="));
        assertEquals(
                "4: 'query' is not a resource such as script.query", problem("!( query == up)"));
        assertEquals("13: ')' is missing", problem("(tcp.a == up"));
        assertEquals("13: ')' is too much", problem("tcp.a == up )"));
        assertEquals("13: '; rm' is not understood", problem("tcp.a == up ; rm"));
        assertEquals("1: it ends too early", problem("  "));
        assertEquals("22: nested too deep", problem("!".repeat(22) + "tcp.a == up"));
    }

    @Test
    void patternsFitIds() {
        Condition.Is is = (Condition.Is) read("tcp.we?-* == down");
        assertEquals(true, is.isAbout("tcp.web-1"));
        assertEquals(false, is.isAbout("tcp.web"));
        assertEquals(false, is.isAbout("http.web-1"));
        assertEquals(false, is.isAbout("tcpxweb-1"));
    }

    @Test
    void neverThrows() {
        SplittableRandom random = new SplittableRandom(7);
        List<String> parts =
                List.of(
                        "tcp.a", "remote.", "==", "!=", "&&", "||", "!", "(", ")", " ", "up", "*",
                        "$");
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            if (Conditions.read(text.toString()) instanceof Conditions.Misread m) {
                assertEquals(true, m.at() >= 1 && m.at() <= text.length() + 1, text + " " + m);
            }
        }
    }
}
