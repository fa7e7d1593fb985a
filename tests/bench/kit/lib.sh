#!/usr/bin/env bash
# Shared settings and helpers. Every setting can be overridden from the environment.
# shellcheck disable=SC2034
BENCH_WORK=${BENCH_WORK:-/var/tmp/understudy-bench}      # state, bricks, mounts, native data
BENCH_LOCK=${BENCH_LOCK:-/var/tmp/understudy-bench.lock}      # held for the length of each measured run
NS_A=${BENCH_NS_A:-bench-nodeA}                # network namespace of the primary
NS_B=${BENCH_NS_B:-bench-nodeB}                # network namespace of the secondary
IP_A=${BENCH_IP_A:-10.77.0.1}
IP_B=${BENCH_IP_B:-10.77.0.2}
VETH_A=${BENCH_VETH_A:-bench-va}
VETH_B=${BENCH_VETH_B:-bench-vb}
PG_BIN=${BENCH_PG_BIN:-/usr/lib/postgresql/15/bin}
PG_USER=${BENCH_PG_USER:-postgres}
PG_SCALE=${BENCH_PG_SCALE:-10}
PG_CLIENTS=${BENCH_PG_CLIENTS:-4}
PG_SECONDS=${BENCH_PG_SECONDS:-30}

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
note() { printf '[%(%H:%M:%S)T] %s\n' -1 "$*" >&2; }
need() { local c; for c in "$@"; do command -v "$c" >/dev/null || die "missing command: $c"; done; }

# in_ns NAME CMD... : other network namespace, same mount namespace (mounts stay visible)
in_ns() { local ns=$1; shift; nsenter --net="/run/netns/$ns" -- "$@"; }

# The benchmark lock is taken in slices: lock_slice takes it, and after BENCH_SLICE seconds
# gives it back and queues for it again, so that other users of the machine get a turn.
# No measured command is ever run without it.
BENCH_SLICE=${BENCH_SLICE:-100}
LOCK_FD=
LOCK_SINCE=
lock_slice() {
    if [[ -n $LOCK_SINCE ]]; then
        ((SECONDS - LOCK_SINCE >= BENCH_SLICE)) || return 0
        lock_release
        sleep 0.2
    fi
    [[ -n $LOCK_FD ]] || exec {LOCK_FD}>"$BENCH_LOCK"
    flock "$LOCK_FD"
    LOCK_SINCE=$SECONDS
}
lock_release() {
    [[ -n $LOCK_SINCE ]] || return 0
    flock -u "$LOCK_FD"
    LOCK_SINCE=
}

# stop_pid PID : TERM, then KILL after 10 s; only ever a pid that the caller recorded
stop_pid() {
    local pid=$1 i
    kill "$pid" 2>/dev/null || return 0
    for ((i = 0; i < 100; i++)); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
}

# child_of PID : first child of a process
child_of() { ps --no-headers -o pid --ppid "$1" | awk 'NR==1 {print $1}'; }

unmount() {
    local dir=$1 i
    mountpoint -q "$dir" || return 0
    for ((i = 0; i < 20; i++)); do
        umount "$dir" 2>/dev/null && return 0
        sleep 0.5
    done
    umount -l "$dir"
}

# emit FILE ROUND LABEL JOB UNIT VALUE [P50_US P99_US]
emit() {
    jq -cn --argjson round "$2" --arg name "$3" --arg job "$4" --arg unit "$5" \
        --argjson value "$6" --argjson p50_us "${7:-null}" --argjson p99_us "${8:-null}" \
        '{round:$round,"label":$name,job:$job,unit:$unit,value:$value,p50_us:$p50_us,p99_us:$p99_us}' \
        >> "$1"
}

# settle : write back what earlier runs left dirty on the disk that carries everything
settle() { sync -f "$BENCH_WORK"; }

elapsed() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.3f", b - a}'; }

# build NAME : compile src/NAME.c into the work directory, print its path
build() {
    local here bin
    here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
    bin=$BENCH_WORK/bin/$1
    mkdir -p "$BENCH_WORK/bin"
    if [[ ! -x $bin || $here/src/$1.c -nt $bin ]]; then
        "${CC:-cc}" -O2 -Wall -o "$bin" "$here/src/$1.c"
    fi
    printf '%s\n' "$bin"
}
