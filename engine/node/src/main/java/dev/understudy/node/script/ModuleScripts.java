package dev.understudy.node.script;

import dev.understudy.safe.Archive;
import dev.understudy.safe.SafeModule;
import java.util.LinkedHashMap;
import java.util.Map;

/// The JavaScript files of an archive.
///
/// @param digest of the archive; names the set in the host
/// @param files path to text
record ModuleScripts(String digest, Map<String, String> files) {
    ModuleScripts {
        files = Map.copyOf(files);
    }

    static ModuleScripts of(SafeModule module) {
        Map<String, String> files = new LinkedHashMap<>();
        for (Map.Entry<String, Archive.File> entry : module.archive().files().entrySet()) {
            if (entry.getKey().endsWith(".js")) {
                files.put(entry.getKey(), entry.getValue().text());
            }
        }
        return new ModuleScripts(module.digest(), files);
    }

    boolean has(String path) {
        return files.containsKey(path);
    }
}
