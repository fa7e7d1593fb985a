package dev.understudy.node.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything that `safe state -m MODULE` shows.
///
/// @param module the module's name
/// @param version version of the active module
/// @param digest digest of the active archive and configuration, equal on both nodes
/// @param kind `mirror`, `farm` or `light`
/// @param node the node that says so
/// @param state the word operators use
/// @param status whether the state is reached, being reached, or blocked
/// @param health one word for monitoring: `good` (serves with all its redundancy, or stands by),
///   `degraded` (serves without a synchronised second, frozen, or without its application),
///   `transient`, `waiting` (does not serve and waits for something named), `stopped`
/// @param data state of this node's data
/// @param reason why the module is in this state: the last transition's sentence
/// @param rule name of the rule that fired last; empty before the first
/// @param sinceMs milliseconds since 1970 UTC at which this state was entered
/// @param activity what is being done or waited for, for instance "start_prim.js, 3 s"; may be
///   empty
/// @param peer the other node; null for kinds without one
/// @param register who may serve; null for kinds without one
/// @param replication the data path's numbers; null without replicated directories
/// @param resync progress of a copy that is running; null if none is
/// @param addresses the virtual addresses
/// @param resources checkers and other resources, with what each failure leads to by itself
/// @param rules the module's own failover rules
/// @param warnings what an operator should know, most important first
public record ModuleState(
        String module,
        String version,
        String digest,
        String kind,
        String node,
        State state,
        Status status,
        String health,
        DataState data,
        String reason,
        String rule,
        long sinceMs,
        String activity,
        @Nullable Peer peer,
        @Nullable Register register,
        @Nullable Replication replication,
        @Nullable Resync resync,
        List<Address> addresses,
        List<Resource> resources,
        List<Rule> rules,
        List<String> warnings) {

    /// The words that operators use.
    public enum State {
        STOP,
        WAIT,
        ALONE,
        UP,
        PRIM,
        SECOND
    }

    /// Whether the state is reached.
    public enum Status {
        /// Reached and stable.
        READY,
        /// Scripts run or data are copied.
        TRANSIENT,
        /// Stopped, or blocked on a resource or on data.
        NOT_READY
    }

    /// State of a node's data.
    public enum DataState {
        NEW,
        UP_TO_DATE,
        OUTDATED,
        SYNCING,
        SUSPECT,
        DIVERGED,
        /// The module has no replicated directories.
        NONE
    }

    /// The other node as last heard.
    ///
    /// @param node its name
    /// @param isReachable heartbeats arrive
    /// @param silentMs milliseconds since the last heartbeat; null if never heard
    /// @param state its state as last heard; null if never heard
    /// @param data its data state as last heard; null if never heard
    public record Peer(
            String node,
            boolean isReachable,
            @Nullable Long silentMs,
            @Nullable State state,
            @Nullable DataState data) {}

    /// Who may serve, as this node last read it.
    ///
    /// @param epoch rises with each change
    /// @param inSync the nodes that hold every acknowledged write
    /// @param primary the node that serves; empty if none
    /// @param generation identifier of the current stretch of data history
    /// @param policy `protect`, `available`, `manual` or `third-vote`
    public record Register(
            long epoch, List<String> inSync, String primary, String generation, String policy) {}

    /// The data path's numbers.
    ///
    /// @param link `up`, `down` or `none`
    /// @param lagOperations operations sent that the peer has not yet acknowledged
    /// @param unconfirmedBytes bytes that may not yet be durable on both nodes
    /// @param dirtyBytes bytes that the peer is missing
    /// @param dirtyFiles files that the peer is missing parts of
    /// @param writtenBytesPerSecond mean of the last seconds
    /// @param acknowledgeUs median of the time from announcement to answer of a write, microseconds
    /// @param acknowledgeP99Us the 99th percentile of it
    /// @param syncUs median of the same for an fsync
    /// @param operations operations announced since the daemon started
    /// @param bytes bytes of these operations
    /// @param durability `memory` or `disk`
    public record Replication(
            String link,
            long lagOperations,
            long unconfirmedBytes,
            long dirtyBytes,
            long dirtyFiles,
            long writtenBytesPerSecond,
            long acknowledgeUs,
            long acknowledgeP99Us,
            long syncUs,
            long operations,
            long bytes,
            String durability) {}

    /// A copy that is running.
    ///
    /// @param direction `to-peer` or `from-peer`
    /// @param phase for instance `scan`, `copy`, `mirroring`
    /// @param filesDone files done
    /// @param filesTotal files to do
    /// @param bytesDone bytes done
    /// @param bytesTotal bytes to do
    /// @param bytesPerSecond mean of the last seconds
    /// @param secondsLeft estimate; null if unknown
    public record Resync(
            String direction,
            String phase,
            long filesDone,
            long filesTotal,
            long bytesDone,
            long bytesTotal,
            long bytesPerSecond,
            @Nullable Long secondsLeft) {}

    /// A virtual address.
    ///
    /// @param id as in the configuration
    /// @param address textual IPv4 or IPv6 address
    /// @param networkInterface the interface that carries it; empty if it is not raised
    /// @param isRaised it is on this node now
    public record Address(String id, String address, String networkInterface, boolean isRaised) {}

    /// A resource and its value.
    ///
    /// @param name `<type>.<id>`, for instance `tcp.db`
    /// @param value `up`, `down` or `unknown`
    /// @param atMs milliseconds since 1970 UTC of the last change
    /// @param text what the checker said; may be empty
    /// @param action what follows when it goes down, without a rule of the module: `none`,
    ///   `restart`, `stopstart`, `stop`, `swap` or `wait`
    public record Resource(String name, String value, long atMs, String text, String action) {}

    /// A failover rule of the module.
    ///
    /// @param id as in the configuration
    /// @param condition as in the configuration
    /// @param forMs for so long the condition holds before anything is done
    /// @param action what is done
    /// @param state `idle`, `holds` (not yet done), or `done` (and still holds)
    /// @param sinceMs milliseconds since 1970 UTC since when it holds; null if it does not
    public record Rule(
            String id,
            String condition,
            long forMs,
            String action,
            String state,
            @Nullable Long sinceMs) {}
}
