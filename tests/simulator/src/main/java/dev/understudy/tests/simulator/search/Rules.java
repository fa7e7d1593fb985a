package dev.understudy.tests.simulator.search;

import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Failover;
import dev.understudy.core.failover.Fenced;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.failover.Step;

/// The shipping rules, or the same with one condition taken out: the step is then given a node or
/// an event with which that condition always holds.
enum Rules {
    /// As they ship.
    SHIPPED,
    /// SECOND may decide however long ago PRIM had a beat of its own.
    NO_WINDOW,
    /// SECOND takes over without looking for the address of PRIM.
    NO_LOOK,
    /// A PRIM that was frozen for good goes on when a ping witness answers.
    THAWS_BY_PING,
    /// SECOND follows the word "fenced" however late it hears it.
    SECOND_FOLLOWS_FENCED,
    /// PRIM follows it although SECOND may have taken over before.
    PRIM_FOLLOWS_FENCED,
    /// A SECOND that restarted uncleanly is taken for one that lacks nothing.
    SECOND_CLAIMS,
    /// With a third vote each node decides on its own copy.
    VOTES_NOT_ASKED;

    boolean asksVotes() {
        return this != VOTES_NOT_ASKED;
    }

    /// What a daemon reads of its record when it starts.
    Saved saved(Saved saved) {
        return this == SECOND_CLAIMS ? Doctored.neverSecond(saved) : saved;
    }

    Step step(Node node, Event event) {
        boolean fenced = event instanceof Event.Heard(_, var message) && message instanceof Fenced;
        return Failover.step(
                switch (this) {
                    case NO_WINDOW -> Doctored.inWindow(node, event.nowNs());
                    case NO_LOOK -> Doctored.evident(node);
                    case THAWS_BY_PING -> Doctored.neverForGood(node);
                    case SECOND_FOLLOWS_FENCED ->
                            fenced ? Doctored.inWindow(node, event.nowNs()) : node;
                    case PRIM_FOLLOWS_FENCED -> fenced ? Doctored.neverForGood(node) : node;
                    case SHIPPED, SECOND_CLAIMS, VOTES_NOT_ASKED -> node;
                },
                event);
    }
}
