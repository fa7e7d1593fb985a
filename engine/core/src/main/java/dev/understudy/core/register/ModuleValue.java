package dev.understudy.core.register;

import dev.understudy.core.member.Check;
import dev.understudy.core.member.Epoch;
import dev.understudy.core.member.Generation;
import dev.understudy.core.member.NodeId;
import dev.understudy.core.member.Register;
import dev.understudy.core.member.RegisterChange;
import dev.understudy.core.member.RegisterOutcome;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A module's [Register] as a [Value], and a change of it as a [Change].
///
/// The text is `members primary generation`, members by comma, `-` for none.
public final class ModuleValue {
    private ModuleValue() {}

    /// Writes a register.
    public static Value of(Register register, String request) {
        NodeId primary = register.primary();
        String members =
                register.inSync().stream().map(NodeId::name).collect(Collectors.joining(","));
        String text =
                (members.isEmpty() ? "-" : members)
                        + " "
                        + (primary == null ? "-" : primary.name())
                        + " "
                        + Long.toHexString(register.generation().value());
        // Of two copies of one epoch the one with a single member counts: only that member wrote.
        int weight = register.inSync().size() == 1 ? 1 : 0;
        return new Value(request, register.epoch().value(), weight, text);
    }

    /// Reads a register; null is the register in which nothing was ever decided.
    ///
    /// @throws IllegalArgumentException if it is something else
    public static Register register(@Nullable Value value) {
        if (value == null) {
            return Register.EMPTY;
        }
        String[] words = value.text().split(" ", -1);
        Check.argument(words.length == 3, "'%s' is no register", value.text());
        Set<NodeId> members = new TreeSet<>();
        if (!words[0].equals("-")) {
            for (String name : words[0].split(",", -1)) {
                members.add(new NodeId(name));
            }
        }
        return new Register(
                new Epoch(value.version()),
                members,
                words[1].equals("-") ? null : new NodeId(words[1]),
                new Generation(Long.parseUnsignedLong(words[2], 16)));
    }

    /// The change that a node asks for.
    public static Change change(RegisterChange wanted, String request) {
        return new Change(request, wanted.from().value(), of(wanted.to(), request));
    }

    /// What the failover machine is told.
    public static RegisterOutcome outcome(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Changed(Value now) -> new RegisterOutcome.Committed(register(now));
            case Outcome.Kept(Value current) -> new RegisterOutcome.Refused(register(current));
            case Outcome.Unknown() -> new RegisterOutcome.Unknown();
            case Outcome.NoMajority(), Outcome.OwnCopies _ -> new RegisterOutcome.NotAsked();
        };
    }
}
