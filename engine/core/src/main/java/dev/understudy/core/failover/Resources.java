package dev.understudy.core.failover;

import dev.understudy.core.rules.RestartCount;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What the failure of a resource or of a start script leads to.
///
/// Up to the restart limit the application is started again here; beyond it the peer gets it, if
/// its copy is equal and it did not fail there too. A node that has nobody to give it to goes on
/// serving its data and tries again after pauses that grow; it never gives up for good.
final class Resources {
    private static final long S_NS = 1_000_000_000L;

    /// Pause after the first failed start; it doubles with every further one.
    private static final long PAUSE_MIN_NS = S_NS;

    /// Pause after the first failure beyond the limit, at least.
    private static final long PAUSE_BEYOND_NS = 5 * S_NS;

    private static final long PAUSE_MAX_NS = 300 * S_NS;

    /// An application that ran for so long has started for good: what failed before is forgotten.
    private static final long LASTS_NS = 60 * S_NS;

    private Resources() {}

    /// @param services those that a restart is limited to; empty for all
    static void down(Draft d, String resource, Action action, List<String> services) {
        boolean active = d.isServing() || d.state == State.SECOND;
        if (action == Action.WAIT) {
            Set<String> more = new TreeSet<>(d.downResources);
            more.add(resource);
            d.downResources = more;
        }
        if (!active || d.isStopping()) {
            return;
        }
        switch (action) {
            case NONE -> d.journal(Rule.RESOURCE_SHOWN, resource);
            case RESTART -> failed(d, resource, false, services);
            case STOPSTART -> failed(d, resource, true, List.of());
            case STOP -> Stopping.stop(d, Rule.RESOURCE_STOPS, resource, false);
            case SWAP -> {
                boolean swaps = isPeerAPlace(d) && Commands.whyNoSwap(d).isEmpty();
                if (swaps && isWithinLimit(d) && counts(d, resource)) {
                    givesAway(d, Rule.RESOURCE_SWAPS, resource);
                } else {
                    failed(d, resource, false, List.of());
                }
            }
            case WAIT -> Stopping.stop(d, Rule.RESOURCE_WAITS, resource, true);
        }
    }

    /// What a running application reports: restarted at once within the limit.
    private static void failed(
            Draft d, String resource, boolean withModule, List<String> services) {
        if (!d.isUp) {
            return; // a start or stop is under way already, or waits for its time
        }
        if (counts(d, resource)) {
            if (withModule) {
                Stopping.stop(d, Rule.RESOURCE_STOPS, resource, true);
            } else {
                String only = services.isEmpty() ? "" : ", only " + String.join(", ", services);
                d.journal(Rule.RESOURCE_RESTARTS, resource + only);
                Chores.restart(d);
                d.only = services;
            }
            return;
        }
        beyond(d, resource);
        if (d.trouble.retryNs() != 0 && d.isServing()) {
            // Left running meanwhile: half an application may be better than none.
            d.isUp = false;
        }
    }

    /// The application did not start; what it left behind is stopped, then it is tried again.
    static void startFailed(Draft d, Hook hook, HookResult result) {
        String why = hook.script() + " " + result;
        d.journal(Rule.START_FAILED, why);
        boolean isHanded = d.trouble.isHanded();
        if (counts(d, why)) {
            if (isHanded && handsOver(d, Rule.SWAP_BACK, why)) {
                return; // it ran there a moment ago
            }
            Chores.halt(d);
            later(d, pauseNs(d.trouble.tries()));
        } else {
            Chores.halt(d);
            beyond(d, why);
        }
    }

    static boolean isWithinLimit(Draft d) {
        return d.trouble.restarts().isAllowed(d.settings.restartLimit(), d.now);
    }

    /// Counts a failure; false: the restart limit is reached.
    static boolean counts(Draft d, String why) {
        Node.Trouble t = d.trouble;
        boolean allowed = t.restarts().isAllowed(d.settings.restartLimit(), d.now);
        RestartCount restarts =
                allowed ? t.restarts().plus(d.settings.restartLimit(), d.now) : t.restarts();
        // Not serving, the moment is until when the peer is to spare this node: that goes on.
        long retryNs = d.isServing() ? 0 : t.retryNs();
        d.trouble =
                new Node.Trouble(restarts, t.tries() + 1, t.isFailed(), retryNs, t.isHanded(), why);
        return allowed;
    }

    private static void beyond(Draft d, String why) {
        d.journal(Rule.RESTART_LIMIT, why);
        // What runs on a SECOND has no other place and serves nobody: it is left as it is.
        if (d.isServing() && !handsOver(d, Rule.RESTART_LIMIT, why)) {
            d.trouble = d.trouble.failed(true);
            later(d, Math.max(PAUSE_BEYOND_NS, pauseNs(d.trouble.tries())));
        }
    }

    /// Gives the application to a SECOND where it did not fail of late.
    private static boolean handsOver(Draft d, Rule rule, String why) {
        return isPeerAPlace(d) && givesAway(d, rule, why);
    }

    /// The peer may be given the application: it did not fail there, and was not given away from
    /// there, of late.
    static boolean isPeerAPlace(Draft d) {
        Beat peer = d.contact();
        return d.isFailoverOn() && peer != null && !peer.marks().isAppFailed();
    }

    /// Exchanges the roles; for a while, longer each time, this node says that it is no place for
    /// the application, so that the peer does not hand it back at once.
    static boolean givesAway(Draft d, Rule rule, String why) {
        if (!Commands.swap(d, rule, why).isEmpty()) {
            return false;
        }
        long pauseNs = Math.max(PAUSE_BEYOND_NS, pauseNs(d.trouble.tries()));
        d.trouble = d.trouble.failed(true).handed(false).until(d.now + pauseNs);
        return true;
    }

    private static long pauseNs(int tries) {
        int doublings = Math.min(Math.max(tries - 1, 0), 20);
        return Math.min(PAUSE_MAX_NS, PAUSE_MIN_NS << doublings);
    }

    private static void later(Draft d, long pauseNs) {
        d.trouble = d.trouble.until(d.now + pauseNs);
        d.journal(
                Rule.RETRIES_LATER,
                d.trouble.cause()
                        + " failures="
                        + d.trouble.tries()
                        + " nextTryInS="
                        + pauseNs / S_NS);
        d.isMoved = true;
    }

    /// Carries pauses forward: what is due is tried, what has lasted is forgotten.
    static void run(Draft d) {
        Node.Trouble t = d.trouble;
        if (t.retryNs() != 0 && d.now >= t.retryNs()) {
            if (!d.isServing() || d.appGoal != Node.Level.PRIM || d.isStopping()) {
                d.trouble = t.failed(false).until(0);
                d.isMoved = true;
            } else if (d.chores.isEmpty()) {
                d.trouble = t.until(0);
                d.journal(Rule.RETRIES, t.cause());
                Chores.restart(d);
            }
        } else if (isOver(d)) {
            d.journal(Rule.APPLICATION_LASTS, t.cause());
            d.trouble = t.over();
            d.isMoved = true;
        }
    }

    private static boolean isOver(Draft d) {
        return d.trouble.tries() > 0 && d.isUp && d.isServing() && d.now - d.upSinceNs >= LASTS_NS;
    }

    /// When an application with failures behind it has lasted; 0 if nothing is to be forgotten.
    static long lastsAtNs(Node.App app) {
        return app.isUp() && app.trouble().tries() > 0 ? app.upSinceNs() + LASTS_NS : 0;
    }

    /// What a serving node waits for.
    static WaitReason reason(Draft d) {
        return d.trouble.retryNs() != 0 ? WaitReason.APPLICATION_FAILED : WaitReason.NONE;
    }

    /// The resource whose failure is waited out came back by itself: nothing is restarted.
    static void up(Draft d, String resource) {
        boolean waited =
                d.trouble.retryNs() != 0
                        && d.isServing()
                        && d.chores.isEmpty()
                        && d.level == Node.Level.PRIM
                        && d.trouble.cause().equals(resource);
        if (waited) {
            d.journal(Rule.RESOURCE_UP, resource);
            d.trouble = d.trouble.failed(false).until(0);
            d.isUp = true;
            d.upSinceNs = d.now;
            d.isMoved = true;
        }
    }

    /// An operator's word: earlier failures count no more, and a pause is over.
    static void forgive(Draft d) {
        boolean waits = d.trouble.retryNs() != 0 && d.isServing() && !d.isStopping();
        d.trouble = Node.Trouble.NONE;
        Ruling.forget(d);
        if (!waits || d.appGoal != Node.Level.PRIM) {
            return;
        }
        if (d.chores.isEmpty()) {
            Chores.restart(d);
        } else {
            d.trouble = d.trouble.until(d.now); // as soon as what is under way has ended
        }
    }
}
