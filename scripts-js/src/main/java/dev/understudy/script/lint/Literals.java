package dev.understudy.script.lint;

import com.oracle.js.parser.ir.Expression;
import com.oracle.js.parser.ir.LiteralNode;
import com.oracle.js.parser.ir.ObjectNode;
import com.oracle.js.parser.ir.PropertyNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads values that stand in the source.
final class Literals {
    private Literals() {}

    /// Gives the text of a string literal, or of a template without expressions.
    static Optional<String> text(@Nullable Expression e) {
        return e instanceof LiteralNode<?> literal && literal.isString()
                ? Optional.of(literal.getString())
                : Optional.empty();
    }

    /// Gives the value of a key of an object literal.
    static Optional<Expression> property(@Nullable Expression object, String key) {
        if (!(object instanceof ObjectNode node)) {
            return Optional.empty();
        }
        for (PropertyNode p : node.getElements()) {
            if (!p.isComputed() && p.getValue() != null && key.equals(p.getKeyName())) {
                return Optional.of(p.getValue());
            }
        }
        return Optional.empty();
    }

    /// Names the keys of an object literal; empty = it is none, or has parts that are not known.
    static List<PropertyNode> properties(@Nullable Expression object) {
        return object instanceof ObjectNode node
                        && node.getElements().stream()
                                .noneMatch(p -> p.isComputed() || p.isRest() || p.getKey() == null)
                ? node.getElements()
                : List.of();
    }
}
