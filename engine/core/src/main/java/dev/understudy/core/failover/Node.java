package dev.understudy.core.failover;

import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.rules.RestartCount;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// All that the failover machine of one module knows on one node; immutable.
///
/// Made by [Failover#boot], changed by [Failover#step] only.
///
/// @param settings configuration
/// @param life this process
/// @param state the state operators see
/// @param goal what the operator wants
/// @param reason why the node does not do more than it does
/// @param saved the durable record as it was last written
/// @param register the own copy of the register
/// @param peer what is known of the peer
/// @param lease until when this node may serve
/// @param duty role and data work under way
/// @param wish swaps that somebody waits for
/// @param app the application
/// @param join the resynchronisation under way
/// @param disk the mount
/// @param nowNs the newest clock value that was seen
public record Node(
        Settings settings,
        Life life,
        State state,
        Goal goal,
        WaitReason reason,
        Saved saved,
        Register register,
        PeerView peer,
        Lease lease,
        Duty duty,
        Wish wish,
        App app,
        Join join,
        Disk disk,
        long nowNs) {

    /// This process.
    ///
    /// @param incarnation higher than that of every earlier process on this node
    /// @param bootId the machine's boot (`/proc/sys/kernel/random/boot_id`)
    /// @param listenSinceNs silence counts from here: start of the process or end of a pause
    /// @param leftServiceNs when this process last ceased to serve; 0 if it never did
    public record Life(long incarnation, String bootId, long listenSinceNs, long leftServiceNs) {
        Life listening(long sinceNs) {
            return new Life(incarnation, bootId, sinceNs, leftServiceNs);
        }

        Life left(long atNs) {
            return new Life(incarnation, bootId, listenSinceNs, atNs);
        }
    }

    /// What the operator wants.
    ///
    /// @param wanted the state to reach, as a command named it
    /// @param isForced the operator accepted that a copy is overwritten
    /// @param isFullSync compare every chunk at the next join
    /// @param startsAgain a stop is followed by a start
    /// @param keeping how far what a copy to be given up has of its own is in quarantine
    public record Goal(
            Wanted wanted,
            boolean isForced,
            boolean isFullSync,
            boolean startsAgain,
            Keeping keeping) {
        static final Goal STOP = new Goal(Wanted.STOP, false, false, false);
        static final Goal START = new Goal(Wanted.START, false, false, false);

        Goal(Wanted wanted, boolean isForced, boolean isFullSync, boolean startsAgain) {
            this(wanted, isForced, isFullSync, startsAgain, Keeping.NOT_ASKED);
        }

        Goal with(Keeping other) {
            return new Goal(wanted, isForced, isFullSync, startsAgain, other);
        }
    }

    /// How far what a copy has of its own is in quarantine; of no meaning for other copies.
    public enum Keeping {
        /// Nobody asked for it.
        NOT_ASKED,
        /// Being put there.
        UNDER_WAY,
        /// It is there, durable.
        DONE,
        /// It could not be put there: the copy is not overwritten.
        REFUSED
    }

    /// What an operator may want of a module.
    public enum Wanted {
        /// Not to run.
        STOP,
        /// To run, as whatever the register decides.
        START,
        /// To run as SECOND, never alone.
        SECOND
    }

    /// What is known of the peer.
    ///
    /// @param beat its newest beat; null if none came since this process started
    /// @param receivedNs when that beat was taken
    /// @param echoedNs newest `sentNs` of our own that the peer had; 0 if none
    /// @param fencedIncarnation its guard's last word: this and earlier processes do not serve
    /// @param pairedIncarnation the process with which this node forms a pair
    /// @param fencing the command that switches it off
    public record PeerView(
            @Nullable Beat beat,
            long receivedNs,
            long echoedNs,
            long fencedIncarnation,
            long pairedIncarnation,
            Fencing fencing) {
        static final PeerView UNKNOWN = new PeerView(null, 0, 0, 0, 0, Fencing.NONE);
    }

    /// The command that switches the peer off.
    ///
    /// @param run counts the commands; 0 if there was none
    /// @param isUnderWay it has not ended yet
    /// @param deadlineNs when it has taken too long
    /// @param incarnation the process of the peer that it is to end, or has ended; 0 if it failed
    /// @param silentSinceNs the peer's last beat before it: once for each silence
    public record Fencing(
            long run, boolean isUnderWay, long deadlineNs, long incarnation, long silentSinceNs) {
        static final Fencing NONE = new Fencing(0, false, 0, 0, -1);

        Fencing ended(boolean isDone) {
            return new Fencing(run, false, 0, isDone ? incarnation : 0, silentSinceNs);
        }
    }

    /// Until when this node may serve, and what keeps it from going on.
    ///
    /// @param gateUntilNs as last given to the shell
    /// @param vipUntilNs as last given to the shell
    /// @param isVipRaised the address is there to be probed, as long as its lease runs
    /// @param isFrozen PRIM's lease lapsed
    /// @param isFrozenForGood SECOND may have found its address silent: only contact with the peer
    ///   thaws
    /// @param evidence what was looked for and found
    public record Lease(
            long gateUntilNs,
            long vipUntilNs,
            boolean isVipRaised,
            boolean isFrozen,
            boolean isFrozenForGood,
            Evidence evidence) {
        Lease until(long gateNs, long vipNs) {
            return new Lease(gateNs, vipNs, isVipRaised, isFrozen, isFrozenForGood, evidence);
        }

        Lease raised(boolean raised) {
            return new Lease(gateUntilNs, vipUntilNs, raised, isFrozen, isFrozenForGood, evidence);
        }

        Lease frozen(boolean frozen, boolean forGood) {
            return new Lease(gateUntilNs, vipUntilNs, isVipRaised, frozen, forGood, evidence);
        }

        Lease with(Evidence other) {
            return new Lease(
                    gateUntilNs, vipUntilNs, isVipRaised, isFrozen, isFrozenForGood, other);
        }

        static final Lease NONE = new Lease(0, 0, false, false, false, Evidence.NONE);
    }

    /// What probes found while the peer is silent.
    ///
    /// @param probeId the newest probe; 0 if none
    /// @param askedNs when it was asked
    /// @param isProbing it is not answered yet
    /// @param witnessNs when the ping witness answered last, as far as a probe told; 0 if never
    /// @param isUnseen PRIM: the witness was silent for so long that the peer, looking for this
    ///   node's address, may have found it silent
    /// @param silentFromNs SECOND: since when, without a gap, the witness answers and PRIM's
    ///   address does not; 0 if that is not so
    /// @param silentToNs until when that is known
    public record Evidence(
            long probeId,
            long askedNs,
            boolean isProbing,
            long witnessNs,
            boolean isUnseen,
            long silentFromNs,
            long silentToNs) {
        static final Evidence NONE = new Evidence(0, 0, false, 0, false, 0, 0);

        Evidence asked(long id, long nowNs) {
            return new Evidence(id, nowNs, true, witnessNs, isUnseen, silentFromNs, silentToNs);
        }

        Evidence answered(long witness, boolean unseen) {
            return new Evidence(probeId, askedNs, false, witness, unseen, silentFromNs, silentToNs);
        }

        Evidence silent(long fromNs, long toNs) {
            return new Evidence(probeId, askedNs, isProbing, witnessNs, isUnseen, fromNs, toNs);
        }

        Evidence unseen(boolean unseen) {
            return new Evidence(
                    probeId, askedNs, isProbing, witnessNs, unseen, silentFromNs, silentToNs);
        }
    }

    /// Role and data work under way, in order.
    ///
    /// @param jobs what is left to do
    /// @param cause the rule that wants it
    /// @param isBegun the first job has been begun and waits for its answer
    /// @param deadlineNs when the first job has taken too long
    /// @param isWindowed a take-over from silence: worthless after the window
    /// @param pending the register change under way; null if none
    /// @param repeatNs when to repeat it after an unknown outcome, or to ask anew when there was no
    ///   majority; 0 while it is not answered
    /// @param isExpelling PRIM asks SECOND to leave
    public record Duty(
            List<Job> jobs,
            Rule cause,
            boolean isBegun,
            long deadlineNs,
            boolean isWindowed,
            @Nullable RegisterChange pending,
            long repeatNs,
            boolean isExpelling) {
        static final Duty NONE = new Duty(List.of(), Rule.WAITS, false, 0, false, null, 0, false);

        public Duty {
            jobs = List.copyOf(jobs);
        }
    }

    /// Swaps that somebody waits for.
    ///
    /// @param askedUntilNs SECOND: until then PRIM is asked to begin a swap; 0 if it is not
    /// @param isOwed PRIM: its SECOND is the preferred primary and came back; it gets the service
    ///   once both are at rest
    public record Wish(long askedUntilNs, boolean isOwed) {
        static final Wish NONE = new Wish(0, false);
    }

    /// The application.
    ///
    /// @param chores what is left to do
    /// @param level what may be running now
    /// @param goal what should be running
    /// @param isUp its start is done
    /// @param upSinceNs when its start was done; 0 while it is not up
    /// @param run counts the hooks
    /// @param isBegun the first chore has been begun and waits for its answer
    /// @param deadlineNs when it has taken too long
    /// @param trouble what failed of late
    /// @param downResources resources and rules with action wait that are down
    /// @param rulings what the module's failover rules look at
    /// @param only services that the restart under way is limited to; empty if it is not
    public record App(
            List<Chore> chores,
            Level level,
            Level goal,
            boolean isUp,
            long upSinceNs,
            long run,
            boolean isBegun,
            long deadlineNs,
            Trouble trouble,
            Set<String> downResources,
            Rulings rulings,
            List<String> only) {
        static final App NONE =
                new App(
                        List.of(),
                        Level.NONE,
                        Level.NONE,
                        false,
                        0,
                        0,
                        false,
                        0,
                        Trouble.NONE,
                        Set.of(),
                        Rulings.NONE,
                        List.of());

        public App {
            chores = List.copyOf(chores);
            only = List.copyOf(only);
            downResources = Set.copyOf(downResources);
        }

        /// Tells whether the application could not be kept running on this node within its limit.
        public boolean isFailed() {
            return trouble.isFailed();
        }
    }

    /// What the module's failover rules look at, and which of them hold.
    ///
    /// @param own values of this node's resources
    /// @param phase which checkers run; null if none
    /// @param held the rules whose condition holds, by id
    public record Rulings(Findings own, @Nullable Phase phase, Map<String, Held> held) {
        static final Rulings NONE = new Rulings(Findings.NONE, null, Map.of());

        public Rulings {
            held = Map.copyOf(held);
        }

        Rulings with(Findings values) {
            return new Rulings(values, phase, held);
        }

        Rulings with(Map<String, Held> rules) {
            return new Rulings(own, phase, rules);
        }
    }

    /// A failover rule whose condition holds.
    ///
    /// @param sinceNs since when, without a gap
    /// @param isDone what it says was done, or the restart limit kept it from that
    public record Held(long sinceNs, boolean isDone) {}

    /// Failures of the application on this node, and what follows from them.
    ///
    /// @param restarts those that count against the restart limit
    /// @param tries failures since the application last ran for a while; the pauses grow with it
    /// @param isFailed the limit is reached: the peer, if it can, is the better place
    /// @param retryNs serving: when it is tried again; else until when `isFailed` keeps the peer
    ///   from handing over to this node; 0 if neither
    /// @param isHanded the service was handed over by a swap and has not started here yet
    /// @param cause what failed; empty if nothing did
    public record Trouble(
            RestartCount restarts,
            int tries,
            boolean isFailed,
            long retryNs,
            boolean isHanded,
            String cause) {
        /// Nothing failed.
        public static final Trouble NONE =
                new Trouble(new RestartCount(List.of()), 0, false, 0, false, "");

        Trouble until(long momentNs) {
            return new Trouble(restarts, tries, isFailed, momentNs, isHanded, cause);
        }

        Trouble handed(boolean handed) {
            return new Trouble(restarts, tries, isFailed, retryNs, handed, cause);
        }

        Trouble failed(boolean failed) {
            return new Trouble(restarts, tries, failed, retryNs, isHanded, cause);
        }

        /// Forgets what made the pauses grow; restarts still count until their period is over.
        Trouble over() {
            return new Trouble(restarts, 0, false, 0, false, "");
        }
    }

    /// How much of an application runs.
    public enum Level {
        /// Nothing.
        NONE,
        /// What belongs to SECOND.
        SECOND,
        /// What belongs to PRIM and ALONE.
        PRIM
    }

    /// The resynchronisation under way.
    ///
    /// @param id names it; 0 if none
    /// @param isSource this node gives
    /// @param isAccepted target: the source has agreed and the copy is being overwritten
    /// @param isCaughtUp source: the joiner has everything
    /// @param incarnation of the peer that takes part
    /// @param retryNs target: the next wish is not uttered before this
    /// @param lastId the highest id that was used
    public record Join(
            long id,
            boolean isSource,
            boolean isAccepted,
            boolean isCaughtUp,
            long incarnation,
            long retryNs,
            long lastId) {
        static final Join NONE = new Join(0, false, false, false, 0, 0, 0);
    }

    /// The mount.
    ///
    /// @param isMounted the directories stand
    /// @param isVerified and have been checked after an unmounted period
    /// @param hasFault the data path stopped
    /// @param isRestorable the copy is being overwritten and can be set back to what it was
    public record Disk(
            boolean isMounted, boolean isVerified, boolean hasFault, boolean isRestorable) {
        static final Disk NONE = new Disk(false, false, false, false);

        Disk restorable(boolean can) {
            return new Disk(isMounted, isVerified, hasFault, can);
        }
    }

    /// Tells whether this node serves.
    public boolean isServing() {
        return state == State.PRIM || state == State.ALONE || state == State.UP;
    }

    /// Tells whether scripts of a transition, or the transition itself, are under way.
    public boolean isBusy() {
        return !duty.jobs().isEmpty() || !app.chores().isEmpty();
    }
}
