package dev.understudy.safe;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The operating system that a module is resolved for, by all the names that apply to it.
///
/// @param names most specific first, the family last: `[ubuntu, debian, linux]`, `[windows]`
public record Platform(List<String> names) {
    /// Linux without a known distribution.
    public static final Platform LINUX = new Platform(List.of("linux"));

    /// Debian and its kin.
    public static final Platform DEBIAN = new Platform(List.of("debian", "linux"));

    /// Red Hat Enterprise Linux and its kin.
    public static final Platform REDHAT = new Platform(List.of("redhat", "linux"));

    /// Windows Server.
    public static final Platform WINDOWS = new Platform(List.of("windows"));

    /// The names that a module may use.
    public static final List<String> KNOWN =
            List.of("linux", "windows", "debian", "ubuntu", "redhat", "suse");

    private static final Map<String, String> KIN =
            Map.of("rhel", "redhat", "centos", "redhat", "fedora", "redhat", "sles", "suse");

    public Platform {
        names = List.copyOf(names);
    }

    /// Gives the family: `linux` or `windows`.
    public String family() {
        return names.getLast();
    }

    /// Tells whether one of the given names applies; an empty list applies everywhere.
    public boolean isOneOf(List<String> wanted) {
        return wanted.isEmpty() || wanted.stream().anyMatch(names::contains);
    }

    /// Reads a Linux platform from the text of os-release(5).
    public static Platform ofOsRelease(String text) {
        List<String> found = new ArrayList<>();
        for (String key : List.of("ID=", "ID_LIKE=")) {
            text.lines()
                    .filter(line -> line.startsWith(key))
                    .flatMap(line -> line.substring(key.length()).replace("\"", "").lines())
                    .flatMap(value -> List.of(value.trim().split("\\s+", -1)).stream())
                    .map(id -> KIN.getOrDefault(id, id.startsWith("suse") ? "suse" : id))
                    .filter(id -> KNOWN.contains(id) && !found.contains(id))
                    .forEach(found::add);
        }
        found.add("linux");
        return new Platform(found);
    }
}
