# Runs main classes of the tests with JDK 25, from the reactor's build. Sourced by bash scripts that have set ROOT.
# shellcheck source=jdk.sh
. "$ROOT/tools/lib/jdk.sh"
# shellcheck source=build.sh
. "$ROOT/tools/lib/build.sh"

# understudy_needs COMMAND=DEBIAN-PACKAGE...: installs what is missing when that can be done; a COMMAND with a slash is a file
understudy_needs() {
    local pair missing=()
    for pair; do
        case ${pair%%=*} in
            /*) [ -e "${pair%%=*}" ] ;;
            *) command -v "${pair%%=*}" >/dev/null ;;
        esac || missing+=("${pair#*=}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort -u)
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "${0##*/}: missing: apt-get install ${missing[*]}" >&2
        return 3
    fi
    echo "installing ${missing[*]}" >&2
    mkdir -p "$ROOT/target"
    if ! { DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" ||
        { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; }; } \
        >"$ROOT/target/apt.log" 2>&1; then
        tail -n 3 "$ROOT/target/apt.log" >&2
        echo "${0##*/}: apt-get install ${missing[*]} failed; log: $ROOT/target/apt.log" >&2
        return 3
    fi
}

# What the lab itself runs; the product needs none of it.
understudy_needs_lab() {
    [ "$(id -u)" = 0 ] || { echo "${0##*/}: run it as root: it makes namespaces, mounts and loop devices" >&2; return 3; }
    understudy_needs ip=iproute2 tc=iproute2 nft=nftables ping=iputils-ping mkfs.ext4=e2fsprogs losetup=mount \
        nsenter=util-linux sysctl=procps flock=util-linux mvn=maven
}

# understudy_run_lab CLASS ARGUMENT...: becomes that program
understudy_run_lab() {
    local words terminal=false
    understudy_find_jdk
    understudy_build
    [ ! -t 1 ] || terminal=true
    mapfile -t words < <(understudy_lab_command "$@")
    exec "${words[0]}" "-Dterminal=$terminal" "${words[@]:1}"
}
