package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A module of kind light: STOP, WAIT, UP; nothing of a mirror.
final class LightTest {
    private final Duo duo = Duo.light();
    private final Duo.Side a = duo.a;

    private static Duo up() {
        Duo duo = Duo.light();
        duo.a.command(Command.START);
        duo.go(200);
        duo.lines.clear();
        return duo;
    }

    private static List<Hook> hooks(Duo.Side side) {
        return side.effects.stream()
                .filter(effect -> effect instanceof Effect.RunHook)
                .map(effect -> ((Effect.RunHook) effect).hook())
                .toList();
    }

    @Test
    void startsAtOnceAndRaisesItsAddress() {
        a.command(Command.START);
        assertEquals(
                List.of("a STOP -> WAIT 107 LIGHT_STARTS", "a WAIT -> UP 108 LIGHT_SERVES"),
                duo.lines);
        assertTrue(a.hasVip);
        assertTrue(a.node.lease().vipUntilNs() > duo.now);
        assertTrue(a.node.app().isUp());
        assertEquals(
                List.of(
                        Hook.TRANSITION,
                        Hook.PRESTART,
                        Hook.TRANSITION,
                        Hook.START_BOTH,
                        Hook.START_PRIM),
                hooks(a));
    }

    @Test
    void stopsThroughWait() {
        Duo up = up();
        up.a.effects.clear();
        up.a.command(Command.STOP);
        assertEquals(List.of("a UP -> WAIT 401 STOP", "a WAIT -> STOP 402 STOPPED"), up.lines);
        assertFalse(up.a.hasVip);
        assertFalse(up.a.saved.isStarted());
        assertEquals(
                List.of(
                        Hook.STOP_PRIM,
                        Hook.STOP_BOTH,
                        Hook.TRANSITION,
                        Hook.POSTSTOP,
                        Hook.TRANSITION),
                hooks(up.a));
    }

    @Test
    void theLeaseGoesOnAsLongAsItIsUp() {
        Duo up = up().go(60_000);
        assertEquals(State.UP, up.a.node.state());
        assertTrue(up.a.node.lease().vipUntilNs() > up.now);
    }

    @Test
    void isUpAgainAfterTheDaemonRestarted() {
        Duo up = up();
        up.a.die();
        up.a.restart();
        assertEquals(State.UP, up.a.node.state());
    }

    @Test
    void restartsWithinTheLimitThenAfterPauses() {
        Duo up = up();
        up.a.effects.clear();
        up.a.give(new Event.ResourceDown(up.now, "tcp.web", Action.RESTART));
        assertEquals(1, hooks(up.a).stream().filter(h -> h == Hook.START_PRIM).count());
        up.a.give(new Event.ResourceDown(up.now, "tcp.web", Action.RESTART));
        assertEquals(WaitReason.APPLICATION_FAILED, up.a.node.reason());
        assertEquals(State.UP, up.a.node.state());
        up.go(6_000);
        assertEquals(WaitReason.NONE, up.a.node.reason());
        assertEquals(2, hooks(up.a).stream().filter(h -> h == Hook.START_PRIM).count());
    }

    @Test
    void swapOfACheckerRestarts() {
        Duo up = up();
        up.a.effects.clear();
        up.a.give(new Event.ResourceDown(up.now, "tcp.web", Action.SWAP));
        assertTrue(hooks(up.a).contains(Hook.START_PRIM), hooks(up.a).toString());
        assertEquals(State.UP, up.a.node.state());
    }

    @Test
    void waitsForAResource() {
        Duo up = up();
        up.a.give(new Event.ResourceDown(up.now, "tcp.db", Action.WAIT));
        assertEquals(State.WAIT, up.a.node.state());
        assertEquals(WaitReason.RESOURCE_DOWN, up.a.node.reason());
        up.go(10_000);
        assertEquals(State.WAIT, up.a.node.state());
        // else nobody would notice that it is there again
        assertEquals(new Effect.StartCheckers(Phase.PRE), lastOfCheckers(up.a));
        up.a.give(new Event.ResourceUp(up.now, "tcp.db"));
        assertEquals(State.UP, up.a.node.state());
        assertEquals(new Effect.StartCheckers(Phase.PRIM), lastOfCheckers(up.a));
        up.a.command(Command.STOP, false);
        up.go(10_000);
        assertEquals(State.STOP, up.a.node.state());
        assertEquals(new Effect.StopCheckers(), lastOfCheckers(up.a));
    }

    private static Effect lastOfCheckers(Duo.Side of) {
        return of.effects.stream()
                .filter(e -> e instanceof Effect.StartCheckers || e instanceof Effect.StopCheckers)
                .reduce((_, later) -> later)
                .orElseThrow();
    }

    @Test
    void refusesWhatIsAboutRolesAndCopies() {
        for (Command command : Command.values()) {
            Duo up = up();
            up.a.effects.clear();
            up.a.command(command, true);
            boolean accepted =
                    up.a.effects.stream()
                            .anyMatch(e -> e instanceof Effect.Answer(_, var yes, _) && yes);
            assertEquals(!Light.hasNo(command), accepted, command.toString());
        }
    }

    @Test
    void neverTouchesADataPathARegisterOrAPeer() {
        Duo up = up();
        for (Command command : Command.values()) {
            up.a.command(command, true);
            up.go(1_000);
            up.a.command(Command.START);
            up.go(1_000);
        }
        for (Action action : Action.values()) {
            up.a.give(new Event.ResourceDown(up.now, "tcp.web", action));
            up.go(1_000);
            up.a.give(new Event.ResourceUp(up.now, "tcp.web"));
            up.go(1_000);
        }
        up.a.give(new Event.Paused(up.now, 3_000_000_000L));
        up.a.give(new Event.Fault(up.now, "record cannot be written"));
        up.go(1_000);
        List<Effect> strange =
                up.a.effects.stream()
                        .filter(effect ->
                                effect instanceof Effect.Data
                                        || effect instanceof Effect.ChangeRegister
                                        || effect instanceof Effect.TellPeer
                                        || effect instanceof Effect.Probe)
                        .toList();
        assertEquals(List.of(), strange);
    }

    @Test
    void aStopEndsThoughItsScriptsFail() {
        Duo up = up();
        up.a.failing.add(Hook.STOP_PRIM);
        up.a.command(Command.STOP);
        assertEquals(State.STOP, up.a.node.state());
        assertTrue(
                up.a.effects.stream().anyMatch(e -> e instanceof Effect.KillApplication),
                up.a.effects.toString());
    }
}
