package dev.understudy.script.lint;

import dev.understudy.safe.lint.Sink;
import dev.understudy.script.api.ScriptApi;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds names that are not there when the script runs.
final class UnknownName implements ScriptRule {
    private static final Set<String> LANGUAGE =
            Set.of(
                    "undefined",
                    "NaN",
                    "Infinity",
                    "globalThis",
                    "arguments",
                    "this",
                    "super",
                    "Object",
                    "Function",
                    "Array",
                    "Boolean",
                    "Symbol",
                    "Number",
                    "BigInt",
                    "Math",
                    "Date",
                    "String",
                    "RegExp",
                    "Map",
                    "Set",
                    "WeakMap",
                    "WeakSet",
                    "WeakRef",
                    "Promise",
                    "Proxy",
                    "Reflect",
                    "JSON",
                    "Intl",
                    "Error",
                    "AggregateError",
                    "EvalError",
                    "RangeError",
                    "ReferenceError",
                    "SyntaxError",
                    "TypeError",
                    "URIError",
                    "ArrayBuffer",
                    "DataView",
                    "Int8Array",
                    "Uint8Array",
                    "Uint8ClampedArray",
                    "Int16Array",
                    "Uint16Array",
                    "Int32Array",
                    "Uint32Array",
                    "Float32Array",
                    "Float64Array",
                    "BigInt64Array",
                    "BigUint64Array",
                    "Iterator",
                    "FinalizationRegistry",
                    "parseInt",
                    "parseFloat",
                    "isNaN",
                    "isFinite",
                    "encodeURI",
                    "decodeURI",
                    "encodeURIComponent",
                    "decodeURIComponent",
                    "escape",
                    "unescape",
                    "console",
                    "import.meta",
                    "new.target");

    private static final Map<String, String> INSTEAD =
            Map.ofEntries(
                    Map.entry("setTimeout", "use: await sleep('1s')"),
                    Map.entry("setInterval", "use: await waitFor(() => …, {interval: '1s'})"),
                    Map.entry("clearTimeout", "use sleep and waitFor of 'safe'"),
                    Map.entry("require", "use: import { … } from '../lib/x.js'"),
                    Map.entry("module", "use: export default …"),
                    Map.entry("exports", "use: export const …"),
                    Map.entry("process", "use params, node() and exec of 'safe'"),
                    Map.entry("fetch", "use: await http.get(url)"),
                    Map.entry("XMLHttpRequest", "use: await http.get(url)"),
                    Map.entry("eval", "write the code itself"),
                    Map.entry("Java", "scripts reach the system by 'safe' alone"),
                    Map.entry("Polyglot", "scripts reach the system by 'safe' alone"),
                    Map.entry("Packages", "scripts reach the system by 'safe' alone"),
                    Map.entry("load", "use: import … from '../lib/x.js'"),
                    Map.entry("print", "use: log.info(…)"),
                    Map.entry("alert", "use: log.info(…)"),
                    Map.entry("Buffer", "texts are read and written as they are"),
                    Map.entry("SharedArrayBuffer", "a script is one thread"),
                    Map.entry("Atomics", "a script is one thread"),
                    Map.entry("Worker", "a script is one thread"),
                    Map.entry("performance", "use Date.now()"));

    private static final Set<String> API = api();

    @Override
    public String id() {
        return "J008";
    }

    @Override
    public void check(ScriptView view, Sink sink) {
        Set<String> seen = new HashSet<>();
        view.facts().locals.forEach(i -> seen.add(i.local()));
        for (Facts.Use use : view.facts().uses) {
            String name = use.name();
            if (use.isTypeof()
                    || LANGUAGE.contains(name)
                    || view.facts().declared.contains(name)
                    || !seen.add(name)) {
                continue;
            }
            String hint = INSTEAD.getOrDefault(name, "");
            sink.add(
                    view.at(use.offset()),
                    "scripts have no '%s'".formatted(name),
                    hint.isEmpty()
                            ? API.contains(name)
                                    ? "import it: import { " + name + " } from 'safe';"
                                    : "is it misspelt, or not imported?"
                            : hint);
        }
    }

    private static Set<String> api() {
        Set<String> names = new HashSet<>(List.of("params", "SafeError", "Secret"));
        ScriptApi.FUNCTIONS.forEach(f -> names.add(f.name().split("[.]", 2)[0]));
        return names;
    }
}
