package dev.understudy.tools;

import dev.understudy.tools.author.DebugCommand;
import dev.understudy.tools.author.DiffCommand;
import dev.understudy.tools.author.DocsCommand;
import dev.understudy.tools.author.FmtCommand;
import dev.understudy.tools.author.ImportCommand;
import dev.understudy.tools.author.LintCommand;
import dev.understudy.tools.author.LsCommand;
import dev.understudy.tools.author.NewCommand;
import dev.understudy.tools.author.PackCommand;
import dev.understudy.tools.author.ReplayCommand;
import dev.understudy.tools.author.RuleCommand;
import dev.understudy.tools.author.SignCommand;
import dev.understudy.tools.author.SimulateCommand;
import dev.understudy.tools.author.TestCommand;
import dev.understudy.tools.author.TypesCommand;
import dev.understudy.tools.author.VerifyCommand;
import java.util.List;
import java.util.stream.Stream;

/// The one list of what `safe` can do.
final class Commands {
    /// For people who write modules.
    static final List<Class<?>> AUTHOR =
            List.of(
                    NewCommand.class,
                    ImportCommand.class,
                    TypesCommand.class,
                    LintCommand.class,
                    RuleCommand.class,
                    FmtCommand.class,
                    TestCommand.class,
                    SimulateCommand.class,
                    DebugCommand.class,
                    ReplayCommand.class,
                    DiffCommand.class,
                    DocsCommand.class,
                    PackCommand.class,
                    LsCommand.class,
                    SignCommand.class,
                    VerifyCommand.class,
                    CompletionCommand.class,
                    ManCommand.class);

    private Commands() {}

    /// Gives all commands in the order of the help.
    static List<Class<?>> all() {
        return Stream.concat(
                        dev.understudy.tools.control.Commands.CONTROL.stream(), AUTHOR.stream())
                .toList();
    }
}
