package dev.understudy.tests.simulator.search;

import dev.understudy.core.failover.Event;
import dev.understudy.core.failover.Node;
import dev.understudy.core.failover.Saved;
import dev.understudy.core.failover.Settings;
import dev.understudy.core.member.Register;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One machine: power, kernel, disk and at most one daemon.
final class Side {
    /// What the data path is told to do.
    enum Mode {
        NONE,
        /// The gate is closed, or the tail is being applied: nothing is written or received.
        CLOSED,
        ALONE,
        PAIR,
        FOLLOW,
        TARGET
    }

    final int index;
    final Settings settings;
    @Nullable Node node;
    Saved saved = Saved.FRESH;
    Register register = Register.EMPTY;
    long incarnation;
    int boot = 1;
    boolean isPowered;
    boolean isPaused;
    boolean hasVip;
    long vipUntil;
    long witnessNs;
    long lastSentNs;

    boolean isProbing;
    long probeId;
    boolean sawVip;

    /// The next answer of the disk comes a step later.
    boolean isSlow;

    /// 0; 1: the daemon dies before its next durable write, 2: after it.
    int crash;

    /// 0; 1: the outcome of the next register change is unknown and it has happened, 2: it has not.
    int unknown;

    /// What the disk has not answered yet.
    List<Late> late = List.of();

    /// Events that a process that does not run has not taken yet.
    List<Event> inbox = new ArrayList<>();

    Mode mode = Mode.NONE;
    long epoch;
    boolean mints;

    /// Bits of the writes: in the files, durable in them, received and not applied.
    int holds;

    int durable;
    int queue;
    long sourceJoin;
    long targetJoin;

    /// Target: the copy is complete and everything since is received.
    boolean isMirrored;

    /// An answer under way.
    ///
    /// @param change null if it is none of the register
    record Late(Kind kind, dev.understudy.core.member.@Nullable RegisterChange change) {}

    enum Kind {
        SEALED,
        TAIL,
        BARRIER,
        REGISTER
    }

    Side(int index, Settings settings) {
        this.index = index;
        this.settings = settings;
    }

    Side(Side other) {
        index = other.index;
        settings = other.settings;
        node = other.node;
        saved = other.saved;
        register = other.register;
        incarnation = other.incarnation;
        boot = other.boot;
        isPowered = other.isPowered;
        isPaused = other.isPaused;
        hasVip = other.hasVip;
        vipUntil = other.vipUntil;
        witnessNs = other.witnessNs;
        lastSentNs = other.lastSentNs;
        isProbing = other.isProbing;
        probeId = other.probeId;
        sawVip = other.sawVip;
        isSlow = other.isSlow;
        crash = other.crash;
        unknown = other.unknown;
        late = other.late;
        inbox = new ArrayList<>(other.inbox);
        mode = other.mode;
        epoch = other.epoch;
        mints = other.mints;
        holds = other.holds;
        durable = other.durable;
        queue = other.queue;
        sourceJoin = other.sourceJoin;
        targetJoin = other.targetJoin;
        isMirrored = other.isMirrored;
    }

    boolean isRunning() {
        return node != null && !isPaused;
    }

    Node required() {
        return java.util.Objects.requireNonNull(node);
    }

    /// The daemon is gone, and what its memory held; the kernel and its page cache live on.
    void die() {
        node = null;
        isPaused = false;
        inbox.clear();
        late = List.of();
        isProbing = false;
        isSlow = false;
        crash = 0;
        unknown = 0;
        mode = Mode.NONE;
        queue = 0;
        sourceJoin = 0;
        targetJoin = 0;
        isMirrored = false;
    }

    void later(Kind kind, dev.understudy.core.member.@Nullable RegisterChange change) {
        List<Late> more = new ArrayList<>(late);
        more.add(new Late(kind, change));
        late = List.copyOf(more);
    }
}
