package dev.understudy.node.rfs;

import dev.understudy.core.failover.Event;
import dev.understudy.node.rfs.front.MutationSource;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The answers of a module with `durability: disk`: each is kept until everything up to its
/// operation is durable on both nodes, or on this node while there is no secondary.
///
/// Commits are made in groups: what is applied while one is under way shares the next. With a
/// secondary the commit is a durable point, in which both disks work in parallel. On the primary's
/// loop.
final class DiskAnswers {
    private record Waiting(MutationSource source, long seq) {}

    private final Shared shared;
    private final boolean isOn;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long durable = -1;
    private boolean syncing;
    private @Nullable Runnable onDurable;

    DiskAnswers(Shared shared) {
        this.shared = shared;
        isOn = shared.setup().tuning().waitsForDisks();
    }

    /// @param then called on the loop when more is durable here
    void onDurable(Runnable then) {
        onDurable = then;
    }

    /// Keeps an answer, if answers have to wait.
    ///
    /// @param seq of the operation that was applied
    boolean keep(MutationSource from, long seq) {
        if (isOn) {
            waiting.add(new Waiting(from, seq));
        }
        return isOn;
    }

    /// Tells whether answers have to wait at all.
    boolean isOn() {
        return isOn;
    }

    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    /// Everything up to a number is as durable as it has to be.
    void durable(long seq) {
        durable = Math.max(durable, seq);
    }

    /// Sends the answers of what is durable.
    void send() {
        Waiting next = waiting.peek();
        while (next != null && next.seq <= durable) {
            waiting.remove();
            next.source.answer(0);
            next = waiting.peek();
        }
    }

    /// Makes what is applied durable here alone.
    void commitHere(long applied) {
        if (syncing) {
            return;
        }
        syncing = true;
        shared.pool()
                .execute(() -> {
                    IOException failure = DurablePoint.sync(shared.directories());
                    shared.loop().execute(() -> synced(applied, failure));
                });
    }

    private void synced(long applied, @Nullable IOException failure) {
        syncing = false;
        if (failure != null) {
            String text = String.valueOf(failure.getMessage());
            shared.out().send(new Event.LocalDiskError(shared.out().nowNs(), text));
            return;
        }
        durable(applied);
        Runnable then = onDurable;
        if (then != null) {
            then.run();
        }
    }

    /// Answers everything that waits with an error: this node serves no more.
    void refuse(int errno) {
        while (!waiting.isEmpty()) {
            waiting.remove().source.answer(errno);
        }
    }
}
