package dev.understudy.tools.testing;

import dev.understudy.core.failover.Action;
import dev.understudy.core.failover.Command;
import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Failover;
import dev.understudy.core.failover.Hook;
import dev.understudy.core.failover.HookResult;
import dev.understudy.core.failover.Phase;
import dev.understudy.core.failover.Rule;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.failover.State;
import dev.understudy.core.failover.Step;
import dev.understudy.core.failover.TwoVoteRegister;
import dev.understudy.core.member.Register;
import org.jspecify.annotations.Nullable;

/// One node of a simulated pair: the shipping state machine, the module's hooks on a machine that
/// is not there, and a shell that answers as the engine does.
final class SimNode {
    private static final long MS = 1_000_000L;

    final String name;
    final Machine machine;
    private final Hooks hooks;
    private final Simulation sim;
    private final Settings settings;
    private final SimChecks checks;
    private Saved saved = Saved.FRESH;
    private Register register = Register.EMPTY;
    private long incarnation = 1;
    private int boots = 1;
    private int life;
    private boolean isChecked;
    boolean isUp;
    boolean hasVip;
    boolean applicationRuns;
    dev.understudy.core.failover.@Nullable Node node;

    SimNode(String name, Simulation sim, Settings settings, Machine machine, Hooks hooks) {
        this.name = name;
        this.sim = sim;
        this.settings = settings;
        this.machine = machine;
        this.hooks = hooks;
        this.checks =
                new SimChecks(
                        machine.setting.config(),
                        sim,
                        (ms, event) -> later(ms, () -> give(event.apply(sim.nowNs()))));
    }

    /// Breaks what a resource looks at on this node, for good.
    void fail(String resource) {
        checks.fail(resource);
    }

    dev.understudy.core.failover.Node node() {
        return java.util.Objects.requireNonNull(node);
    }

    State state() {
        return isUp ? node().state() : State.STOP;
    }

    /// Tells whether clients are served here.
    boolean serves() {
        return isUp && hasVip && applicationRuns && node().lease().vipUntilNs() > sim.nowNs();
    }

    void boot() {
        isUp = true;
        life++;
        Step step =
                Failover.boot(settings, saved, register, incarnation, "boot" + boots, sim.nowNs());
        node = step.next();
        step.effects().forEach(this::carryOut);
    }

    /// Loses power: what runs is gone, disks stay.
    void powerOff() {
        isUp = false;
        hasVip = false;
        applicationRuns = false;
        isChecked = false;
        checks.powerOff();
        life++;
        boots++;
        machine.powerOff();
    }

    /// Comes back after a loss of power; a module that was started starts by itself.
    void powerOn() {
        incarnation++;
        boot();
        if (saved.isStarted()) {
            command(Command.START);
        }
    }

    void command(Command command) {
        give(new Event.Commanded(sim.nowNs(), 1, command, false, false, 77 + sim.nowNs()));
    }

    /// The application ends by itself; a checker sees it after its interval.
    void killApplication(long noticedMs) {
        machine.killApplication();
        applicationRuns = false;
        later(
                noticedMs,
                () -> {
                    if (isChecked) {
                        give(new Event.ResourceDown(sim.nowNs(), "service", Action.RESTART));
                    }
                });
    }

    void give(Event event) {
        if (isUp) {
            Step step = Failover.step(node(), event);
            node = step.next();
            step.effects().forEach(this::carryOut);
        }
    }

    private void later(long ms, Runnable action) {
        int born = life;
        sim.after(
                ms * MS,
                () -> {
                    if (isUp && life == born) {
                        action.run();
                    }
                });
    }

    private void answer(long ms, java.util.function.LongFunction<Event> event) {
        later(ms, () -> give(event.apply(sim.nowNs())));
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case Effect.Journal line when line.from() != line.to() || isOfRules(line) ->
                    sim.note(
                            name,
                            (line.from() == line.to() ? "" : line.from() + " -> " + line.to() + " ")
                                    + "rule="
                                    + line.rule().number()
                                    + " "
                                    + line.rule()
                                    + (isOfRules(line) ? " " + line.detail() : ""));
            case Effect.Persist persist -> saved = persist.saved();
            case Effect.KeepRegister keep -> register = keep.register();
            case Effect.ChangeRegister change -> {
                var outcome = TwoVoteRegister.decide(register, change.change());
                register = change.change().to();
                answer(5, now -> new Event.RegisterAnswered(now, outcome));
            }
            case Effect.TellPeer _ -> sim.beat(this);
            case Effect.RaiseVip _ -> {
                hasVip = true;
                sim.note(name, "address raised");
            }
            case Effect.DropVip _ -> hasVip = false;
            case Effect.Probe probe ->
                    // silence takes as long as the look may take, an answer comes at once
                    answer(
                            probe.vip() && !sim.vipAnswers(this) ? probe.timeoutNs() / MS - 1 : 20,
                            now ->
                                    new Event.Probed(
                                            now,
                                            probe.id(),
                                            sim.witnessAnswers(this) ? now : 0,
                                            probe.vip() && sim.vipAnswers(this)));
            case Effect.RunHook hook -> run(hook);
            case Effect.KillApplication _ -> {
                machine.killApplication();
                applicationRuns = false;
                answer(100, Event.Killed::new);
            }
            case Effect.StartCheckers start -> {
                isChecked = start.phase() != Phase.PRE;
                checks.phase(start.phase());
            }
            case Effect.StopCheckers _ -> {
                isChecked = false;
                checks.phase(null);
            }
            case Effect.Data data -> data(data);
            default -> {}
        }
    }

    /// Tells whether a line is about the module's own rules.
    private static boolean isOfRules(Effect.Journal line) {
        return line.rule() == Rule.RULE_HOLDS
                || line.rule() == Rule.RULE_SWAPS
                || line.rule() == Rule.RULE_RESTS;
    }

    private void data(Effect.Data data) {
        switch (data) {
            case Effect.MountReadOnly _ -> {
                answer(5, Event.Mounted::new);
                answer(200, now -> new Event.Verified(now, 0));
            }
            case Effect.Abort _ -> answer(5, Event.Mounted::new);
            case Effect.Seal _ -> answer(10, Event.Sealed::new);
            case Effect.TakeOver _ -> answer(20, Event.TailApplied::new);
            case Effect.KeepOwn _ -> answer(50, now -> new Event.Kept(now, ""));
            case Effect.SetBack _ -> answer(50, now -> new Event.IsSetBack(now, "", 77));
            case Effect.Barrier _ -> answer(50, Event.BarrierDone::new);
            case Effect.JoinAsSource join ->
                    answer(1000, now -> new Event.CaughtUp(now, join.joinId()));
            case Effect.JoinAsTarget join ->
                    answer(900, now -> new Event.TargetReady(now, join.joinId()));
            default -> {}
        }
    }

    private void run(Effect.RunHook hook) {
        String script = hook.hook().script();
        long begun = machine.nowMs();
        Hooks.Ended end = hooks.hook(script, hook.force(), 0);
        long took = machine.nowMs() - begun;
        if (machine.setting.has(script)) {
            sim.note(name, script + (end.isOk() ? "" : " failed: " + end.problem()));
        }
        if (hook.hook() == Hook.STOP_PRIM) {
            applicationRuns = false;
        }
        checks.say(machine.resources);
        boolean starts = hook.hook() == Hook.START_PRIM && end.isOk();
        later(
                took,
                () -> {
                    applicationRuns |= starts;
                    if (starts) {
                        sim.note(name, "application started");
                    }
                    give(
                            new Event.HookEnded(
                                    sim.nowNs(),
                                    hook.run(),
                                    end.isOk() ? HookResult.OK : HookResult.FAILED));
                });
    }
}
