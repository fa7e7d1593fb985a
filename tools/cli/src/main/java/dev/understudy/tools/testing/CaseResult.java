package dev.understudy.tools.testing;

/// How one case ended.
///
/// @param group `always`, `crash`, or the file of the author's test
/// @param name what is claimed
/// @param problem empty = it holds
/// @param ms pretended time it took
public record CaseResult(String group, String name, String problem, long ms) {
    /// Tells whether it holds.
    public boolean isOk() {
        return problem.isEmpty();
    }
}
