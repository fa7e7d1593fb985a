package dev.understudy.core.failover;

import java.util.ArrayList;
import java.util.List;

/// Stop: stop script, forced stop, kill, close the data path; every step has its time, so it ends.
final class Stopping {
    private Stopping() {}

    /// Begins a stop from any state.
    ///
    /// @param startsAgain a start follows
    static void stop(Draft d, Rule rule, String why, boolean startsAgain) {
        boolean stays = startsAgain || d.goal.startsAgain();
        d.goal = new Node.Goal(Node.Wanted.STOP, false, d.goal.isFullSync(), startsAgain);
        d.journal(rule, why);
        if (!stays) {
            d.persist(d.saved.withStarted(false));
        }
        switch (d.state) {
            case STOP -> {}
            case WAIT -> {
                if (d.join.id() != 0) {
                    Joining.leave(d);
                }
                Chores.aim(d, Node.Level.NONE);
                if (d.level == Node.Level.NONE && d.pending == null) {
                    d.give(rule, ending());
                } else {
                    d.give(rule, with(List.of(Job.APP_SETTLES)));
                }
            }
            case SECOND -> TakingOver.leave(d, rule, why);
            case UP -> Light.stop(d, rule);
            case ALONE, PRIM -> {
                if (d.join.id() != 0 && d.pending == null) {
                    Joining.drop(d, "stop");
                }
                Chores.aim(d, Node.Level.NONE);
                d.give(
                        rule,
                        with(
                                List.of(
                                        Job.APP_SETTLES,
                                        Job.DROP_VIP,
                                        Job.CLOSE_GATE,
                                        Job.BARRIER,
                                        Job.REST,
                                        // The peer takes over now; the last scripts run meanwhile.
                                        Job.BECOME_WAIT)));
                d.because(WaitReason.STOPPING);
            }
        }
    }

    static List<Job> with(List<Job> first) {
        List<Job> all = new ArrayList<>(first);
        all.addAll(ending());
        return all;
    }

    static List<Job> ending() {
        return List.of(Job.POSTSTOP, Job.BECOME_STOP);
    }

    static void becomeStop(Draft d) {
        if (d.isServing()) {
            Leases.none(d);
        }
        d.isExpelling = false;
        d.join = Joining.none(d);
        d.become(State.STOP, Rule.STOPPED, "");
        d.because(WaitReason.NONE);
        if (d.goal.startsAgain()) {
            Starting.start(d, Node.Goal.START, "after the stop");
        }
    }

    static void becomeWait(Draft d) {
        if (d.isServing()) {
            Leases.none(d);
        }
        d.become(State.WAIT, d.cause, "");
        Chores.aim(d, Node.Level.NONE);
    }
}
