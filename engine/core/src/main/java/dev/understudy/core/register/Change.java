package dev.understudy.core.register;

import dev.understudy.core.member.Check;
import org.jspecify.annotations.Nullable;

/// The change function of an attempt: compare-and-set on the version, or a read.
///
/// @param request unique for each change; an issuer that repeats one after an unknown outcome keeps
///   it
/// @param from the version that must be there; 0 = none was ever written
/// @param to what to write; null = only read
public record Change(String request, long from, @Nullable Value to) {
    public Change {
        Check.argument(to == null || to.request().equals(request), "%s asks for %s", request, to);
    }

    /// Reads, through a majority, by writing what is there once more.
    public static Change read(String request) {
        return new Change(request, 0, null);
    }

    /// Gives what the register shall hold, seeing what it holds.
    @Nullable Value apply(@Nullable Value current) {
        Value wanted = to;
        boolean landed = current != null && current.request().equals(request);
        boolean fits = from == (current == null ? 0 : current.version());
        return wanted != null && !landed && fits ? wanted : current;
    }
}
