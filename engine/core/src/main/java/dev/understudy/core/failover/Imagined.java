package dev.understudy.core.failover;

import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A node that is only imagined: the machine itself, from a state as it is now, in a shell that
/// answers at once. Copies under way never end, for what is looked at is the present.
final class Imagined {
    private static final int ANSWERS_MAX = 10_000;

    private final Foresight world;
    private final ArrayDeque<Event> inbox = new ArrayDeque<>();
    private Effect.@Nullable Probe probe;
    private Register register;
    private long witnessNs;
    Node node;
    boolean isOn = true;

    /// It reaches neither clients nor the witness.
    boolean isOffline;

    boolean startFails;
    private boolean hasVip;

    Imagined(Foresight world, Node node) {
        this.world = world;
        this.node = node;
        this.register = node.register();
        this.hasVip = node.lease().isVipRaised();
    }

    /// Whether clients are served here.
    boolean serves() {
        boolean open =
                switch (node.state()) {
                    case PRIM, ALONE, UP ->
                            node.app().isUp() && node.lease().gateUntilNs() > world.nowNs();
                    case STOP, WAIT, SECOND -> false;
                };
        return isOn && !isOffline && open && (hasVip || !node.settings().hasVip());
    }

    /// Whether its virtual address answers whoever reaches it.
    boolean answersForVip() {
        return isOn && !isOffline && hasVip && node.lease().vipUntilNs() > world.nowNs();
    }

    /// Lets the moment be seen: the witness, a probe under way, the clock.
    void tick() {
        if (!isOn) {
            return;
        }
        if (world.isWitnessHeard() && !isOffline) {
            witnessNs = world.nowNs();
        }
        Effect.Probe asked = probe;
        if (asked != null) {
            boolean answers = asked.vip() && world.hearsVip(this);
            boolean over = world.nowNs() - node.lease().evidence().askedNs() >= asked.timeoutNs();
            if (answers || over || !asked.vip()) {
                probe = null;
                give(new Event.Probed(world.nowNs(), asked.id(), witnessNs, answers));
            }
        }
        give(new Event.Tick(world.nowNs()));
    }

    void give(Event event) {
        inbox.add(event);
        int answers = 0;
        while (isOn && !inbox.isEmpty() && answers++ < ANSWERS_MAX) {
            Step step = Failover.step(node, inbox.poll());
            node = step.next();
            step.effects().forEach(this::carryOut);
        }
    }

    private void carryOut(Effect effect) {
        long now = world.nowNs();
        switch (effect) {
            case Effect.ChangeRegister change -> {
                inbox.add(new Event.RegisterAnswered(now, changed(change.change())));
            }
            case Effect.KeepRegister keep -> register = keep.register();
            case Effect.RaiseVip _ -> hasVip = true;
            case Effect.DropVip _ -> hasVip = false;
            case Effect.Probe asked -> probe = asked;
            case Effect.Fence fence -> {
                world.fence(this);
                inbox.add(new Event.FencingEnded(now, fence.run(), true, ""));
            }
            case Effect.RunHook hook -> {
                boolean fails = startFails && hook.hook() == Hook.START_PRIM;
                HookResult result = fails ? HookResult.FAILED : HookResult.OK;
                inbox.add(new Event.HookEnded(now, hook.run(), result));
            }
            case Effect.KillApplication _ -> inbox.add(new Event.Killed(now));
            case Effect.MountReadOnly _ -> {
                inbox.add(new Event.Mounted(now));
                inbox.add(new Event.Verified(now, 0));
            }
            case Effect.Abort _ -> inbox.add(new Event.Mounted(now));
            case Effect.Seal _ -> inbox.add(new Event.Sealed(now));
            case Effect.TakeOver _ -> inbox.add(new Event.TailApplied(now));
            case Effect.Barrier _ -> inbox.add(new Event.BarrierDone(now));
            default -> {}
        }
    }

    private RegisterOutcome changed(RegisterChange change) {
        if (node.settings().isolation() == Isolation.MAJORITY) {
            return world.vote(this, change);
        }
        RegisterOutcome outcome = TwoVoteRegister.decide(register, change);
        register = change.to();
        return outcome;
    }
}
