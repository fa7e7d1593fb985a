package dev.understudy.safe;

import java.util.List;
import java.util.Optional;

/// What came of reading a module.
///
/// @param module there unless an error made it unreadable
/// @param findings all that was seen, in the order of the files
public record ReadResult(Optional<SafeModule> module, List<Finding> findings) {
    public ReadResult {
        findings = List.copyOf(findings);
    }

    /// Tells whether the module may be used.
    public boolean isGood() {
        return module.isPresent() && !Finding.anyError(findings);
    }
}
