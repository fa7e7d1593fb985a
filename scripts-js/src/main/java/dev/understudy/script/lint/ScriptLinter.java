package dev.understudy.script.lint;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.lint.Linter;
import dev.understudy.safe.lint.RuleBook;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Runs the rules on all scripts of a module; runs no script.
public final class ScriptLinter {
    private static final List<ScriptRule> RULES =
            List.of(
                    new NoDefaultExport(),
                    new MissingImport(),
                    new UnknownExport(),
                    new ForgottenAwait(),
                    new UnusedImport(),
                    new UnknownName(),
                    new SwallowedError(),
                    new EndlessLoop(),
                    new RelativeExec(),
                    new ArgumentsInOneText(),
                    new StartsNothing(),
                    new StopsNothing(),
                    new NoCounterpart(),
                    new UnknownFunction(),
                    new UnknownParameter(),
                    new ShownSecret(),
                    new WrongArguments(),
                    new PromiseAsResult(),
                    new BadDuration(),
                    new UnknownService(),
                    new ForeignResource(),
                    new UnknownOption(),
                    new WorkAtImport(),
                    new DefaultIsNoFunction(),
                    new AlwaysUp(),
                    new LostAnswer(),
                    new SlowPoll(),
                    new BadPattern(),
                    new ForceIgnored(),
                    new ProgramNotPermitted(),
                    new FileNotPermitted(),
                    new HostNotPermitted(),
                    new KeyNotPermitted(),
                    new TaskNotPermitted(),
                    new WindowsAlone(),
                    new TestWithoutTest(),
                    new SameTestTwice(),
                    new TestOfNothing());

    private ScriptLinter() {}

    /// Gives the findings on all scripts.
    ///
    /// @param module empty when module.yaml or userconfig.yaml can't be read
    public static List<Finding> lint(Archive archive, Optional<SafeModule> module) {
        List<Finding> findings = new ArrayList<>();
        archive.files()
                .forEach((path, file) -> {
                    if (path.endsWith(".js")) {
                        findings.addAll(one(archive, module, path, file.text()));
                    }
                });
        findings.sort(Linter.IN_FILE_ORDER);
        return findings;
    }

    private static List<Finding> one(
            Archive archive, Optional<SafeModule> module, String path, String text) {
        List<Finding> findings = new ArrayList<>();
        try {
            Script.parse(path, text, findings::add)
                    .ifPresent(s -> rules(archive, module, s, findings));
            return findings;
        } catch (StackOverflowError deep) {
            // the parser goes through a chain of thousands of calls or sums in a loop, rules do not
            return List.of(Script.tooDeep(path));
        }
    }

    private static void rules(
            Archive archive, Optional<SafeModule> module, Script script, List<Finding> findings) {
        ScriptView view = new ScriptView(archive, module, script, Facts.of(script));
        for (ScriptRule rule : RULES) {
            rule.check(
                    view,
                    (at, text, remedy, edit) ->
                            findings.add(
                                    new Finding(
                                            rule.id(),
                                            RuleBook.severity(rule.id()),
                                            at,
                                            text,
                                            remedy,
                                            edit)));
        }
    }
}
