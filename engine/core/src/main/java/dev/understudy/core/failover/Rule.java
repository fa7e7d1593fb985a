package dev.understudy.core.failover;

/// Every reason for a transition: the journal, the log, the console and FAILOVER.md show these
/// words.
///
/// Numbers never change their meaning: 1xx start, 2xx loss of the peer, 3xx return of a node, 4xx
/// stop, 5xx commands, 6xx application and resources, 7xx data, 8xx meeting again.
public enum Rule {
    BOOT(99, "the daemon started: what the disk says of this node"),
    START(100, "started: stop scripts first, then mount, then the register decides"),
    LAST_MEMBER_SERVES(101, "the register counts this node alone: serve"),
    NAMED_MEMBER_SERVES(102, "nobody serves, the register names this node: serve"),
    GIVES_WAY(103, "the register names this node, which cannot serve: name the peer"),
    LONE_MEMBER_SERVES(104, "isolation 'available': the peer is silent, serve without it"),
    FIRST_PRIM(105, "the operator chose this side's data: serve"),
    FORCED_PRIM(106, "forced by the operator: serve with the data that are here"),
    LIGHT_STARTS(107, "started on its own: stop scripts first, then serve"),
    LIGHT_SERVES(108, "nothing that the module needs is down: serve"),
    WAITS(110, "waits; the reason is shown"),

    PEER_LEFT(201, "SECOND left or restarted: take it out of the register, go on alone"),
    PEER_FENCED(202, "the peer's guard reports that it is fenced"),
    PEER_SILENT_WINDOW_OVER(
            203, "SECOND silent, its window is over, a ping witness answers: go on alone"),
    PEER_SILENT_MAY_NOT_TAKE_OVER(
            204, "SECOND silent and unable to take over from silence: go on alone"),
    PEER_SILENT_AVAILABLE(205, "isolation 'available': peer silent, go on alone"),
    FREEZE(206, "heartbeats missing: no lease, writes wait"),
    FREEZE_FOR_GOOD(
            207, "no lease, and the peer may have found the address silent: only contact thaws"),
    THAW(208, "SECOND is back at the same epoch: go on"),
    PEER_SILENT_MAJORITY(209, "SECOND silent: go on alone if a majority of the votes agrees"),
    LOSS_CANCELLED(210, "SECOND is back before the register changed: go on together"),
    EXPEL_SECOND(211, "SECOND does not keep up or its disk fails: ask it to leave"),
    LEAVES_WHEN_ASKED(212, "PRIM asks this SECOND to leave"),

    SECOND_TAKES_OVER(
            221, "peer silent, a ping witness answers, its address does not for long: take over"),
    TAKES_OVER_FROM_STOPPED(
            222, "the peer stopped or restarted and does not serve: take over at once"),
    TAKES_OVER_FROM_FENCED(223, "the peer is fenced: take over at once"),
    TAKES_OVER_AVAILABLE(224, "isolation 'available': peer silent, take over"),
    TAKES_OVER_BY_MAJORITY(225, "peer silent: take over if a majority of the votes agrees"),
    TAKE_OVER_CANCELLED(226, "PRIM is back before the register changed: stand by again"),
    TAKE_OVER_TOO_LATE(227, "not done within the window: the peer may have gone on alone"),
    WINDOW_OVER(228, "no evidence within the window: the peer may have gone on alone"),
    WINDOW_CLEARED(229, "the peer is back at the same epoch: it did not go on alone"),
    OVERRULED(230, "the peer went on without this node: stop serving, become outdated"),
    REMOVED(231, "PRIM went on without this SECOND: become outdated"),
    FAILOVER_IS_OFF(232, "failover is off: do not take over"),
    FENCES(233, "peer silent: the fencing command is to switch it off"),
    TAKES_OVER_FROM_SWITCHED_OFF(
            234, "the fencing command has switched the peer off: take over at once"),
    FENCING_FAILED(235, "the fencing command has not switched the peer off: evidence decides"),
    PAUSED(240, "this process did not run for a while: nothing suspected before counts"),

    JOIN_BEGINS(301, "the peer serves: be resynchronised"),
    JOIN_SERVED(302, "the peer asks to be resynchronised"),
    JOIN_FAILED(303, "the resynchronisation failed: begin anew"),
    JOIN_READY(304, "the copy is complete and durable"),
    PAIR_FORMED(305, "the peer holds everything: count it in sync"),
    STANDS_BY(306, "the register counts this node: stand by"),
    JOIN_DROPPED(307, "the joiner is gone before it counted"),
    REGISTER_ADOPTED(308, "the peer knows a newer register"),
    MARKED_OUTDATED(309, "the register does not count this node"),

    STOP(401, "stopped by the operator"),
    STOPPED(402, "stop is done"),
    STOP_SCRIPT_FORCED(403, "stop script failed or was too slow: force"),
    STOP_KILLS(404, "forced stop failed or was too slow: kill the processes"),
    STOP_GOES_ON(405, "a step of the stop did not end in time: go on"),
    FORCE_STOP(406, "stopped by force: what runs is killed"),

    SWAP(501, "swap: stop the application, make both copies equal, exchange the roles"),
    SWAP_DONE(502, "the register names the peer: stand by"),
    SWAP_PROMOTES(503, "the peer handed the service over: serve"),
    SWAP_FAILED(504, "swap not possible now: serve again"),
    SWAP_BACK(505, "the application does not start here: hand the service back once"),
    RESTART(506, "application restarted by the operator"),
    DETACHED(507, "this side must not be resynchronised"),
    ATTACHED(508, "this side may be resynchronised"),
    RECONFIGURED(509, "configuration switched"),
    SWAP_ASKED(510, "swap asked on SECOND: PRIM is to begin it"),
    SWAP_PREFERRED(511, "the preferred primary is back and in sync: it gets the service"),
    FAILOVER_SWITCHED_ON(512, "automatic failover to this node switched on"),
    FAILOVER_SWITCHED_OFF(513, "automatic failover to this node switched off"),
    SWAP_BACK_OPENS(514, "the time begins in which the preferred primary gets the service back"),
    SWAP_BACK_CLOSES(515, "the preferred primary does not get the service back at this time"),

    APPLICATION_STEP(600, "application"),
    START_FAILED(601, "the start script failed"),
    RESOURCE_RESTARTS(602, "a resource failed: restart the application"),
    RESTART_LIMIT(603, "restart limit reached: the peer gets the application if it can"),
    RESOURCE_STOPS(604, "a resource failed: stop here"),
    RESOURCE_WAITS(605, "a resource failed: wait until it is up again"),
    RESOURCE_UP(606, "the resource is up again"),
    RESOURCE_SWAPS(607, "a resource failed: exchange the roles"),
    RESOURCE_SHOWN(608, "a resource failed: no action configured"),
    VIP_FAILED(609, "the virtual address could not be raised"),
    RETRIES_LATER(610, "the application failed: it is tried again after a pause"),
    RETRIES(611, "the pause is over: start the application again"),
    APPLICATION_LASTS(612, "the application has run for a while: earlier failures are forgotten"),
    RULE_HOLDS(613, "a failover rule of the module holds"),
    RULE_SWAPS(614, "a failover rule of the module holds: exchange the roles"),
    RULE_RESTS(615, "a failover rule holds, but the restart limit is reached: nothing is done"),

    GENERATION_MINTED(701, "first write without the peer: a new generation begins"),
    DISK_FAILED(702, "the disk here failed: stop serving from it"),
    DATA_SUSPECT(703, "the copy here is not what it was"),
    DATA_PATH_FAULT(704, "the data path stopped with a fault"),
    VERIFIED(705, "directories checked after an unmounted period"),
    SECOND_DISK_FAILED(706, "SECOND's disk failed: it must leave"),
    KEEPS_OWN(707, "the copy here will be overwritten: what it has of its own goes to quarantine"),
    OWN_KEPT(708, "what the copy here had of its own is in quarantine"),
    KEEP_REFUSED(709, "quarantine cannot take what the copy here has: it is not overwritten"),
    RESTORABLE(710, "what the resynchronisation overwrites is kept: the copy here can be set back"),
    NOT_RESTORABLE(711, "the copy here can no longer be set back to what it was"),
    SETS_BACK(712, "the copy here is half overwritten: set it back to what it was"),
    IS_SET_BACK(713, "the copy here is what it was before the resynchronisation"),
    SET_BACK_FAILED(714, "the copy here could not be set back"),
    DISK_FULL(715, "the disk here has no room for what the peer writes: resynchronise when it has"),

    BOTH_ALONE_KEEPS(801, "both went on alone: this side's data are kept"),
    BOTH_ALONE_YIELDS(802, "both went on alone: this side wrote nothing and yields"),
    BOTH_WROTE(803, "both went on alone and wrote: this side lost, its data are kept aside"),
    EPOCH_RAISED(804, "the peer's register is not below this one: raise the epoch"),
    REGISTER_REPEATED(805, "outcome of the register change unknown: repeat it"),
    REGISTER_REFUSED(806, "the register had changed: decide anew"),
    NO_MAJORITY(807, "too few votes can be asked: ask again");

    private final int number;
    private final String reason;

    Rule(int number, String reason) {
        this.number = number;
        this.reason = reason;
    }

    /// The row's number.
    public int number() {
        return number;
    }

    /// What an operator reads.
    public String reason() {
        return reason;
    }
}
