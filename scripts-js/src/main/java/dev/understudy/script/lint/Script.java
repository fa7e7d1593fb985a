package dev.understudy.script.lint;

import com.oracle.js.parser.ErrorManager;
import com.oracle.js.parser.Parser;
import com.oracle.js.parser.ParserException;
import com.oracle.js.parser.ScriptEnvironment;
import com.oracle.js.parser.ir.FunctionNode;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Position;
import dev.understudy.safe.lint.RuleBook;
import java.util.Optional;
import java.util.function.Consumer;

/// A script as the engine's parser reads it.
///
/// @param path inside the module
/// @param tree the module's code as one function
record Script(String path, String text, FunctionNode tree) {
    private static final ScriptEnvironment LANGUAGE = language();

    private static ScriptEnvironment language() {
        ScriptEnvironment.Builder builder = ScriptEnvironment.builder();
        builder.ecmaScriptVersion(ScriptEnvironment.ES_2024).strict(true).topLevelAwait(true);
        builder.classFields(true).privateFieldsIn(true).allowBigInt(true).annexB(true);
        return builder.emptyStatements(true).build();
    }

    /// Parses an ES module.
    ///
    /// @param findings receives why it is none
    static Optional<Script> parse(String path, String text, Consumer<Finding> findings) {
        try {
            Parser parser =
                    new Parser(
                            LANGUAGE,
                            com.oracle.js.parser.Source.sourceFor(path, text),
                            new ErrorManager.ThrowErrorManager());
            return Optional.of(new Script(path, text, parser.parseModule(path)));
        } catch (ParserException e) {
            String what = String.valueOf(e.getRawMessage()).lines().findFirst().orElse("");
            // the parser counts columns from 0
            Position at =
                    new Position(path, Math.max(1, e.getLineNumber()), e.getColumnNumber() + 1);
            findings.accept(Finding.error(RuleBook.SCRIPT_SYNTAX, at, sentence(what), ""));
            return Optional.empty();
        } catch (StackOverflowError e) {
            findings.accept(tooDeep(path));
            return Optional.empty();
        }
    }

    static Finding tooDeep(String path) {
        return Finding.error(
                RuleBook.SCRIPT_SYNTAX,
                Position.file(path),
                "nested too deeply",
                "no script needs that");
    }

    // `path:line:column Expected ; but found x`, in some messages.
    private static String sentence(String message) {
        String text = message.replaceFirst("^\\S+:[0-9]+:[0-9]+ ", "");
        return text.isEmpty() ? "this is not JavaScript" : text;
    }

    /// Gives a place by its offset.
    Position at(int offset) {
        int end = Math.clamp(offset, 0, text.length());
        int line = 1;
        for (int i = text.indexOf('\n'); i >= 0 && i < end; i = text.indexOf('\n', i + 1)) {
            line++;
        }
        return new Position(path, line, end - text.lastIndexOf('\n', end - 1));
    }

    /// Gives the place where a piece of the tree begins.
    Position at(com.oracle.js.parser.ir.Node node) {
        return at(node.getStart());
    }

    /// Gives the source of a piece of the tree.
    String source(com.oracle.js.parser.ir.Node node) {
        return text.substring(node.getStart(), Math.min(text.length(), node.getFinish()));
    }
}
