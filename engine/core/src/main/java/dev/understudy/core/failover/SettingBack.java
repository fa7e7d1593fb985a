package dev.understudy.core.failover;

import java.util.List;

/// A copy that a resynchronisation has half overwritten is of no use alone. When its source is gone
/// for good and an operator forces this node to serve, the copy is first set back to what it was
/// before (I8): older, but one that an application can read.
///
/// Until that is durable the record says SYNCING, so that nothing serves a mixture.
final class SettingBack {
    private SettingBack() {}

    /// Tells whether a copy in this state is one that could be used as it is. What SYNCING and
    /// READY have kept since, the data path knows.
    static boolean isConsistent(DataState data) {
        return switch (data) {
            case UP_TO_DATE, OUTDATED, DIVERGED -> true;
            case NEW, SYNCING, READY, SUSPECT -> false;
        };
    }

    static boolean isDue(Draft d) {
        return d.saved.data() == DataState.SYNCING && d.disk.isRestorable();
    }

    /// Begins it by an operator's word; what follows is done when it has succeeded.
    static void begin(Draft d) {
        if (d.jobs.contains(Job.SET_BACK)) {
            return;
        }
        d.journal(Rule.SETS_BACK, "");
        if (d.join.id() != 0) {
            Joining.leave(d);
        }
        if (d.state == State.STOP) {
            Starting.start(d, Node.Goal.START, "to set the copy back");
        } else {
            d.goal = Node.Goal.START;
        }
        d.give(Rule.SETS_BACK, List.of(Job.APP_SETTLES, Job.VERIFY, Job.SET_BACK));
        d.because(WaitReason.SETTING_BACK);
    }

    static void restorable(Draft d, Event.Restorable told) {
        if (told.isRestorable() == d.disk.isRestorable()) {
            return;
        }
        d.journal(told.isRestorable() ? Rule.RESTORABLE : Rule.NOT_RESTORABLE, told.text());
        d.disk = d.disk.restorable(told.isRestorable());
        d.isMoved = true;
    }

    static void done(Draft d, Event.IsSetBack done) {
        d.disk = d.disk.restorable(false);
        if (d.saved.data() != DataState.SYNCING) {
            return;
        }
        d.journal(Rule.IS_SET_BACK, done.text());
        d.persist(d.saved.with(DataState.OUTDATED));
        if (!d.isDoing(Job.SET_BACK)) {
            d.isMoved = true; // a stop has taken its place
            return;
        }
        d.jobDone();
        Beat peer = d.contact();
        if (peer == null || !peer.isServing()) { // else it is back just in time
            Commands.serveForced(d, done.random());
        }
    }

    static void failed(Draft d, String text) {
        d.journal(Rule.SET_BACK_FAILED, text);
        if (d.isDoing(Job.SET_BACK)) {
            d.give(Rule.SET_BACK_FAILED, List.of());
        }
    }
}
