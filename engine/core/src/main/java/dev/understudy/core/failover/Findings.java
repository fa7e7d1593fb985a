package dev.understudy.core.failover;

import dev.understudy.core.member.Check;
import dev.understudy.core.rules.Value;
import java.util.List;

/// The values of the resources that a module's rules name, as a beat carries them: two bits each.
///
/// @param bits resource `i` of [FailoverRules#watched] has bits `2i` and `2i + 1`: 0 unknown, 1 up,
///   2 down
public record Findings(long bits) {
    /// Nothing is known of any resource.
    public static final Findings NONE = new Findings(0);

    private static final List<Value> VALUES = List.of(Value.UNKNOWN, Value.UP, Value.DOWN);

    public Findings {
        Check.argument((bits & (bits >>> 1) & 0x5555_5555_5555_5555L) == 0, "bits %x", bits);
    }

    /// The value of resource `index`.
    public Value get(int index) {
        return VALUES.get((int) (bits >>> (2 * index)) & 3);
    }

    /// The same with another value.
    public Findings with(int index, Value value) {
        long cleared = bits & ~(3L << (2 * index));
        return new Findings(cleared | (long) VALUES.indexOf(value) << (2 * index));
    }
}
