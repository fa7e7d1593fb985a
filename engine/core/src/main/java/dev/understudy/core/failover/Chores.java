package dev.understudy.core.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Starts and stops the application, chore by chore; a stop always ends.
final class Chores {
    /// How much longer than a hook's own time the machine waits for the shell's answer.
    private static final long SLACK_NS = 2_000_000_000L;

    private Chores() {}

    /// Sets what should run; begins nothing if that is already so or under way.
    static void aim(Draft d, Node.Level goal) {
        if (d.appGoal == goal && (d.level == goal || !d.chores.isEmpty())) {
            return;
        }
        d.appGoal = goal;
        replace(d, path(d.level, goal));
    }

    /// Stops and starts what runs.
    static void restart(Draft d) {
        replace(d, path(d.level, d.appGoal));
    }

    /// Stops what a failed start left behind; what should run stays, so that it is started again.
    static void halt(Draft d) {
        List<Chore> all = new ArrayList<>();
        all.add(Chore.of(Chore.Kind.CHECK_PRE));
        all.add(Chore.stop(Hook.STOP_PRIM));
        all.add(Chore.stop(Hook.STOP_BOTH));
        all.add(Chore.of(Chore.Kind.LEVEL_NONE));
        replace(d, all);
    }

    /// Kills first: the data path is gone and scripts would hang on it.
    static void emergency(Draft d) {
        d.appGoal = Node.Level.NONE;
        List<Chore> all = new ArrayList<>();
        all.add(Chore.of(Chore.Kind.CHECK_PRE));
        if (d.level != Node.Level.NONE) {
            boolean prim = d.level == Node.Level.PRIM;
            all.add(Chore.of(Chore.Kind.KILL));
            all.add(Chore.force(prim ? Hook.STOP_PRIM : Hook.STOP_SECOND));
            all.add(Chore.force(Hook.STOP_BOTH));
            all.add(Chore.of(Chore.Kind.LEVEL_NONE));
        }
        all.add(Chore.run(Hook.TRANSITION));
        replace(d, all);
    }

    /// Makes sure at a start that nothing runs.
    static void prestart(Draft d) {
        d.appGoal = Node.Level.NONE;
        replace(
                d,
                List.of(
                        Chore.run(Hook.TRANSITION),
                        Chore.stop(Hook.PRESTART),
                        Chore.of(Chore.Kind.CHECK_PRE)));
    }

    /// Tells the module of a change between PRIM and ALONE; never disturbs a start or stop.
    static void transition(Draft d) {
        if (d.chores.isEmpty()) {
            boolean up = d.isUp;
            replace(d, List.of(Chore.run(Hook.TRANSITION)));
            d.isUp = up; // what ran goes on running
        }
    }

    /// The last scripts of a stop; the stop waits for them.
    static void poststop(Draft d) {
        List<Chore> all = new ArrayList<>(d.chores);
        all.add(Chore.of(Chore.Kind.CHECK_NOTHING));
        all.add(Chore.run(Hook.POSTSTOP));
        all.add(Chore.run(Hook.TRANSITION));
        replace(d, all);
        d.jobs.add(1, Job.APP_SETTLES);
    }

    private static List<Chore> path(Node.Level from, Node.Level to) {
        List<Chore> all = new ArrayList<>();
        if (from != Node.Level.NONE) {
            all.add(Chore.of(Chore.Kind.CHECK_PRE));
            all.add(Chore.stop(from == Node.Level.PRIM ? Hook.STOP_PRIM : Hook.STOP_SECOND));
        }
        boolean anew = from == Node.Level.NONE || to == Node.Level.NONE || from == to;
        if (from != Node.Level.NONE && anew) {
            all.add(Chore.stop(Hook.STOP_BOTH));
        }
        if (from == to && from != Node.Level.NONE) {
            all.add(Chore.run(Hook.START_BOTH));
        } else {
            all.add(Chore.run(Hook.TRANSITION));
        }
        if (to == Node.Level.NONE) {
            all.add(Chore.of(Chore.Kind.LEVEL_NONE));
            return all;
        }
        boolean prim = to == Node.Level.PRIM;
        all.add(Chore.of(prim ? Chore.Kind.LEVEL_PRIM : Chore.Kind.LEVEL_SECOND));
        if (from == Node.Level.NONE) {
            all.add(Chore.run(Hook.START_BOTH));
        }
        all.add(Chore.run(prim ? Hook.START_PRIM : Hook.START_SECOND));
        all.add(Chore.of(prim ? Chore.Kind.CHECK_PRIM : Chore.Kind.CHECK_SECOND));
        all.add(Chore.of(Chore.Kind.UP));
        return all;
    }

    private static void replace(Draft d, List<Chore> work) {
        d.chores = new ArrayList<>(work);
        d.only = List.of();
        d.choreBegun = false;
        d.isUp = false;
        d.isMoved = true;
    }

    /// Carries the chores forward.
    static void run(Draft d) {
        while (!d.chores.isEmpty()) {
            Chore chore = d.chores.getFirst();
            if (!d.choreBegun) {
                d.choreBegun = true;
                if (begin(d, chore)) {
                    return;
                }
                done(d);
            } else if (d.now >= d.choreDeadlineNs) {
                after(d, chore, HookResult.TIMEOUT);
            } else {
                return;
            }
        }
        d.choreDeadlineNs = 0;
    }

    /// Begins a chore; true: it waits for an answer.
    private static boolean begin(Draft d, Chore chore) {
        switch (chore.kind()) {
            case RUN, STOP -> hook(d, hookOf(chore), false);
            case FORCE -> hook(d, hookOf(chore), true);
            case KILL -> {
                d.act(new Effect.KillApplication());
                d.choreDeadlineNs = d.now + d.timing().killNs();
            }
            case CHECK_PRE -> check(d, Phase.PRE);
            case CHECK_PRIM -> check(d, Phase.PRIM);
            case CHECK_SECOND -> check(d, Phase.SECOND);
            case CHECK_NOTHING -> {
                d.act(new Effect.StopCheckers());
                Ruling.phase(d, null);
            }
            case LEVEL_NONE -> d.level = Node.Level.NONE;
            case LEVEL_SECOND -> d.level = Node.Level.SECOND;
            case LEVEL_PRIM -> d.level = Node.Level.PRIM;
            case UP -> up(d);
        }
        return switch (chore.kind()) {
            case RUN, STOP, FORCE, KILL -> true;
            default -> false;
        };
    }

    private static void check(Draft d, Phase phase) {
        d.act(new Effect.StartCheckers(phase));
        Ruling.phase(d, phase);
    }

    private static void hook(Draft d, Hook hook, boolean force) {
        d.run++;
        Timing timing = d.timing();
        long timeoutNs =
                switch (hook) {
                    case START_PRIM, START_SECOND, START_BOTH -> timing.startNs();
                    default -> force ? timing.forceStopNs() : timing.stopNs();
                };
        d.act(new Effect.RunHook(d.run, hook, force, timeoutNs, d.state, aimed(d), d.only));
        d.choreDeadlineNs = d.now + timeoutNs + SLACK_NS;
    }

    private static State aimed(Draft d) {
        return switch (d.appGoal) {
            case NONE -> d.isStopping() ? State.STOP : State.WAIT;
            case SECOND -> State.SECOND;
            case PRIM -> {
                State alone = d.settings.isLight() ? State.UP : State.ALONE;
                yield d.state == State.PRIM ? State.PRIM : alone;
            }
        };
    }

    private static void up(Draft d) {
        d.isUp = true;
        d.only = List.of();
        d.upSinceNs = d.now;
        if (d.appGoal == Node.Level.PRIM) {
            d.trouble = d.trouble.handed(false).failed(false).until(0);
        }
        d.journal(Rule.APPLICATION_STEP, "started for " + d.appGoal);
        d.isMoved = true;
    }

    static void ended(Draft d, long run, HookResult result) {
        if (d.choreBegun && run == d.run && !d.chores.isEmpty()) {
            Chore chore = d.chores.getFirst();
            if (chore.hook() != null) {
                after(d, chore, result);
            }
        }
    }

    static void killed(Draft d) {
        if (d.choreBegun && !d.chores.isEmpty() && d.chores.getFirst().kind() == Chore.Kind.KILL) {
            done(d);
        }
    }

    private static void after(Draft d, Chore chore, HookResult result) {
        if (result == HookResult.OK) {
            done(d);
            return;
        }
        switch (chore.kind()) {
            case STOP -> {
                d.journal(Rule.STOP_SCRIPT_FORCED, hookOf(chore).script() + " " + result);
                instead(d, Chore.force(hookOf(chore)));
            }
            case FORCE -> {
                d.journal(Rule.STOP_KILLS, hookOf(chore).script() + " " + result);
                instead(d, Chore.of(Chore.Kind.KILL));
            }
            case RUN -> {
                Hook hook = hookOf(chore);
                boolean matters = hook == Hook.START_PRIM || hook == Hook.START_BOTH;
                if (matters && d.appGoal == Node.Level.PRIM) {
                    Resources.startFailed(d, hook, result);
                } else {
                    d.journal(Rule.APPLICATION_STEP, hook.script() + " " + result);
                    done(d);
                }
            }
            default -> done(d);
        }
    }

    private static void instead(Draft d, Chore other) {
        d.chores.set(0, other);
        if (other.kind() == Chore.Kind.KILL) {
            d.only = List.of(); // nothing is left of the others either
        }
        d.choreBegun = false;
        d.isMoved = true;
    }

    private static void done(Draft d) {
        d.chores.removeFirst();
        d.choreBegun = false;
        d.isMoved = true;
    }

    private static Hook hookOf(Chore chore) {
        return Objects.requireNonNull(chore.hook());
    }
}
