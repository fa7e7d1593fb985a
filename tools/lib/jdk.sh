# Finds JDK 25 and exports JAVA_HOME. Sourced by the scripts of tools/ and by the launchers of the distribution; plain sh.

understudy_java_version() { # HOME: its version, or nothing
    [ -r "$1/release" ] || return 0
    while IFS= read -r line; do
        case $line in
            JAVA_VERSION=*)
                line=${line#*\"}
                printf '%s\n' "${line%%\"*}"
                return 0
                ;;
        esac
    done <"$1/release"
}

understudy_is_jdk() { # HOME: exports JAVA_HOME if it is JDK 25
    [ -n "$1" ] && [ -x "$1/bin/java" ] || return 1
    version=$(understudy_java_version "$1")
    case $version in
        25 | 25.* | 25+* | 25-*)
            JAVA_HOME=$1
            export JAVA_HOME
            return 0
            ;;
    esac
    understudy_seen="$understudy_seen ${version:-unknown} ($1)"
    return 1
}

understudy_find_jdk() { # [PREFERRED_HOME...]
    understudy_seen=
    for home in "${JAVA_HOME:-}" "$@" /usr/lib/jvm/*25* /opt/*jdk*25* /opt/java/* "${HOME:-/root}"/.sdkman/candidates/java/25*; do
        ! understudy_is_jdk "$home" || return 0
    done
    if on_path=$(command -v java 2>/dev/null); then
        on_path=$(readlink -f "$on_path")
        ! understudy_is_jdk "${on_path%/*/*}" || return 0
    fi
    echo "${0##*/}: JDK 25 is needed; found:${understudy_seen:- no JDK at all}. Install one (Debian: the temurin-25-jdk package of Adoptium) or set JAVA_HOME." >&2
    return 3
}
