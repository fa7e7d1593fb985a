package dev.understudy.safe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A module's configuration with its parameters put in, for one platform.
///
/// @param config there unless there is an error
/// @param values every parameter that has a value: String, Long or Boolean, by name
/// @param permissions of the manifest, references replaced
/// @param tree the configuration with references replaced; items not of this platform are gone
/// @param findings what was seen on the way
public record Resolved(
        Optional<UserConfig> config,
        Map<String, Object> values,
        Manifest.Permissions permissions,
        Node.Mapping tree,
        List<Finding> findings) {
    public Resolved {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        findings = List.copyOf(findings);
    }
}
