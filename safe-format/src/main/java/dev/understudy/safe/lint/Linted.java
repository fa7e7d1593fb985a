package dev.understudy.safe.lint;

import dev.understudy.safe.Finding;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A module that was looked at.
///
/// @param prefix put before its paths: `shop/` for a folder, `shop.safe!/` for an archive
/// @param findings in file order
/// @param allowed findings that the author allowed, each with a reason
/// @param source gives the text of a file of the module
public record Linted(
        String prefix,
        List<Finding> findings,
        List<Finding> allowed,
        Function<String, Optional<String>> source) {
    public Linted {
        findings = List.copyOf(findings);
        allowed = List.copyOf(allowed);
    }

    /// Gives the path of a finding as a person would open it.
    public String path(Finding finding) {
        String path = finding.position().path();
        return source.apply(path).isPresent() ? prefix + path : path;
    }
}
