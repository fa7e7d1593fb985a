package dev.understudy.script.lint;

import com.oracle.js.parser.ir.CallNode;
import com.oracle.js.parser.ir.FunctionNode;
import com.oracle.js.parser.ir.LiteralNode;
import java.util.List;
import java.util.Optional;

/// A call of a function of the module `safe`.
///
/// @param function full name, such as `services.start`
/// @param node the call
/// @param use what becomes of its promise
/// @param around the function around it; empty = it runs when the script is imported
record ApiCall(String function, CallNode node, Use use, Optional<FunctionNode> around) {
    /// What becomes of a promise.
    enum Use {
        /// `await f()`, `return f()`.
        AWAITED,
        /// Kept, handed on, or with handlers: somebody else may await it.
        KEPT,
        /// The value of a statement: nobody can await it.
        DROPPED,
        /// Compared, tested or looked into as if it were the result.
        TAKEN_FOR_RESULT
    }

    /// Gives the literal text of an argument; empty = none there, or not known before it runs.
    Optional<String> text(int index) {
        return index < node.getArgs().size()
                ? Literals.text(node.getArgs().get(index))
                : Optional.empty();
    }

    /// Gives the texts of an argument that is a list; empty for parts that are not literal.
    List<Optional<String>> texts(int index) {
        return index < node.getArgs().size()
                        && node.getArgs().get(index) instanceof LiteralNode<?> list
                        && list.isArray()
                ? list.getElementExpressions().stream().map(Literals::text).toList()
                : List.of();
    }
}
