package dev.understudy.tools.control;

/// Paths of the API.
final class Paths {
    private Paths() {}

    /// The path of a module.
    ///
    /// @throws Failure usage, if the word cannot name one
    static String module(String name) {
        if (!name.matches("[A-Za-z0-9_-]{1,32}")) {
            throw Failure.usage(
                    "'%s' is not a module's name".formatted(name),
                    "see `safe state` for the modules of a node");
        }
        return "/api/v1/modules/" + name;
    }
}
