package dev.understudy.core.failover;

import dev.understudy.core.rules.RestartCount;
import java.util.Set;
import java.util.TreeSet;

/// What the failure of a resource or of a start script leads to.
final class Resources {
    private Resources() {}

    static void down(Draft d, String resource, Action action) {
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
            case RESTART -> restart(d, resource);
            case STOPSTART -> {
                if (counts(d, resource)) {
                    Stopping.stop(d, Rule.RESOURCE_STOPS, resource, true);
                }
            }
            case STOP -> Stopping.stop(d, Rule.RESOURCE_STOPS, resource, false);
            case SWAP -> {
                if (!Commands.swap(d, Rule.RESOURCE_SWAPS, resource).isEmpty()) {
                    restart(d, resource);
                }
            }
            case WAIT -> Stopping.stop(d, Rule.RESOURCE_WAITS, resource, true);
        }
    }

    private static void restart(Draft d, String resource) {
        if (!d.isUp) {
            return; // a start or stop is under way already
        }
        if (counts(d, resource)) {
            d.journal(Rule.RESOURCE_RESTARTS, resource);
            Chores.restart(d);
        }
    }

    /// Counts a restart; beyond the limit this node gives up and the peer takes over.
    private static boolean counts(Draft d, String why) {
        RestartCount count = new RestartCount(d.restartsNs);
        if (count.isAllowed(d.settings.restartLimit(), d.now)) {
            d.restartsNs = count.plus(d.settings.restartLimit(), d.now).momentsNs();
            return true;
        }
        d.isAppFailed = true;
        Stopping.stop(d, Rule.RESTART_LIMIT, why, false);
        return false;
    }

    /// The application does not start here: a SECOND gets it once, else it is tried again.
    static void startFailed(Draft d, Hook hook, HookResult result) {
        String why = hook.script() + " " + result;
        d.journal(Rule.START_FAILED, why);
        d.isAppFailed = true;
        Beat peer = d.contact();
        boolean peerCan = peer != null && !peer.marks().isAppFailed();
        if (peerCan && Commands.swap(d, Rule.SWAP_BACK, why).isEmpty()) {
            return;
        }
        if (counts(d, why)) {
            Chores.restart(d);
        }
    }
}
