package dev.understudy.node.rfs;

import dev.understudy.core.failover.Event;
import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.BlockSet;
import dev.understudy.node.rfs.quarantine.KeptTree;
import dev.understudy.node.rfs.quarantine.Quarantine;
import dev.understudy.node.rfs.tree.FileCopier;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts what this copy has of its own into quarantine before a resynchronisation overwrites it.
///
/// That is what the sets hold: everything that was changed here since both copies last had all.
/// Where nobody knows that, it is the whole copy. On the module's loop; the copying is done on the
/// worker.
final class Keeper {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final long EXPIRE_NS = 3_600_000_000_000L;
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("uuuu-MM-dd").withZone(ZoneOffset.UTC);

    private final Shared shared;
    private final Executor worker;
    private final Quarantine quarantine;
    private boolean running;
    private long expiredNs;
    private final AtomicInteger attempt = new AtomicInteger();

    Keeper(Shared shared, Executor worker) {
        this.shared = shared;
        this.worker = worker;
        this.quarantine = shared.setup().quarantine();
    }

    /// Begins to keep, unless that is under way.
    void keep() {
        if (running) {
            return;
        }
        running = true;
        int mine = attempt.incrementAndGet();
        Marks marks = shared.marks();
        BlockSet own = marks.tracker().all();
        own.addAll(marks.uncertain());
        Generation generation = marks.journal().generation();
        worker.execute(() -> {
            Event.Data answer = run(own, generation, mine);
            shared.loop()
                    .execute(() -> {
                        if (mine == attempt.get()) {
                            running = false;
                            shared.out().send(answer);
                        }
                    });
        });
    }

    /// What is being kept is of no use any more: this copy is about to be written.
    void makeVoid() {
        attempt.incrementAndGet();
        running = false;
    }

    private Event.Data run(BlockSet own, Generation generation, int mine) {
        List<KeptTree> trees =
                shared.directories().stream()
                        .map(directory -> new KeptTree(directory.id(), directory.tree()))
                        .toList();
        try {
            return kept(quarantine.keep(trees, own, generation, () -> mine != attempt.get()));
        } catch (FileCopier.NoRoom full) {
            return refused(
                    "no room in quarantine: %s; raise replication.quarantine.max-size, drop older"
                                    .formatted(full.getMessage())
                            + " entries ('quarantine drop'), or give it up by 'second --force"
                            + " --discard'");
        } catch (CancellationException overtaken) {
            return refused("overtaken by another command"); // nobody hears it
        } catch (IOException | RuntimeException e) {
            LOG.error("quarantine of {} failed", shared.setup().module(), e);
            return refused("quarantine failed: " + e.getMessage());
        }
    }

    private Event.Data kept(Quarantine.@org.jspecify.annotations.Nullable Held held) {
        if (held == null || held.entry() == null) {
            return new Event.Kept(shared.out().nowNs(), "there is nothing that only this copy has");
        }
        return new Event.Kept(
                shared.out().nowNs(),
                "%s in %s, until %s"
                        .formatted(
                                Quarantine.words(held.entry()),
                                held.folder(),
                                DAY.format(quarantine.expiry(held.entry()))));
    }

    private Event.Data refused(String text) {
        return new Event.KeepRefused(shared.out().nowNs(), text);
    }

    /// Removes old entries, now and then.
    void tick() {
        long nowNs = shared.loop().nowNs();
        if (expiredNs != 0 && nowNs - expiredNs < EXPIRE_NS) {
            return;
        }
        expiredNs = nowNs;
        shared.pool()
                .execute(() -> {
                    try {
                        quarantine.expire();
                    } catch (IOException e) {
                        LOG.warn("quarantine of {}: {}", shared.setup().module(), e.getMessage());
                    }
                });
    }
}
