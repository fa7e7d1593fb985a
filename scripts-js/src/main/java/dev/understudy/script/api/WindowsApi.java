package dev.understudy.script.api;

import static dev.understudy.script.api.ScriptApi.daemon;
import static dev.understudy.script.api.ScriptApi.optional;
import static dev.understudy.script.api.ScriptApi.required;

import java.util.ArrayList;
import java.util.List;

/// What scripts find on Windows alone; services and pools are in `services`, as everywhere.
final class WindowsApi {
    static final List<ApiFunction> FUNCTIONS;

    static {
        List<ApiFunction> all = new ArrayList<>(registry());
        all.addAll(tasks());
        FUNCTIONS = List.copyOf(all);
    }

    private WindowsApi() {}

    private static List<ApiFunction> registry() {
        return List.of(
                daemon(
                        "registry.get",
                        List.of(required("key", "string"), required("name", "string")),
                        "RegistryValue | undefined",
                        "Windows: reads a value of the registry; undefined"
                                + " if there is no such key or value. Texts are given as they stand, `%NAME%`"
                                + " is not replaced; numbers above 2^53 and binary values as texts. On Linux it"
                                + " rejects with a `PlatformError`.",
                        "const port = await registry.get('HKLM\\\\SOFTWARE\\\\Shop', 'Port');"),
                daemon(
                        "registry.list",
                        List.of(required("key", "string")),
                        "string[]",
                        "Windows: names the keys right below a key, sorted; none if the key is not there.",
                        "for (const name of await registry.list('HKLM\\\\SOFTWARE\\\\Shop')) log.info(name);"),
                daemon(
                        "registry.set",
                        List.of(
                                required("key", "string"),
                                required("name", "string"),
                                required("value", "RegistryValue"),
                                optional("options", "RegistryOptions")),
                        "void",
                        "Windows: writes a value; the key is made if it is missing. A number becomes a"
                                + " REG_DWORD, or a REG_QWORD if it is too large, a list a REG_MULTI_SZ, a text a"
                                + " REG_SZ unless `type` says REG_EXPAND_SZ.",
                        "await registry.set('HKLM\\\\SOFTWARE\\\\Shop', 'Role', 'primary');"),
                daemon(
                        "registry.remove",
                        List.of(required("key", "string"), required("name", "string")),
                        "boolean",
                        "Windows: removes a value; false if there was none. Keys are not removed.",
                        "await registry.remove('HKLM\\\\SOFTWARE\\\\Shop', 'Role');"));
    }

    private static List<ApiFunction> tasks() {
        return List.of(
                daemon(
                        "tasks.status",
                        List.of(required("path", "string")),
                        "'ready' | 'running' | 'queued' | 'disabled' | 'unknown' | undefined",
                        "Windows: tells about a scheduled task by its path; undefined if there is none."
                                + " On Linux it rejects with a `PlatformError`.",
                        "if (await tasks.status('\\\\Shop\\\\Backup') === 'running') log.info('a backup runs');"),
                task(
                        "enable",
                        "lets a scheduled task run at its times. One that may is left as it is."),
                task(
                        "disable",
                        "keeps a scheduled task from running at its times; one that runs goes on. One that"
                                + " is disabled is left as it is."),
                task("run", "runs a scheduled task now, and does not wait for its end."),
                task(
                        "end",
                        "ends a scheduled task that runs; one that does not is left as it is."));
    }

    private static ApiFunction task(String verb, String about) {
        return daemon(
                "tasks." + verb,
                List.of(required("path", "string")),
                "void",
                "Windows: " + about,
                "await tasks." + verb + "('\\\\Shop\\\\Backup');");
    }
}
