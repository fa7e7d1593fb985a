package dev.understudy.core.failover;

import java.util.List;

/// A module of kind light: STOP, WAIT and UP on one node. It has no peer, no register and no
/// replicated directories; hooks, services, checkers, restart limit and virtual addresses are those
/// of every module.
final class Light {
    private Light() {}

    /// Begins a start: stop scripts first; then [#whileWaiting] decides.
    static void start(Draft d, Node.Goal goal, String why) {
        d.goal = goal;
        d.become(State.WAIT, Rule.LIGHT_STARTS, why);
        d.persist(d.saved.withStarted(true));
        Chores.prestart(d);
        d.give(Rule.LIGHT_STARTS, List.of(Job.APP_SETTLES));
    }

    static void whileWaiting(Draft d) {
        if (!d.isIdle()) {
            d.because(d.isStopping() ? WaitReason.STOPPING : WaitReason.STARTING);
        } else if (!d.downResources.isEmpty()) {
            d.because(WaitReason.RESOURCE_DOWN);
        } else if (!d.isStopping()) {
            serve(d);
        }
    }

    private static void serve(Draft d) {
        d.become(State.UP, Rule.LIGHT_SERVES, "");
        d.because(WaitReason.NONE);
        Leases.renew(d);
        Leases.raiseVip(d);
        d.trouble = d.trouble.until(0);
        Chores.aim(d, Node.Level.PRIM);
    }

    static void whileUp(Draft d) {
        if (d.isIdle()) {
            d.because(Resources.reason(d));
        }
    }

    /// Begins the stop of a module that is up.
    static void stop(Draft d, Rule rule) {
        Chores.aim(d, Node.Level.NONE);
        d.give(rule, Stopping.with(List.of(Job.APP_SETTLES, Job.DROP_VIP, Job.BECOME_WAIT)));
        d.because(WaitReason.STOPPING);
    }

    /// Notes a fault of the shell; a light module has no data path that could say anything else.
    static void data(Draft d, Event.Data event) {
        if (event instanceof Event.Fault fault) {
            d.journal(Rule.DATA_PATH_FAULT, fault.text());
        }
    }

    /// Tells whether a command is about roles or copies, which a light module has not.
    static boolean hasNo(Command command) {
        return switch (command) {
            case START, STOP, FORCESTOP, RESTART, STOPSTART -> false;
            case PRIM, SECOND, SWAP, DETACH, ATTACH, FAILOVER_ON, FAILOVER_OFF -> true;
        };
    }
}
