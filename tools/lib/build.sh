# Builds parts of the reactor once: nothing happens when no source is newer than the last build. Sourced by bash scripts
# that have set ROOT and sourced jdk.sh.

# What a build reads. Test sources are not among it.
build_inputs_newer_than() { # STAMP
    [ ! -e "$1" ] || [ -n "$(find "$ROOT/pom.xml" "$ROOT"/*/pom.xml "$ROOT"/*/*/pom.xml "$ROOT"/tools/lib/jdk.sh \
        "$ROOT"/safe-format/src/main "$ROOT"/scripts-js/src/main "$ROOT"/module-library "$ROOT"/engine/*/src/main \
        "$ROOT"/tools/*/src/main "$ROOT"/tests/lab/src/main "$ROOT"/tests/bench/src/main "$ROOT"/tests/bench/training-module \
        -name target -prune -o -type f -newer "$1" -print -quit 2>/dev/null)" ]
}

# understudy_caches DIST: lets each program do its work once and keeps what it loaded, so that it starts in a fraction of
# the time. What cannot be made is left out: the launchers do without.
understudy_caches() {
    local dist=$1
    rm -f "$dist"/share/*.aot
    UNDERSTUDY_TRAIN=safe:$dist/share/safe.aot "$dist/bin/safe" lint "$dist/modules/postgresql.safe" || :
    understudy_train_pair "$dist" || understudy_train_alone "$dist"
}

# Two nodes with a replicated directory, a service and a checker: all that a daemon loads. Needs root, FUSE and namespaces;
# on a machine too busy to be done in time it is given up.
understudy_train_pair() { # DIST
    local words
    [ "$(id -u)" = 0 ] && [ -e /dev/fuse ] || return 1
    mapfile -t words < <(understudy_lab_command dev.understudy.tests.bench.Training)
    timeout 75 "${words[@]}" 8>&- </dev/null
}

# One daemon without a cluster, a script host without scripts.
understudy_train_alone() { # DIST
    local dist=$1 home
    home=$(mktemp -d)
    echo "no pair to train with: a lesser training" >&2
    UNDERSTUDY_TRAIN=safe-scriptd:$dist/share/safe-scriptd.aot "$dist/bin/safe-scriptd" --role hooks --stdio </dev/null >/dev/null || :
    UNDERSTUDY_TRAIN=safed:$dist/share/safed.aot "$dist/bin/safed" --home "$home" 8>&- &
    for _ in $(seq 300); do
        [ ! -S "$home/run/api.sock" ] || break
        kill -0 $! 2>/dev/null || break
        sleep 0.1
    done
    UNDERSTUDY_HOME=$home "$dist/bin/safe" state || :
    kill -TERM $! 2>/dev/null || :
    wait $! || :
    rm -rf "$home"
}

# understudy_lab_command CLASS ARGUMENT...: the words that run a main class of tests/lab or tests/bench, one a line
understudy_lab_command() {
    printf '%s\n' "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx256m -XX:TieredStopAtLevel=1 -XX:-UsePerfData \
        --enable-native-access=ALL-UNNAMED -Ddist="$ROOT/tools/distribution/target/understudy" -Dproject="$ROOT" \
        -cp "$(printf '%s:' "$ROOT"/tests/lab/target/lab-*.jar "$ROOT"/tests/bench/target/bench-*.jar "$ROOT"/tests/lab/target/run/*.jar)" "$@"
}

# understudy_build: the distribution and the lab, without tests. About two minutes the first time.
understudy_build() {
    local stamp=$ROOT/target/built log=$ROOT/target/build.log lock=$ROOT/target/build.lock started=$SECONDS
    mkdir -p "$ROOT/target"
    exec 8>"$lock"
    flock 8
    if build_inputs_newer_than "$stamp"; then
        [ -x "$(command -v mvn)" ] || { echo "${0##*/}: Maven is needed: apt-get install maven" >&2; return 3; }
        echo "building (log: target/build.log)" >&2
        touch "$stamp.new"
        if ! mvn -B -q -T2 -Pplain -f "$ROOT/pom.xml" package -Dmaven.test.skip=true -pl tools/distribution,tests/lab,tests/bench -am >"$log" 2>&1; then
            grep -E '^\[ERROR\]' "$log" | head -n 15 >&2
            echo "${0##*/}: the build failed; log: $log" >&2
            return 1
        fi
        understudy_caches "$ROOT/tools/distribution/target/understudy" >>"$log" 2>&1
        mv "$stamp.new" "$stamp"
        echo "built in $((SECONDS - started)) s" >&2
    fi
    exec 8>&-
}

# understudy_compile_checked GOAL OPTION...: runs Maven with static checks, on classes that all come from such builds
understudy_compile_checked() {
    local checked=$ROOT/target/checked
    mkdir -p "$ROOT/target"
    if [ ! -e "$checked" ]; then
        # Maven takes classes that were made without checks for up to date
        mvn -B -q -f "$ROOT/pom.xml" clean
        touch "$checked"
    fi
    mvn -B -T2 -f "$ROOT/pom.xml" "$@"
    touch "$ROOT/target/chaos-built"
}

# understudy_build_checked: compiles everything with static checks, tests too, and makes the distribution and the lab from
# it. `target/checked` is there while all classes come from such builds; -Pplain removes it. About three minutes from clean.
understudy_build_checked() {
    local stamp=$ROOT/target/built lock=$ROOT/target/build.lock
    mkdir -p "$ROOT/target"
    exec 8>"$lock"
    flock 8
    rm -f "$stamp"
    touch "$stamp.new"
    understudy_compile_checked verify -DskipTests 8>&-
    understudy_caches "$ROOT/tools/distribution/target/understudy"
    touch -r "$stamp.new" "$ROOT/target/chaos-built"
    mv "$stamp.new" "$stamp"
    exec 8>&-
}
