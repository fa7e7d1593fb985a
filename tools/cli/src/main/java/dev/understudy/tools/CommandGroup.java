package dev.understudy.tools;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// A command that only its subcommands do something for.
public abstract class CommandGroup implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public final void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Say which command.");
    }
}
