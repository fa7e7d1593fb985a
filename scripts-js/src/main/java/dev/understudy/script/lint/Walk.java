package dev.understudy.script.lint;

import com.oracle.js.parser.TokenType;
import com.oracle.js.parser.ir.AccessNode;
import com.oracle.js.parser.ir.BinaryNode;
import com.oracle.js.parser.ir.Block;
import com.oracle.js.parser.ir.BreakNode;
import com.oracle.js.parser.ir.CallNode;
import com.oracle.js.parser.ir.CatchNode;
import com.oracle.js.parser.ir.ClassElement;
import com.oracle.js.parser.ir.Expression;
import com.oracle.js.parser.ir.ExpressionStatement;
import com.oracle.js.parser.ir.FunctionNode;
import com.oracle.js.parser.ir.IdentNode;
import com.oracle.js.parser.ir.IfNode;
import com.oracle.js.parser.ir.IndexNode;
import com.oracle.js.parser.ir.JoinPredecessorExpression;
import com.oracle.js.parser.ir.LabelNode;
import com.oracle.js.parser.ir.LexicalContext;
import com.oracle.js.parser.ir.LiteralNode;
import com.oracle.js.parser.ir.LoopNode;
import com.oracle.js.parser.ir.PropertyNode;
import com.oracle.js.parser.ir.ReturnNode;
import com.oracle.js.parser.ir.TernaryNode;
import com.oracle.js.parser.ir.ThrowNode;
import com.oracle.js.parser.ir.UnaryNode;
import com.oracle.js.parser.ir.VarNode;
import com.oracle.js.parser.ir.visitor.NodeVisitor;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Set;

/// Walks over a script once and keeps, for each thing, what is around it.
@SuppressWarnings("ReferenceEquality") // two nodes of a tree are the same one, or not
final class Walk extends NodeVisitor<LexicalContext> {
    private static final Set<TokenType> COMPARISONS =
            Set.of(
                    TokenType.EQ,
                    TokenType.EQ_STRICT,
                    TokenType.NE,
                    TokenType.NE_STRICT,
                    TokenType.LT,
                    TokenType.LE,
                    TokenType.GT,
                    TokenType.GE,
                    TokenType.ADD,
                    TokenType.SUB,
                    TokenType.AND,
                    TokenType.OR);

    private final Facts facts;
    private final ArrayDeque<com.oracle.js.parser.ir.Node> around = new ArrayDeque<>();

    Walk(Facts facts) {
        super(new LexicalContext());
        this.facts = facts;
    }

    @Override
    protected boolean enterDefault(com.oracle.js.parser.ir.Node node) {
        switch (node) {
            case CallNode call -> call(call);
            case IdentNode name -> name(name);
            case AccessNode access -> access(access);
            case IndexNode index ->
                    Literals.text(index.getIndex())
                            .ifPresent(text -> parameter(index.getBase(), text, index));
            case FunctionNode function ->
                    function.getParameters().forEach(n -> facts.declared.add(n.getName()));
            case Block block ->
                    block.getScope()
                            .getSymbols()
                            .forEach(s -> {
                                if (!s.isImportBinding()) {
                                    facts.declared.add(s.getName());
                                }
                            });
            case VarNode variable -> variable(variable);
            case CatchNode handler when isEmpty(handler) -> facts.emptyCatches.add(handler);
            case LoopNode loop when isEndless(loop) -> facts.endlessLoops.add(loop);
            default -> {}
        }
        around.push(node);
        return true;
    }

    @Override
    protected com.oracle.js.parser.ir.Node leaveDefault(com.oracle.js.parser.ir.Node node) {
        around.pop();
        return node;
    }

    private void call(CallNode call) {
        Optional<String> api = facts.apiName(call.getFunction());
        if (api.isEmpty() || call.isNew()) {
            facts.plainCalls.add(call);
            return;
        }
        Optional<FunctionNode> function =
                around.stream()
                        .filter(n -> n instanceof FunctionNode f && !f.isModule())
                        .map(n -> (FunctionNode) n)
                        .findFirst();
        facts.calls.add(new ApiCall(api.get(), call, use(call), function));
    }

    private ApiCall.Use use(CallNode call) {
        com.oracle.js.parser.ir.Node inner = call;
        for (com.oracle.js.parser.ir.Node outer : around) {
            switch (outer) {
                case JoinPredecessorExpression _ -> {}
                case UnaryNode unary when unary.tokenType() == TokenType.AWAIT -> {
                    return ApiCall.Use.AWAITED;
                }
                case UnaryNode unary when unary.tokenType() == TokenType.NOT -> {
                    return ApiCall.Use.TAKEN_FOR_RESULT;
                }
                case ReturnNode _ -> {
                    return ApiCall.Use.AWAITED;
                }
                case ExpressionStatement _ -> {
                    return ApiCall.Use.DROPPED;
                }
                case IfNode _ -> {
                    return ApiCall.Use.TAKEN_FOR_RESULT;
                }
                case LoopNode _ -> {
                    return ApiCall.Use.TAKEN_FOR_RESULT;
                }
                case TernaryNode ternary -> {
                    if (ternary.getTest() == inner) {
                        return ApiCall.Use.TAKEN_FOR_RESULT;
                    }
                }
                case BinaryNode binary -> {
                    return COMPARISONS.contains(binary.tokenType())
                            ? ApiCall.Use.TAKEN_FOR_RESULT
                            : ApiCall.Use.KEPT;
                }
                case AccessNode access -> {
                    boolean handled =
                            Set.of("then", "catch", "finally").contains(access.getProperty());
                    return handled ? ApiCall.Use.KEPT : ApiCall.Use.TAKEN_FOR_RESULT;
                }
                case IndexNode _ -> {
                    return ApiCall.Use.TAKEN_FOR_RESULT;
                }
                default -> {
                    return ApiCall.Use.KEPT;
                }
            }
            inner = outer;
        }
        return ApiCall.Use.KEPT;
    }

    private void name(IdentNode name) {
        com.oracle.js.parser.ir.Node outer = around.peek();
        boolean isKey =
                (outer instanceof PropertyNode p && p.getKey() == name && !p.isComputed())
                        || outer instanceof ClassElement
                        || outer instanceof LabelNode;
        boolean isDeclared =
                (outer instanceof VarNode v && v.getName() == name)
                        || outer instanceof FunctionNode
                        || outer instanceof CatchNode;
        if (isDeclared) {
            facts.declared.add(name.getName());
        } else if (!isKey && !name.isInternal()) {
            boolean isTypeof =
                    outer instanceof UnaryNode unary && unary.tokenType() == TokenType.TYPEOF;
            facts.uses.add(new Facts.Use(name.getName(), name.getStart(), isTypeof));
        }
    }

    private void access(AccessNode access) {
        parameter(access.getBase(), access.getProperty(), access);
        facts.apiName(access.getBase())
                .ifPresent(group -> {
                    int length = access.getProperty().length();
                    facts.members.add(
                            new Facts.Member(
                                    group,
                                    access.getProperty(),
                                    access.getFinish() - length,
                                    length));
                });
    }

    private void parameter(Expression base, String name, com.oracle.js.parser.ir.Node node) {
        if (!facts.apiName(base).orElse("").equals("params")) {
            return;
        }
        CallNode call = null;
        for (com.oracle.js.parser.ir.Node outer : around) {
            if (outer instanceof CallNode c) {
                call = c;
                break;
            }
            if (outer instanceof PropertyNode || outer instanceof FunctionNode) {
                break; // input: params.x and env: {…} are where secrets belong
            }
        }
        facts.params.add(new Facts.ParamUse(name, node.getStart(), call));
    }

    private void variable(VarNode variable) {
        facts.declared.add(variable.getName().getName());
    }

    private static boolean isEmpty(CatchNode handler) {
        return !handler.isSyntheticRethrow()
                && handler.getBody().getStatements().stream()
                        .allMatch(s -> s instanceof VarNode || s instanceof CatchNode);
    }

    // `while (true)`, `for (;;)` without anything that ends or yields.
    private static boolean isEndless(LoopNode loop) {
        if (loop instanceof com.oracle.js.parser.ir.ForNode f && f.isForInOrOf()) {
            return false;
        }
        JoinPredecessorExpression test = loop.getTest();
        Expression value = test == null ? null : test.getExpression();
        boolean always = value == null || isTrue(value);
        boolean[] ends = {false};
        loop.getBody()
                .accept(
                        new NodeVisitor<>(new LexicalContext()) {
                            @Override
                            protected boolean enterDefault(com.oracle.js.parser.ir.Node node) {
                                ends[0] |= isEnd(node);
                                return !(node instanceof FunctionNode);
                            }
                        });
        return always && !ends[0];
    }

    private static boolean isTrue(Expression value) {
        return value instanceof LiteralNode<?> literal && Boolean.TRUE.equals(literal.getValue());
    }

    private static boolean isEnd(com.oracle.js.parser.ir.Node node) {
        return switch (node) {
            case BreakNode _, ReturnNode _, ThrowNode _ -> true;
            case UnaryNode unary ->
                    unary.tokenType() == TokenType.AWAIT || unary.tokenType() == TokenType.YIELD;
            default -> false;
        };
    }
}
