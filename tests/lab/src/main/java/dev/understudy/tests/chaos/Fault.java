package dev.understudy.tests.chaos;

/// What can happen to a cluster of two nodes.
enum Fault {
    /// PRIM loses power and comes back.
    POWER_OFF_PRIM("power of PRIM cut"),
    /// SECOND loses power and comes back.
    POWER_OFF_SECOND("power of SECOND cut"),
    /// Both lose power within a moment; SECOND of before is started first.
    POWER_OFF_BOTH("power of both cut"),
    /// PRIM's engine dies; its guard fences and starts it anew.
    KILL_PRIM("kill -9 of safed on PRIM"),
    /// SECOND's engine dies.
    KILL_SECOND("kill -9 of safed on SECOND"),
    /// Engine and guard of PRIM die; the kernel alone is left to fence.
    KILL_GUARD_PRIM("kill -9 of guard and safed on PRIM"),
    /// The application dies where it runs.
    KILL_APPLICATION("kill -9 of the application"),
    /// The joining node dies once more while it is brought up to date.
    KILL_JOINER("power of SECOND cut, safed killed while it comes back"),
    /// The nodes do not hear each other for longer than any window.
    SILENCE("the nodes do not hear each other for 8 s"),
    /// PRIM reaches nobody for longer than any window.
    ISOLATE_PRIM("PRIM reaches nobody for 8 s"),
    /// SECOND reaches nobody.
    ISOLATE_SECOND("SECOND reaches nobody for 8 s"),
    /// SECOND is not heard, and hears.
    ONE_WAY("SECOND hears and is not heard for 8 s"),
    /// One of two networks is cut.
    ONE_NETWORK("one network cut for 4 s"),
    /// Packets get lost.
    LOSS("one packet in five lost for 8 s"),
    /// The link comes and goes twice a second.
    FLAPPING("the link between the nodes flaps at 2 Hz for 10 s"),
    /// The engine of PRIM does not run for a while, as on a machine that is suspended.
    PAUSE_PRIM("safed on PRIM stopped for 5 s"),
    /// The engine of SECOND does not run for a while.
    PAUSE_SECOND("safed on SECOND stopped for 5 s"),
    /// Both processors are busy with other things.
    STARVE("both processors busy for 8 s"),
    /// SECOND's disk has no room.
    FULL_SECOND("disk of SECOND full for 4 s"),
    /// PRIM's disk refuses everything from one moment on.
    BROKEN_PRIM("disk of PRIM broken"),
    /// An operator exchanges the roles.
    SWAP("safe swap"),
    /// An operator stops and starts the node that serves.
    STOP_START("safe stop and start on PRIM");

    private final String words;

    Fault(String words) {
        this.words = words;
    }

    /// Says it to a person.
    String words() {
        return words;
    }
}
