#!/usr/bin/env bash
# replication.sh OUT.jsonl ROUNDS JOBS TLS(0|1) -- COMMAND... : sets up peers and the product, runs the jobs on all of them,
# tears everything down. COMMAND starts BenchCluster; its arguments are added here.
set -euo pipefail
HERE=$(dirname -- "$(readlink -f -- "$0")")
# shellcheck source=lib.sh
. "$HERE/lib.sh"
OUT=$1 ROUNDS=$2 JOBS=$3 TLS=$4
shift 5
CLUSTERS=()
SHARED=()

down() {
    local pid dir
    exec {HOLD}>&- || :
    for pid in "${CLUSTERS[@]}"; do wait "$pid" || :; done
    "$HERE/peers/gluster.sh" down || :
    "$HERE/netns.sh" down || :
    for dir in "${SHARED[@]}"; do umount -R "$dir" 2>/dev/null || umount -l "$dir" || :; done
    rm -rf --one-file-system -- "$BENCH_WORK/native" "$BENCH_WORK/understudy" "$BENCH_WORK/understudy-tls" "$BENCH_WORK/hold"
}

# cluster LABEL tls|plain COMMAND... : two nodes that hold LABEL's directory until the fifo is closed
cluster() {
    local name=$1 mode=$2 dir=$BENCH_WORK/$1 i
    shift 2
    mkdir -p "$dir/data"
    mount --bind "$dir" "$dir"
    mount --make-shared "$dir"
    SHARED+=("$dir")
    "$@" "$dir" "$mode" <"$BENCH_WORK/hold" >"$BENCH_WORK/$name.out" 2>&1 {HOLD}>&- &
    CLUSTERS+=($!)
    for ((i = 0; i < 1800; i++)); do
        ! grep -qx ready "$BENCH_WORK/$name.out" || return 0
        kill -0 "${CLUSTERS[-1]}" 2>/dev/null || break
        sleep 0.1
    done
    cat "$BENCH_WORK/$name.out" >&2
    die "$name did not come up"
}

main() {
    # Nobody else may hold the fifo open: its end is the clusters' sign to go. The redirections {HOLD}>&- see to that.
    local mounts=() product
    mkdir -p "$BENCH_WORK/native" "$(dirname -- "$OUT")"
    rm -f "$BENCH_WORK/hold" "$OUT"
    mkfifo "$BENCH_WORK/hold"
    exec {HOLD}<>"$BENCH_WORK/hold"
    trap down EXIT
    trap 'exit 130' INT TERM
    "$HERE/netns.sh" up
    if command -v glusterd >/dev/null; then
        "$HERE/peers/gluster.sh" up >/dev/null {HOLD}>&-
        mapfile -t mounts < <("$HERE/peers/gluster.sh" mounts)
    else
        note "GlusterFS is not installed: no rows gdef and gsync"
    fi
    cluster understudy plain "$@"
    product=("understudy=$BENCH_WORK/understudy/data")
    if [[ $TLS == 1 ]]; then
        cluster understudy-tls tls "$@"
        product+=("understudy-tls=$BENCH_WORK/understudy-tls/data")
    fi
    "$HERE/run.sh" -r "$ROUNDS" -j "$JOBS" -o "$OUT" "native=$BENCH_WORK/native" "${mounts[@]}" "${product[@]}"
}

main "$@"
