package dev.understudy.script.lint;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Position;
import dev.understudy.safe.SafeModule;
import java.util.List;
import java.util.Optional;

/// One script of a module, for a rule to look at.
///
/// @param module empty when module.yaml or userconfig.yaml can't be read
record ScriptView(Archive archive, Optional<SafeModule> module, Script script, Facts facts) {
    /// Gives the calls of one function of the API.
    List<ApiCall> calls(String function) {
        return facts.calls.stream().filter(c -> c.function().equals(function)).toList();
    }

    /// Gives a place in the script.
    Position at(int offset) {
        return script.at(offset);
    }

    /// Tells whether the script is a hook.
    boolean isHook() {
        return script.path().startsWith("scripts/");
    }

    /// Tells whether the script is a checker.
    boolean isChecker() {
        return script.path().startsWith("checkers/");
    }

    /// Tells whether the script tests the module.
    boolean isTest() {
        return script.path().startsWith("tests/");
    }

    /// Gives the name of the hook: `start_prim`.
    String hook() {
        String path = script.path();
        return isHook() ? path.substring(path.indexOf('/') + 1, path.length() - 3) : "";
    }
}
