package dev.understudy.node.rfs;

import dev.understudy.core.failover.Event;
import dev.understudy.node.rfs.undo.Origin;
import dev.understudy.node.rfs.undo.Preimages;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets a copy that a resynchronisation half overwrote be set back to what it was. On the module's
/// loop; setting back is done on the worker.
final class Restorer {
    private static final Logger LOG = LoggerFactory.getLogger(Restorer.class);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Shared shared;
    private final Executor worker;
    private final Preimages before;
    private boolean isResumed;
    private boolean isRunning;

    Restorer(Shared shared, Executor worker, Preimages before) {
        this.shared = shared;
        this.worker = worker;
        this.before = before;
    }

    /// The directories stand: what an earlier process kept goes on being kept.
    void mounted() {
        if (!isResumed) {
            isResumed = true;
            before.resume();
            tell("by the process before");
        }
    }

    /// A resynchronisation is about to overwrite this copy.
    ///
    /// @param isConsistent the copy can be used as it is; else what was kept so far is kept on
    void overwrites(boolean isConsistent) {
        isResumed = true;
        if (isConsistent) {
            Instant now = Instant.now();
            before.begin(
                    new Origin(
                            shared.setup().bootId(),
                            now.toEpochMilli(),
                            shared.marks().journal().generation(),
                            shared.marks().journal().base()));
            tell("of " + words(now));
        }
    }

    private static String words(Instant moment) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                moment.truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC));
    }

    private void tell(String text) {
        if (before.isKept()) {
            shared.out().send(new Event.Restorable(shared.out().nowNs(), true, text));
        }
    }

    /// Tells whether the copy is being set back: nobody else may change it.
    boolean isRunning() {
        return isRunning;
    }

    /// Sets the copy back, unless that is under way.
    void setBack() {
        if (isRunning) {
            return;
        }
        isRunning = true;
        worker.execute(() -> {
            Origin origin = null;
            String failure = "";
            try {
                origin = before.setBack();
            } catch (IOException e) {
                LOG.warn("setting back {}: {}", shared.setup().module(), e.getMessage());
                failure = String.valueOf(e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("setting back {} failed", shared.setup().module(), e);
                failure = e.toString();
            }
            Origin done = origin;
            String why = failure;
            shared.loop().execute(() -> ended(done, why));
        });
    }

    private void ended(@org.jspecify.annotations.Nullable Origin origin, String failure) {
        isRunning = false;
        changedAll();
        long nowNs = shared.out().nowNs();
        if (origin == null) {
            shared.out().send(new Event.SetBackFailed(nowNs, failure));
            return;
        }
        try {
            shared.marks().journal().generations(origin.generation(), origin.base());
        } catch (IOException e) {
            throw Marks.broken(e);
        }
        String text = "as of " + words(Instant.ofEpochMilli(origin.atMs()));
        shared.out().send(new Event.IsSetBack(nowNs, text, RANDOM.nextLong() | 1));
    }

    private void changedAll() {
        for (Directory directory : shared.directories()) {
            directory.front().changedAll();
        }
    }

    /// The copy is about to be written by this node: what was kept of before goes.
    void served() {
        Runnable clearing = before.clearing();
        if (before.isKept()) {
            clearing.run(); // now: what lies aside still is a name of files that programs see
        } else {
            worker.execute(clearing);
        }
    }

    /// The copy counts as it is, as secondary: nothing of before is kept.
    void follows() {
        if (before.isKept()) {
            before.clearing().run();
        }
    }
}
