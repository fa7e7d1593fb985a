package dev.understudy.node.rfs;

import dev.understudy.core.failover.Event;
import dev.understudy.node.store.Ticker;
import java.util.function.Consumer;

/// Sends events of the data path, with the time they happened.
///
/// @param ticker the node's clock
/// @param listener gets them on the module's loop; must not block
record Outbox(Ticker ticker, Consumer<Event.Data> listener) {
    long nowNs() {
        return ticker.nowNs();
    }

    void send(Event.Data event) {
        listener.accept(event);
    }
}
