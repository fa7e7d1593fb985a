package dev.understudy.core.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.Epoch;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterOutcome;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Walks state x data x register x event: no step throws, acts begin with their journal line, and
/// only trusted data of a member ever serve.
final class WalkTest {
    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final long NOW = 100_000_000_000L;
    private static final Settings SETTINGS = new Duo().a.settings;

    private static List<Register> registers() {
        Generation g = new Generation(5);
        return List.of(
                Register.EMPTY,
                new Register(new Epoch(7), Set.of(A), A, g),
                new Register(new Epoch(7), Set.of(B), B, g),
                new Register(new Epoch(7), Set.of(A, B), A, g),
                new Register(new Epoch(7), Set.of(A, B), B, g));
    }

    private static Saved saved(DataState data) {
        Lineage lineage =
                data == DataState.NEW ? Lineage.NONE : Lineage.NONE.mint(new Generation(5));
        return new Saved(data, lineage, false, false, "boot1", false, false, true, false);
    }

    /// What a node in this state may hold; others cannot come about.
    private static boolean isPossible(State state, DataState data, Register register) {
        return switch (state) {
            case STOP, WAIT -> true;
            case UP -> false;
            case ALONE -> data == DataState.UP_TO_DATE && register.isOnlyMember(A);
            case PRIM ->
                    data == DataState.UP_TO_DATE
                            && register.isPair()
                            && A.equals(register.primary());
            case SECOND ->
                    data == DataState.UP_TO_DATE
                            && register.isPair()
                            && B.equals(register.primary());
        };
    }

    private static Node node(State state, DataState data, Register register, Beat beat) {
        Node fresh =
                Failover.boot(SETTINGS, saved(data), register, 3, "boot1", NOW - 10_000_000_000L)
                        .next();
        Node.Goal goal = state == State.STOP ? Node.Goal.STOP : Node.Goal.START;
        Node.Level level =
                switch (state) {
                    case STOP, WAIT -> Node.Level.NONE;
                    case SECOND -> Node.Level.SECOND;
                    case ALONE, PRIM, UP -> Node.Level.PRIM;
                };
        Node.App app =
                new Node.App(
                        List.of(),
                        level,
                        level,
                        true,
                        NOW - 5_000_000_000L,
                        1,
                        false,
                        0,
                        Node.Trouble.NONE,
                        Set.of(),
                        Node.Rulings.NONE,
                        List.of());
        return new Node(
                SETTINGS,
                fresh.life(),
                state,
                goal,
                WaitReason.NONE,
                fresh.saved(),
                register,
                new Node.PeerView(
                        beat, NOW - 100_000_000L, NOW - 150_000_000L, 0, 4, Node.Fencing.NONE),
                Node.Lease.NONE,
                Node.Duty.NONE,
                Node.Wish.NONE,
                app,
                Node.Join.NONE,
                new Node.Disk(true, true, false, false),
                NOW - 50_000_000L);
    }

    private static Beat beat(State state, DataState data, Register register, long echo) {
        return new Beat(
                B,
                4,
                NOW,
                NOW - 100_000_000L,
                echo,
                state,
                data,
                register,
                saved(data).lineage(),
                "digest",
                1,
                Beat.Marks.NONE,
                Findings.NONE);
    }

    private static List<Event> events(List<Beat> beats) {
        List<Event> all = new ArrayList<>();
        all.add(new Event.Tick(NOW));
        all.add(new Event.Tick(NOW + 30_000_000_000L));
        all.add(new Event.Paused(NOW, 3_000_000_000L));
        all.add(new Event.Heard(NOW, new Fenced(B, 4)));
        all.add(new Event.RegisterAnswered(NOW, new RegisterOutcome.Unknown()));
        all.add(new Event.RegisterAnswered(NOW, new RegisterOutcome.Refused(Register.EMPTY)));
        all.add(new Event.Probed(NOW, 1, NOW, false));
        all.add(new Event.FencingEnded(NOW, 1, true, "exit code 0"));
        all.add(new Event.HookEnded(NOW, 1, HookResult.FAILED));
        all.add(new Event.Killed(NOW));
        all.add(new Event.VipFailed(NOW, "taken"));
        for (Action action : Action.values()) {
            all.add(new Event.ResourceDown(NOW, "tcp.x", action));
        }
        all.add(new Event.ResourceUp(NOW, "tcp.x"));
        for (Command command : Command.values()) {
            all.add(new Event.Commanded(NOW, 1, command, false, false, 9));
            all.add(new Event.Commanded(NOW, 1, command, true, true, 9));
        }
        all.add(new Event.Configured(NOW, SETTINGS));
        all.add(new Event.Mounted(NOW));
        all.add(new Event.Verified(NOW, 3));
        all.add(new Event.Sealed(NOW));
        all.add(new Event.TailApplied(NOW));
        all.add(new Event.BarrierDone(NOW));
        all.add(new Event.StreamUp(NOW));
        all.add(new Event.StreamLost(NOW, "reset"));
        all.add(new Event.AckTimeout(NOW));
        all.add(new Event.CaughtUp(NOW, 1));
        all.add(new Event.TargetReady(NOW, 1));
        all.add(new Event.JoinFailed(NOW, 1, "reset"));
        all.add(new Event.FirstWriteAlone(NOW, new Generation(8)));
        all.add(new Event.RefusedByHigherEpoch(NOW, 99));
        all.add(new Event.LocalDiskError(NOW, "EIO"));
        all.add(new Event.PeerDiskError(NOW, "EIO"));
        all.add(new Event.Suspect(NOW, "token"));
        all.add(new Event.Fault(NOW, "bug"));
        all.add(new Event.Kept(NOW, "1 file"));
        all.add(new Event.KeepRefused(NOW, "full"));
        all.add(new Event.Restorable(NOW, true, "of before"));
        all.add(new Event.IsSetBack(NOW, "as of before", 9));
        all.add(new Event.SetBackFailed(NOW, "gone"));
        all.add(new Event.DiskFull(NOW, "ENOSPC"));
        for (Beat beat : beats) {
            all.add(new Event.Heard(NOW, beat));
        }
        return all;
    }

    @Test
    void everyStepIsSound() {
        List<Beat> beats = new ArrayList<>();
        for (State state : State.values()) {
            for (DataState data : DataState.values()) {
                for (Register register : registers()) {
                    beats.add(beat(state, data, register, 3));
                }
                beats.add(
                        beat(
                                state,
                                data,
                                new Register(new Epoch(9), Set.of(B), B, Generation.NONE),
                                3));
                beats.add(
                        beat(
                                state,
                                data,
                                new Register(new Epoch(8), Set.of(A, B), A, Generation.NONE),
                                3));
                beats.add(
                        beat(
                                state,
                                data,
                                new Register(new Epoch(8), Set.of(A, B), B, Generation.NONE),
                                3));
            }
        }
        List<Event> events = events(beats);
        long steps = 0;
        EnumSet<State> reached = EnumSet.noneOf(State.class);
        for (State state : State.values()) {
            for (DataState data : DataState.values()) {
                for (Register register : registers()) {
                    if (!isPossible(state, data, register)) {
                        continue;
                    }
                    Node node =
                            node(
                                    state,
                                    data,
                                    register,
                                    beat(State.STOP, DataState.NEW, register, 0));
                    for (Event event : events) {
                        Step step = Failover.step(node, event);
                        check(node, event, step);
                        reached.add(step.next().state());
                        steps++;
                    }
                }
            }
        }
        assertTrue(steps > 10_000, "only " + steps);
        assertEquals(
                EnumSet.of(State.STOP, State.WAIT, State.ALONE, State.PRIM, State.SECOND), reached);
    }

    private static void check(Node before, Event event, Step step) {
        Node next = step.next();
        String where = before.state() + " " + before.saved().data() + " " + event;
        List<Effect> acts =
                step.effects().stream()
                        .filter(effect ->
                                !(effect instanceof Effect.LeaseUntil
                                        || effect instanceof Effect.Probe
                                        || effect instanceof Effect.Answer))
                        .toList();
        if (!acts.isEmpty()) {
            assertInstanceOf(Effect.Journal.class, step.effects().getFirst(), where);
        }
        if (next.isServing()) {
            assertEquals(DataState.UP_TO_DATE, next.saved().data(), where);
            assertTrue(next.register().isMember(A), where);
        }
        assertEquals(step, Failover.step(before, event), where);
    }
}
