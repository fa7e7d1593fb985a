# Finds JDK 25 and exports JAVA_HOME. Sourced by the scripts of tools/ and by the launchers of the distribution; plain sh.

understudy_java_version() { # HOME: its version, or nothing
    sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$1/release" 2>/dev/null
}

understudy_find_jdk() { # [PREFERRED_HOME...]
    understudy_seen=
    on_path=$(command -v java 2>/dev/null) && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
    for home in "${JAVA_HOME:-}" "$@" /usr/lib/jvm/*25* /opt/*jdk*25* /opt/java/* "${HOME:-/root}"/.sdkman/candidates/java/25* "$on_path"; do
        [ -n "$home" ] && [ -x "$home/bin/java" ] || continue
        version=$(understudy_java_version "$home")
        case $version in
            25 | 25.* | 25+* | 25-*)
                JAVA_HOME=$home
                export JAVA_HOME
                return 0
                ;;
        esac
        understudy_seen="$understudy_seen ${version:-unknown} ($home)"
    done
    echo "${0##*/}: JDK 25 is needed; found:${understudy_seen:- no JDK at all}. Install one (Debian: the temurin-25-jdk package of Adoptium) or set JAVA_HOME." >&2
    return 3
}
