package dev.understudy.script.lint;

import com.oracle.js.parser.ir.AccessNode;
import com.oracle.js.parser.ir.CallNode;
import com.oracle.js.parser.ir.CatchNode;
import com.oracle.js.parser.ir.ExportNode;
import com.oracle.js.parser.ir.Expression;
import com.oracle.js.parser.ir.IdentNode;
import com.oracle.js.parser.ir.ImportClauseNode;
import com.oracle.js.parser.ir.ImportNode;
import com.oracle.js.parser.ir.ImportSpecifierNode;
import com.oracle.js.parser.ir.LoopNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one walk over a script finds out, for all rules.
final class Facts {
    /// An import from `'safe'`.
    ///
    /// @param name as exported; `*` for all of it
    /// @param offset of the exported name in the source
    record Import(String local, String name, int offset) {}

    /// An import from anywhere.
    record From(String module, int offset, int length) {}

    /// A name that is read.
    record Use(String name, int offset, boolean isTypeof) {}

    /// `params.x`, with the call of the API that it is an argument of.
    record ParamUse(String name, int offset, @Nullable CallNode argumentOf) {}

    /// `services.x` without a call, or with one.
    record Member(String group, String name, int offset, int length) {}

    final List<Import> imports = new ArrayList<>();

    /// Imports from anywhere, those of `'safe'` too.
    final List<Import> locals = new ArrayList<>();

    final List<From> froms = new ArrayList<>();
    final List<ApiCall> calls = new ArrayList<>();
    final List<Use> uses = new ArrayList<>();
    final List<ParamUse> params = new ArrayList<>();
    final List<Member> members = new ArrayList<>();
    final List<CatchNode> emptyCatches = new ArrayList<>();
    final List<LoopNode> endlessLoops = new ArrayList<>();
    final List<CallNode> plainCalls = new ArrayList<>();
    final Set<String> declared = new HashSet<>();

    /// What `export default` gives; null = nothing.
    @Nullable Expression defaultExport;

    boolean hasDefault;

    private Facts() {}

    /// Walks over a script.
    static Facts of(Script script) {
        Facts facts = new Facts();
        facts.imports(script);
        facts.exports(script);
        Walk walk = new Walk(facts);
        script.tree().accept(walk);
        facts.imports.removeIf(i -> facts.declared.contains(i.local()));
        return facts;
    }

    private void imports(Script script) {
        for (ImportNode node : script.tree().getModule().getImports()) {
            var specifier = node.getModuleSpecifier();
            String module = specifier.getString();
            froms.add(
                    new From(
                            module,
                            specifier.getStart(),
                            specifier.getFinish() - specifier.getStart()));
            ImportClauseNode clause = node.getImportClause();
            if (clause != null) {
                clause(clause, module.equals("safe"));
            }
        }
        for (ExportNode node : script.tree().getModule().getExports()) {
            var specifier = node.getModuleSpecifier();
            if (specifier != null) {
                froms.add(
                        new From(
                                specifier.getString(),
                                specifier.getStart(),
                                specifier.getFinish() - specifier.getStart()));
            }
        }
    }

    private void clause(ImportClauseNode clause, boolean isSafe) {
        if (clause.getDefaultBinding() != null) {
            IdentNode name = clause.getDefaultBinding();
            add(new Import(name.getName(), "default", name.getStart()), isSafe);
        }
        if (clause.getNameSpaceImport() != null) {
            IdentNode name = clause.getNameSpaceImport().getBindingIdentifier();
            add(new Import(name.getName(), "*", name.getStart()), isSafe);
        }
        if (clause.getNamedImports() != null) {
            for (ImportSpecifierNode s : clause.getNamedImports().getImportSpecifiers()) {
                String local = s.getBindingIdentifier().getName();
                String name =
                        s.getIdentifier() == null ? local : s.getIdentifier().getPropertyName();
                add(new Import(local, name, s.getStart()), isSafe);
            }
        }
    }

    private void add(Import i, boolean isSafe) {
        locals.add(i);
        if (isSafe) {
            imports.add(i);
        }
    }

    private void exports(Script script) {
        for (ExportNode node : script.tree().getModule().getExports()) {
            if (node.isDefault()) {
                hasDefault = true;
                defaultExport =
                        node.getExpression() != null
                                ? node.getExpression()
                                : node.getVar() == null ? null : node.getVar().getInit();
            } else if (node.getNamedExports() != null) {
                hasDefault |=
                        node.getNamedExports().getExportSpecifiers().stream()
                                .anyMatch(s ->
                                        s.getExportIdentifier() != null
                                                && s.getExportIdentifier()
                                                        .getPropertyName()
                                                        .equals("default"));
            }
        }
    }

    /// Gives what a local name stands for in the module `safe`.
    Optional<String> imported(String local) {
        return imports.stream().filter(i -> i.local().equals(local)).map(Import::name).findFirst();
    }

    /// Gives the full name in the module `safe` that an expression stands for: `services.start`.
    Optional<String> apiName(Expression e) {
        return switch (e) {
            case IdentNode name -> imported(name.getName()).filter(n -> !n.equals("*"));
            case AccessNode access
                    when access.getBase() instanceof IdentNode base
                            && imported(base.getName()).orElse("").equals("*") ->
                    Optional.of(access.getProperty());
            case AccessNode access ->
                    apiName(access.getBase()).map(base -> base + "." + access.getProperty());
            default -> Optional.empty();
        };
    }
}
