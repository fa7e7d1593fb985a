package dev.understudy.tools.importer;

import dev.understudy.safe.SafeModule;
import dev.understudy.safe.read.Names;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Keeps the scripts of the old module in lib/native and wires them to the same hooks.
final class ScriptImport {
    private static final Set<String> STARTS_AND_STOPS =
            Set.of("start_prim", "stop_prim", "start_both", "stop_both", "prestart");
    private static final Pattern FILE = Pattern.compile("bin/([A-Za-z0-9_-]+)([.][A-Za-z0-9]+)?");

    private final Map<String, byte[]> old;
    private final boolean windows;
    private final boolean hasServices;
    private final List<Importer.Note> notes;
    private final List<String> programs = new ArrayList<>();

    ScriptImport(
            Map<String, byte[]> old,
            boolean windows,
            boolean hasServices,
            List<Importer.Note> notes) {
        this.old = old;
        this.windows = windows;
        this.hasServices = hasServices;
        this.notes = notes;
    }

    /// Gives the programs that the new scripts must be permitted.
    List<String> programs() {
        return programs;
    }

    void write(Map<String, byte[]> files) {
        old.forEach((path, bytes) -> {
            if (path.startsWith("bin/")) {
                one(files, path, bytes);
            }
        });
    }

    private void one(Map<String, byte[]> files, String path, byte[] bytes) {
        String file = path.substring("bin/".length());
        String kept = "lib/native/" + file;
        if (!Names.isAllowed(kept)) {
            note(path, "not kept: its name is not allowed in our modules", true);
            return;
        }
        files.put(kept, bytes);
        Matcher m = FILE.matcher(path);
        String hook = m.matches() ? m.group(1) : "";
        String suffix = m.matches() && m.group(2) != null ? m.group(2) : "";
        String foreign = SafeModule.FOREIGN_HOOKS.get(hook);
        if (foreign != null) {
            note(path, "kept as " + kept + ", not run: " + foreign, true);
            return;
        }
        if (!SafeModule.HOOKS.contains(hook)) {
            note(path, "kept as " + kept + "; nothing calls it by itself", false);
            return;
        }
        if (hasServices && STARTS_AND_STOPS.contains(hook)) {
            note(
                    path,
                    "the engine starts and stops services: itself; the old script is kept as "
                            + kept
                            + ": carry over what it did beyond that",
                    false);
            return;
        }
        String script = wire(file, suffix);
        if (script.isEmpty()) {
            note(path, "kept as " + kept + ", not wired: no way to run " + suffix, true);
            return;
        }
        files.put("scripts/" + hook + ".js", script.getBytes(StandardCharsets.UTF_8));
        note(
                path,
                "kept as "
                        + kept
                        + ", run by scripts/"
                        + hook
                        + ".js; put lib/native into native-dir on both servers",
                false);
    }

    private void note(String path, String became, boolean lost) {
        notes.add(new Importer.Note(0, path, became, lost));
    }

    private String wire(String file, String suffix) {
        String argv;
        if (!windows) {
            argv = "`${params['native-dir']}/" + file + "`";
            programs.add("$(native-dir)/" + file);
        } else if (suffix.equalsIgnoreCase(".ps1")) {
            String shell = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
            argv =
                    "'"
                            + shell.replace("\\", "\\\\")
                            + "', '-File', `${params['native-dir']}\\\\"
                            + file
                            + "`";
            permit(shell);
        } else if (suffix.equalsIgnoreCase(".cmd") || suffix.equalsIgnoreCase(".bat")) {
            String shell = "C:\\Windows\\System32\\cmd.exe";
            argv =
                    "'"
                            + shell.replace("\\", "\\\\")
                            + "', '/c', `${params['native-dir']}\\\\"
                            + file
                            + "`";
            permit(shell);
        } else {
            return "";
        }
        return """
        import { exec, params } from 'safe';

        // Runs the script of the old module with its arguments: state, next state, action; a stop by force first says so.
        export default async ctx => {
          const words = ctx.force ? ['force'] : [ctx.state, ctx.nextState, ctx.action];
          await exec([%s, ...words], { timeout: '300s' });
        };
        """
                .formatted(argv);
    }

    private void permit(String shell) {
        if (!programs.contains(shell)) {
            programs.add(shell);
        }
    }
}
