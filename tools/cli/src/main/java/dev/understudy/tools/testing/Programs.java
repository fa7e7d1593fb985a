package dev.understudy.tools.testing;

import java.util.List;
import java.util.Set;

/// Programs whose effect a machine that is not there knows.
final class Programs {
    private static final Set<String> REMOVE = Set.of("/bin/rm", "/usr/bin/rm");

    private Programs() {}

    /// Does to the files what a well-known program would do.
    static void effect(Machine machine, List<String> argv) {
        if (REMOVE.contains(argv.getFirst())) {
            argv.stream().skip(1).filter(a -> !a.startsWith("-")).forEach(machine.files::remove);
        }
    }
}
