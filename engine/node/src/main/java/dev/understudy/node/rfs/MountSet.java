package dev.understudy.node.rfs;

import dev.understudy.core.failover.Event;
import dev.understudy.core.rfs.BlockSet;
import dev.understudy.core.rfs.Tracker;
import dev.understudy.node.rfs.front.Gate;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The mounts of a module's directories: never two over each other, and always with the gate that
/// was asked for last, also when that was asked while they were being made.
///
/// On the module's loop only; making mounts and walking trees is done on the pool.
final class MountSet {
    private static final Logger LOG = LoggerFactory.getLogger(MountSet.class);

    private enum State {
        DOWN,
        /// Being made on the pool; what is asked meanwhile waits in [#waiting].
        RISING,
        UP
    }

    private final Shared shared;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private State state = State.DOWN;
    private Gate gate = Gate.READ_ONLY;
    private boolean walking;
    private volatile boolean closed;

    MountSet(Shared shared) {
        this.shared = shared;
    }

    /// Tells all mounts, those to come included, that a gate that opens is on its way (true), or
    /// that it came or will not come (false); any thread.
    void announce(boolean opens) {
        shared.directories().forEach(directory -> directory.front().announce(opens));
    }

    /// Sets what all mounts do with mutations, those to come included.
    void gate(Gate wanted) {
        gate = wanted;
        if (state == State.UP) {
            shared.directories().forEach(directory -> directory.front().gate(wanted));
        }
    }

    boolean isUp() {
        return state == State.UP;
    }

    /// Mounts what is not mounted, then looks for what changed while no mount stood; answers
    /// `Mounted`, then `Verified`.
    void mount() {
        whenSettled(() -> {
            if (state == State.DOWN) {
                walking = true;
                rise(this::walk);
                return;
            }
            sendMounted();
            if (!walking) { // else the walk under way answers
                sendVerified(0);
            }
        });
    }

    /// Ends all mounts at once, so that whoever waits in them gets an error, and makes new ones;
    /// answers `Mounted`.
    ///
    /// @param ended called when the old mounts have ended, before there are new ones
    void renew(Runnable ended) {
        whenSettled(() -> {
            shared.directories().forEach(directory -> directory.front().abort());
            state = State.DOWN;
            ended.run();
            rise(() -> {});
        });
    }

    /// Takes all mounts away for good; any thread.
    void close() {
        closed = true;
        if (state == State.UP) {
            try {
                unmounted().ended();
            } catch (IOException e) {
                LOG.warn("the state folder of {}: {}", shared.setup().module(), e.getMessage());
            }
        }
        shared.directories().forEach(directory -> directory.front().unmount());
    }

    private void whenSettled(Runnable work) {
        if (closed) {
            return;
        }
        if (state == State.RISING) {
            waiting.add(work);
        } else {
            work.run();
        }
    }

    private void rise(Runnable then) {
        state = State.RISING;
        shared.pool()
                .execute(() -> {
                    List<Directory> made = new ArrayList<>();
                    try {
                        for (Directory directory : shared.directories()) {
                            directory.front().mount();
                            made.add(directory);
                        }
                    } catch (IOException | RuntimeException e) {
                        LOG.error(
                                "mounting the directories of {} failed",
                                shared.setup().module(),
                                e);
                        made.forEach(directory -> directory.front().unmount());
                        String text = String.valueOf(e.getMessage());
                        shared.loop().execute(() -> failed(text));
                        return;
                    }
                    if (closed) {
                        made.forEach(directory -> directory.front().unmount());
                    }
                    shared.loop().execute(() -> risen(then));
                });
    }

    private void risen(Runnable then) {
        if (closed) {
            return;
        }
        state = State.UP;
        gate(gate);
        sendMounted();
        then.run();
        settle();
    }

    private void failed(String text) {
        state = State.DOWN;
        walking = false;
        shared.out().send(new Event.Fault(shared.out().nowNs(), text));
        settle();
    }

    private void settle() {
        while (state != State.RISING && !waiting.isEmpty()) {
            waiting.remove().run();
        }
    }

    // ---- what changed while no mount stood

    private void walk() {
        shared.pool()
                .execute(() -> {
                    BlockSet found = new BlockSet(Tracker.BLOCK_SHIFT);
                    try {
                        long changed = unmounted().run(found);
                        shared.loop().execute(() -> walked(found, changed));
                    } catch (IOException | RuntimeException e) {
                        LOG.error(
                                "checking the directories of {} failed",
                                shared.setup().module(),
                                e);
                        String text = String.valueOf(e.getMessage());
                        shared.loop().execute(() -> failedWalk(text));
                    }
                });
    }

    private void walked(BlockSet found, long changed) {
        Marks marks = shared.marks();
        marks.addUncertain(found);
        // The period may be forgotten only when what was found in it is durable.
        marks.whenForced(() -> {
            note();
            walking = false;
            sendVerified(changed);
        });
    }

    private void failedWalk(String text) {
        walking = false;
        shared.out().send(new Event.Fault(shared.out().nowNs(), text));
    }

    /// Writes down that the mounts stand, so that a later walk looks back no further.
    void note() {
        if (state != State.UP) {
            return;
        }
        Executor pool = shared.pool();
        pool.execute(() -> {
            try {
                unmounted().mounted();
            } catch (IOException e) {
                LOG.warn("the state folder of {}: {}", shared.setup().module(), e.getMessage());
            }
        });
    }

    private UnmountedWalk unmounted() {
        return new UnmountedWalk(shared.setup(), shared.directories());
    }

    private void sendMounted() {
        shared.out().send(new Event.Mounted(shared.out().nowNs()));
    }

    private void sendVerified(long changed) {
        shared.out().send(new Event.Verified(shared.out().nowNs(), changed));
    }
}
