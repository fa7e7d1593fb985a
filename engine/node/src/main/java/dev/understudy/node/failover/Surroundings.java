package dev.understudy.node.failover;

import dev.understudy.core.failover.Fenced;
import dev.understudy.core.failover.Hook;
import dev.understudy.core.failover.HookResult;
import dev.understudy.core.failover.Phase;
import dev.understudy.core.failover.State;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// Everything beside the data path that the loop of a module acts upon.
///
/// No call blocks for longer than it takes to hand the request over; each answer comes exactly
/// once, from any thread.
public interface Surroundings extends AutoCloseable {
    /// Sends the current beat at once.
    void tellPeer();

    /// Gives the guard what it does and says if this process dies.
    void armGuard(Fenced fenced);

    /// Lets the kernel's leases on the virtual addresses run until a moment on the boot clock.
    void vipUntil(long untilNs);

    /// Raises the virtual addresses.
    ///
    /// @param failed hears why it was not possible; not called if it was
    void raiseVip(Consumer<String> failed);

    /// Removes the virtual addresses.
    void dropVip();

    /// Looks for evidence of the peer's death.
    ///
    /// @param vip also look for the virtual addresses
    void probe(boolean vip, long timeoutNs, Consumer<Evidence> answer);

    /// Runs the commands that switch the peer off, one after the other until one succeeds.
    ///
    /// @param answer whether the peer is off for sure, and how it ended
    void fence(long timeoutNs, BiConsumer<Boolean, String> answer);

    /// Runs a hook; one that still runs is cancelled first.
    ///
    /// @param services those that it is limited to, by id; empty for all
    void runHook(
            Hook hook,
            boolean force,
            long timeoutNs,
            State from,
            State to,
            List<String> services,
            Consumer<HookResult> answer);

    /// Kills every process of the module.
    ///
    /// @param done called when none is left or the time is over
    void killApplication(long withinNs, Runnable done);

    /// Runs the checkers of this phase and no others.
    void startCheckers(Phase phase);

    /// Stops all checkers.
    void stopCheckers();

    @Override
    void close();

    /// What a probe saw.
    ///
    /// @param witnessNs when a ping witness last answered, on the boot clock; 0 if none ever did
    /// @param vipAnswers a virtual address answered, or the probe could not be made
    record Evidence(long witnessNs, boolean vipAnswers) {}
}
