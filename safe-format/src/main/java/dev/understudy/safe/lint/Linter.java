package dev.understudy.safe.lint;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Platform;
import dev.understudy.safe.Position;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.Resolved;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.read.Resolver;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Runs all rules on a module, as it would be on each of its platforms.
public final class Linter {
    private static final List<ModuleRule> MODULE_RULES =
            List.of(
                    new UnknownFile(),
                    new MissingReadme(),
                    new NestedArchive(),
                    new UnusedParameter(),
                    new BadDefault(),
                    new UndescribedParameter(),
                    new UnknownHook(),
                    new Interpreter(),
                    new LargeFile(),
                    new SecretWithDefault(),
                    new ChoiceOfOne(),
                    new PlatformTwice(),
                    new OpenSecret(),
                    new ForeignDefault(),
                    new WidePath(),
                    new AnyHost(),
                    new WideKey(),
                    new PermissionWithoutScript(),
                    new NoTests());

    private static final List<ConfigRule> CONFIG_RULES =
            List.of(
                    new VipAddress(),
                    new DuplicateId(),
                    new NestedDirectory(),
                    new SystemDirectory(),
                    new RelativeProgram(),
                    new MissingChecker(),
                    new ServiceWithoutStop(),
                    new HeartbeatTiming(),
                    new WaitAction(),
                    new CheckerTiming(),
                    new UnknownReference(),
                    new NoWitness(),
                    new UselessFencing(),
                    new NoSuccessCode(),
                    new ReadyTooLong(),
                    new ForeignKind(),
                    new RuleExpression(),
                    new ExcludePattern(),
                    new EmptyModule(),
                    new PlatformService(),
                    new PlatformPath(),
                    new UnknownResource(),
                    new WaitRule(),
                    new StartsAtBoot(),
                    new ExcludesAll(),
                    new AtMostBelowAtLeast(),
                    new NamedPrimary(),
                    new SameAddressTwice(),
                    new ActionsForbidden(),
                    new LongPause(),
                    new WaitsForItself(),
                    new ShellAsService(),
                    new NothingWatches(),
                    new SiteAddress(),
                    new NoRemote(),
                    new NothingOnPlatform(),
                    new ProcessSuffix(),
                    new ForeignProgram(),
                    new ObjectiveOutOfReach(),
                    new SlowChecker(),
                    new SlowResync(),
                    new ManyTests());

    /// By path, line, column, id.
    public static final Comparator<Finding> IN_FILE_ORDER =
            Comparator.comparing((Finding f) -> f.position().path())
                    .thenComparingInt(f -> f.position().line())
                    .thenComparingInt(f -> f.position().column())
                    .thenComparing(Finding::id);

    private Linter() {}

    /// Gives all findings: those of reading, then those of the rules, in file order.
    public static List<Finding> lint(ReadResult read) {
        Set<Finding> findings = new LinkedHashSet<>(read.findings());
        read.module().ifPresent(module -> findings.addAll(lint(module)));
        List<Finding> sorted = new ArrayList<>(findings);
        sorted.removeIf(f -> f.id().endsWith("003") && hasYaml(findings, f.position()));
        sorted.sort(IN_FILE_ORDER);
        return sorted;
    }

    // What YAML misread does not fit the schema either: one finding says it.
    private static boolean hasYaml(Set<Finding> findings, Position at) {
        return findings.stream().anyMatch(f -> f.id().equals("Y007") && f.position().equals(at));
    }

    /// Gives the findings of the rules on a resolved configuration: what an administrator's values
    /// can still do wrong.
    public static List<Finding> lint(SafeModule module, Resolved resolved, Platform platform) {
        Set<Finding> findings = new LinkedHashSet<>(resolved.findings());
        config(module, resolved, platform, findings);
        return List.copyOf(findings);
    }

    private static Set<Finding> lint(SafeModule module) {
        Set<Finding> findings = new LinkedHashSet<>();
        for (ModuleRule rule : MODULE_RULES) {
            rule.check(module, sink(rule.id(), findings));
        }
        for (Platform platform : platforms(module)) {
            Resolved resolved = Resolver.example(module, platform).resolved();
            findings.addAll(resolved.findings());
            config(module, resolved, platform, findings);
        }
        return findings;
    }

    private static void config(
            SafeModule module, Resolved resolved, Platform platform, Set<Finding> findings) {
        if (resolved.config().isEmpty()) {
            return;
        }
        ConfigView view =
                new ConfigView(module, platform, resolved.config().get(), resolved.tree());
        for (ConfigRule rule : CONFIG_RULES) {
            rule.check(view, sink(rule.id(), findings));
        }
    }

    /// Gives the platforms that a module must be right on.
    static List<Platform> platforms(SafeModule module) {
        List<Platform> all = List.of(Platform.DEBIAN, Platform.REDHAT, Platform.WINDOWS);
        List<Platform> own = new ArrayList<>();
        for (Platform platform : all) {
            if (platform.isOneOf(module.manifest().platforms())) {
                own.add(platform);
            }
        }
        return own.isEmpty() ? List.of(Platform.LINUX) : own;
    }

    private static Sink sink(String id, Set<Finding> findings) {
        // the severity is looked up late: the book is not read for a module without findings
        return (position, text, remedy, edit) ->
                findings.add(new Finding(id, RuleBook.severity(id), position, text, remedy, edit));
    }
}
