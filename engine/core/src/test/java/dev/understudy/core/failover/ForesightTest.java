package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/// What is foretold is what two nodes then do.
final class ForesightTest {
    private static Outlook of(Node node, String kind, String where) {
        return Foresight.of(node).stream()
                .filter(o -> o.mishap().kind().word().equals(kind))
                .filter(o -> o.mishap().node().name().equals(where))
                .findFirst()
                .orElseThrow();
    }

    private static String told(Duo.Side side, String kind, String where) {
        return of(side.node, kind, where).text();
    }

    @Test
    void aPairInSync() {
        Duo duo = Duo.pair();
        String all =
                Foresight.of(duo.a.node).stream()
                        .map(o -> o.mishap().text() + ": " + o.text() + "\n")
                        .reduce("", String::concat);
        assertEquals(
                """
                a loses power: b serves in about 2.0 s, alone
                b loses power: a serves again after about 3.0 s, alone
                the daemon of a dies: b serves at once, alone
                """,
                all.lines().limit(3).reduce("", (x, y) -> x + y + "\n"),
                all);
        assertEquals(
                "a serves again after about 3.0 s, alone; b is SECOND: "
                        + WaitReason.WINDOW_OVER.text(),
                told(duo.a, "link", "a"));
        assertTrue(of(duo.a.node, "split", "a").isBoth(), all);
        assertFalse(of(duo.a.node, "link", "a").isBoth(), all);
        assertEquals("", of(duo.a.node, "power-unwitnessed", "a").servedBy(), all);
        assertEquals("b", of(duo.a.node, "application-stays-down", "a").servedBy(), all);
        assertEquals("b", of(duo.a.node, "disk", "a").servedBy(), all);
        assertTrue(told(duo.a, "application", "a").startsWith("a starts it again"), all);
    }

    /// Who would be switched off although it lives is worth knowing beforehand.
    @Test
    void whomTheFencingCommandSwitchesOffIsSaid() {
        Duo duo =
                Duo.pair(new Duo(Isolation.PROTECT, true, "", FailoverRules.NONE, 5_000 * Duo.MS));
        String off = "; a is switched off by the fencing command";
        for (Duo.Side side : List.of(duo.a, duo.b)) {
            assertTrue(told(side, "link", "a").endsWith(off), told(side, "link", "a"));
            assertTrue(told(side, "split", "a").endsWith(off), told(side, "split", "a"));
            assertEquals("b", of(side.node, "split", "a").servedBy());
            assertFalse(told(side, "power", "a").contains("fencing"), told(side, "power", "a"));
            assertFalse(told(side, "cut-off", "b").contains("fencing"));
        }
    }

    @Test
    void bothSidesForetellTheSame() {
        Duo duo = Duo.pair();
        List<Outlook> here = Foresight.of(duo.a.node);
        for (Outlook outlook : here) {
            Outlook there =
                    of(duo.b.node, outlook.mishap().kind().word(), outlook.mishap().node().name());
            assertEquals(outlook.servedBy(), there.servedBy(), outlook + "\n" + there);
            assertEquals(outlook.gapNs() / 1e9, there.gapNs() / 1e9, 0.35, outlook.toString());
        }
        assertEquals(here.size(), Foresight.of(duo.b.node).size());
    }

    /// Each policy: told from the present, then done.
    @Test
    void whatIsToldComesToPass() {
        for (Isolation isolation : Isolation.values()) {
            for (boolean evidence : List.of(true, false)) {
                for (String kind : List.of("power", "link")) {
                    Duo duo = Duo.pair(new Duo(isolation, evidence));
                    Outlook told = of(duo.a.node, kind, "a");
                    if (kind.equals("power")) {
                        duo.a.die();
                    } else {
                        duo.isLinked = false;
                    }
                    duo.go(40_000);
                    for (Outlook.End end : told.ends()) {
                        Duo.Side side = end.node().equals("a") ? duo.a : duo.b;
                        String where = isolation + " " + evidence + " " + told;
                        assertEquals(side.isUp, end.isOn(), where);
                        if (side.isUp) {
                            assertEquals(side.node.state(), end.state(), where);
                            assertEquals(side.node.reason().text(), end.reason(), where);
                        }
                    }
                }
            }
        }
    }

    @Test
    void failoverSwitchedOffOnThePeerIsSeen() {
        Duo duo = Duo.pair();
        duo.b.command(Command.FAILOVER_OFF);
        duo.go(1_000);
        Outlook told = of(duo.a.node, "power", "a");
        assertEquals("", told.servedBy());
        assertTrue(told.text().contains("failover is off"), told.text());
    }

    @Test
    void aNodeAloneHasNobodyBehindIt() {
        Duo duo = Duo.pair();
        duo.b.die();
        duo.go(10_000);
        assertEquals(State.ALONE, duo.a.node.state());
        assertEquals("nobody serves", told(duo.a, "power", "a"));
        assertTrue(
                Foresight.of(duo.a.node).stream()
                        .noneMatch(o -> o.mishap().kind() == Mishap.Kind.LINK));
    }

    @Test
    void aStoppedPairHasNothingToLose() {
        assertEquals(List.of(), Foresight.of(new Duo().a.node));
    }

    @Test
    void lightHasNoPeer() {
        Duo duo = Duo.light();
        duo.a.command(Command.START);
        duo.go(500);
        assertEquals("nobody serves", told(duo.a, "power", "a"));
        assertEquals("a starts it again", told(duo.a, "application", "a"));
        String kinds =
                Foresight.of(duo.a.node).stream()
                        .map(o -> o.mishap().kind().word().toLowerCase(Locale.ROOT))
                        .toList()
                        .toString();
        assertEquals("[power, application, application-stays-down]", kinds);
    }

    @Test
    void thePresentIsNotChanged() {
        Duo duo = Duo.pair();
        Node before = duo.a.node;
        List<Outlook> first = Foresight.of(before);
        assertEquals(first, Foresight.of(before));
        assertEquals(before, duo.a.node);
    }
}
