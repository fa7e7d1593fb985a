package dev.understudy.tools;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Prints what makes a shell complete the words of `safe`.
@Command(
        name = "completion",
        description = "Prints a script that lets bash or zsh complete the words of safe.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Once for all users:",
            "  safe completion > /etc/bash_completion.d/safe",
            "In this shell only:",
            "  source <(safe completion)"
        })
public final class CompletionCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        String script = AutoComplete.bash("safe", spec.root().commandLine());
        // the date in its head would make equal programs print unequal scripts
        spec.commandLine()
                .getOut()
                .print(script.replaceAll("(?m)^# (Date|Version|Generated).*\\R", ""));
        return Exit.DONE;
    }
}
