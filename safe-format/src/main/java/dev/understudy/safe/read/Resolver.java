package dev.understudy.safe.read;

import dev.understudy.safe.Finding;
import dev.understudy.safe.Manifest;
import dev.understudy.safe.Node;
import dev.understudy.safe.Parameter;
import dev.understudy.safe.Platform;
import dev.understudy.safe.Position;
import dev.understudy.safe.Resolved;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.UserConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Puts an administrator's values into a module's configuration.
public final class Resolver {
    /// File name that positions of given values carry.
    public static final String VALUES = "values";

    static final Comparator<Finding> IN_FILE_ORDER =
            Comparator.comparing((Finding f) -> f.position().path())
                    .thenComparingInt(f -> f.position().line())
                    .thenComparingInt(f -> f.position().column());

    private Resolver() {}

    /// Resolves a module for a platform.
    ///
    /// @param given values by parameter name, as text; an empty text = the default, or for an
    ///   optional parameter no value
    /// @return the configuration, or the findings that say why there is none
    public static Resolved resolve(
            SafeModule module, Map<String, String> given, Platform platform) {
        return resolve(module, given, platform, false);
    }

    /// Resolves a module that was resolved with the same values before and fitted the schemas, as
    /// [Schemas#digest] names them: it is not compared with them again.
    public static Resolved resolveFitting(
            SafeModule module, Map<String, String> given, Platform platform) {
        return resolve(module, given, platform, true);
    }

    private static Resolved resolve(
            SafeModule module, Map<String, String> given, Platform platform, boolean isFitting) {
        List<Finding> findings = new ArrayList<>();
        if (!platform.isOneOf(module.manifest().platforms())) {
            String text =
                    "module %s is for %s, this is %s"
                            .formatted(
                                    module.manifest().name(),
                                    String.join(", ", module.manifest().platforms()),
                                    platform.names().getFirst());
            findings.add(
                    Finding.error(
                            "M005",
                            module.manifestTree().keyPosition("platforms"),
                            text,
                            "install it on such a node"));
        }
        Map<String, Object> values = values(module.manifest(), given, platform, findings);
        return resolve(module, values, platform, findings, isFitting).resolved();
    }

    /// Gives values for a module that nobody has installed: defaults, and examples where there are
    /// none; optional parameters stay empty.
    public static Map<String, String> exampleTexts(SafeModule module, Platform platform) {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Parameter p : module.manifest().parameters().values()) {
            Optional<String> text = p.defaultOn(platform).filter(t -> !t.isEmpty());
            if (text.isPresent() || !p.optional()) {
                texts.put(p.name(), text.orElse(ParameterValues.example(p, platform)));
            }
        }
        return texts;
    }

    /// Names the parameters that the configuration refers to on a platform.
    public static Set<String> used(SafeModule module, Platform platform) {
        Substitution substitution =
                new Substitution(
                        module.manifest().parameters(),
                        examples(module, platform),
                        platform,
                        new ArrayList<>());
        substitution.apply(module.configTree());
        if (module.manifestTree().get("permissions") instanceof Node.Mapping p) {
            substitution.apply(p);
        }
        return substitution.used();
    }

    /// Resolves with examples where a parameter has no default, as lint does.
    public static Outcome example(SafeModule module, Platform platform) {
        return resolve(module, examples(module, platform), platform, new ArrayList<>(), false);
    }

    private static Map<String, Object> examples(SafeModule module, Platform platform) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Parameter p : module.manifest().parameters().values()) {
            Optional<String> text = p.defaultOn(platform).filter(t -> !t.isEmpty());
            if (text.isEmpty() && p.optional()) {
                continue;
            }
            ParameterValues.parse(p, text.orElse(ParameterValues.example(p, platform)), platform)
                    .ifPresent(value -> values.put(p.name(), value));
        }
        return values;
    }

    /// A resolved configuration and the parameters it uses.
    public record Outcome(Resolved resolved, Set<String> used) {}

    private static Outcome resolve(
            SafeModule module,
            Map<String, Object> values,
            Platform platform,
            List<Finding> findings,
            boolean isFitting) {
        Map<String, Parameter> declared = module.manifest().parameters();
        Substitution substitution = new Substitution(declared, values, platform, findings);
        Node.Mapping tree = substitution.apply(module.configTree());
        Manifest.Permissions permissions = Manifest.Permissions.NONE;
        if (module.manifestTree().get("permissions") instanceof Node.Mapping p) {
            permissions = ManifestMapper.permissions(substitution.apply(p));
        }
        Optional<UserConfig> config = Optional.empty();
        List<Finding> differences = isFitting ? List.of() : SchemaCheck.userConfig(tree);
        findings.addAll(differences);
        if (!Finding.anyError(differences)) {
            config = Optional.of(ConfigMapper.map(tree, module.manifest().kind(), findings));
        }
        findings.sort(IN_FILE_ORDER);
        boolean bad = Finding.anyError(findings);
        Resolved resolved =
                new Resolved(bad ? Optional.empty() : config, values, permissions, tree, findings);
        return new Outcome(resolved, substitution.used());
    }

    private static Map<String, Object> values(
            Manifest manifest,
            Map<String, String> given,
            Platform platform,
            List<Finding> findings) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Parameter p : manifest.parameters().values()) {
            // An empty text leaves an optional parameter empty, even if it has a default.
            boolean isGiven = !given.getOrDefault(p.name(), "").isEmpty();
            boolean isLeftEmpty = given.containsKey(p.name()) && p.optional();
            String text =
                    isGiven || isLeftEmpty
                            ? given.getOrDefault(p.name(), "")
                            : p.defaultOn(platform).orElse("");
            if (text.isEmpty()) {
                if (!p.optional()) {
                    String what =
                            "parameter '%s' has no value%s"
                                    .formatted(
                                            p.name(),
                                            p.description().isEmpty()
                                                    ? ""
                                                    : " (" + p.description() + ")");
                    findings.add(
                            Finding.error(
                                    "M007",
                                    p.position(),
                                    what,
                                    "give it: --set " + p.name() + "=…"));
                }
                continue;
            }
            Optional<Object> value = ParameterValues.parse(p, text, platform);
            if (value.isPresent()) {
                values.put(p.name(), value.get());
            } else {
                String shown =
                        p.type() == Parameter.Type.SECRET
                                ? "its value"
                                : "'" + Names.printable(text) + "'";
                String what =
                        "parameter '%s' must be %s, not %s"
                                .formatted(p.name(), ParameterValues.expected(p, platform), shown);
                Position at = isGiven ? Position.file(VALUES) : p.position();
                findings.add(Finding.error("M008", at, what, ""));
            }
        }
        for (String name : given.keySet()) {
            if (!manifest.parameters().containsKey(name)) {
                String near = Nearest.of(name, manifest.parameters().keySet());
                String remedy =
                        near.isEmpty()
                                ? "it has: " + String.join(", ", manifest.parameters().keySet())
                                : "did you mean '" + near + "'?";
                findings.add(
                        Finding.error(
                                "M009",
                                Position.file(VALUES),
                                "the module has no parameter '%s'".formatted(Names.printable(name)),
                                remedy));
            }
        }
        return values;
    }
}
