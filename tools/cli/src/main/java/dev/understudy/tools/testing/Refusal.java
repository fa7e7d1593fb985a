package dev.understudy.tools.testing;

import java.util.Map;

/// A call that the machine refuses or that fails; the script sees it as a `SafeError`.
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    /// Name of the error in the script.
    final String name;

    /// Its further fields.
    final transient Map<String, Object> fields;

    Refusal(String name, String message) {
        this(name, message, Map.of());
    }

    Refusal(String name, String message, Map<String, Object> fields) {
        super(message);
        this.name = name;
        this.fields = Map.copyOf(fields);
    }
}
