package dev.understudy.safe.lint;

import dev.understudy.safe.Manifest;
import dev.understudy.safe.SafeModule;
import java.util.Set;

/// Finds permissions for programs that run whatever they are given.
final class Interpreter implements ModuleRule {
    private static final Set<String> NAMES =
            Set.of(
                    "sh",
                    "bash",
                    "dash",
                    "zsh",
                    "ksh",
                    "env",
                    "python",
                    "perl",
                    "ruby",
                    "node",
                    "php",
                    "awk",
                    "sudo",
                    "su",
                    "cmd",
                    "powershell",
                    "pwsh",
                    "wscript",
                    "cscript");

    @Override
    public String id() {
        return "P001";
    }

    @Override
    public void check(SafeModule module, Sink sink) {
        for (Manifest.Program program : module.manifest().permissions().programs()) {
            String name =
                    program.path()
                            .substring(
                                    Math.max(
                                                    program.path().lastIndexOf('/'),
                                                    program.path().lastIndexOf('\\'))
                                            + 1)
                            .replaceAll("[0-9.]*(\\.exe)?$", "");
            if (NAMES.contains(name)) {
                sink.add(
                        module.manifestTree().keyPosition("permissions"),
                        "%s runs anything as %s"
                                .formatted(program.path(), program.user().orElse("root")),
                        "name the program itself that the script needs");
            }
        }
    }
}
