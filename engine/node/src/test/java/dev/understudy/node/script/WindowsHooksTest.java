package dev.understudy.node.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Scripts in a real script host, on a Windows that is pretended.
@Tag("long")
class WindowsHooksTest {
    private static final String MANIFEST =
            """
            platforms: [windows]
            permissions:
              registry: [{key: 'HKLM\\SOFTWARE\\Shop', access: write}, {key: 'HKLM\\SOFTWARE\\Other', access: read}]
              tasks: ['\\Shop\\Backup']
            """;
    private static final String SERVICES =
            """
            services:
              - {id: db, type: windows-service, name: ShopDb}
              - {id: pool, type: iis-pool, name: Shop}
            """;

    /// Two services, a key and a task, by the calls that reach them.
    private static final class Pretended implements WindowsPrograms {
        private final Map<String, Boolean> running = new TreeMap<>();
        private final Map<String, String> values =
                new TreeMap<>(Map.of("Port", "REG_DWORD    0x50"));
        private final List<String> calls = new ArrayList<>();
        private String task = "3";

        @Override
        public synchronized Answer run(List<String> argv) {
            calls.add(String.join(" ", argv));
            return switch (argv.getFirst()) {
                case "sc.exe" -> sc(argv.get(1), argv.get(2));
                case "appcmd.exe" -> appcmd(argv);
                case "reg.exe" -> reg(argv);
                case "schtasks.exe" -> {
                    task = argv.getLast().equals("/DISABLE") ? "1" : "3";
                    yield new Answer(0, "SUCCESS", "");
                }
                default -> new Answer(0, task, "");
            };
        }

        private Answer sc(String verb, String name) {
            if (verb.equals("stop") && !running.getOrDefault(name, false)) {
                return new Answer(1062, "", "");
            }
            if (!verb.equals("queryex")) {
                running.put(name, verb.equals("start"));
            }
            int state = running.getOrDefault(name, false) ? 4 : 1;
            List<String> fields =
                    List.of(
                            "10",
                            state + "  X",
                            "0",
                            "0",
                            "0x0",
                            "0x0",
                            String.valueOf(state * 100));
            StringBuilder out = new StringBuilder("N: " + name);
            fields.forEach(field -> out.append("\r\n  F : ").append(field));
            return new Answer(0, out.append("\r\n").toString(), "");
        }

        private Answer appcmd(List<String> argv) {
            if (!argv.get(1).equals("list")) {
                running.put("pool", argv.get(1).equals("start"));
            }
            boolean isState = argv.getLast().equals("/text:state");
            String word = running.getOrDefault("pool", false) ? "Started" : "Stopped";
            return new Answer(0, isState ? word : "", "");
        }

        private Answer reg(List<String> argv) {
            String name = argv.size() > 5 ? argv.get(4) : "";
            if (argv.get(1).equals("add")) {
                values.put(name, argv.get(6) + "    " + argv.get(8));
                return new Answer(0, "done", "");
            }
            String value = argv.get(2).equals("HKLM\\SOFTWARE\\Shop") ? values.get(name) : null;
            return value == null
                    ? new Answer(1, "", "not there")
                    : new Answer(0, "\r\nHKEY_X\r\n    " + name + "    " + value + "\r\n\r\n", "");
        }

        @Override
        public void pause(Duration pause) {}
    }

    private static Stage stage(Pretended windows, String body) throws Exception {
        String script =
                "import * as safe from 'safe';\nexport default async ctx => {\n" + body + "\n};\n";
        return Stage.ofWindows(
                MANIFEST, SERVICES, Map.of("scripts/start_prim.js", script), windows);
    }

    @Test
    void aScriptReachesServicesPoolsRegistryAndTasks() throws Exception {
        Pretended windows = new Pretended();
        try (Stage stage =
                stage(
                        windows,
                        """
                        const key = 'HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\shop';
                        await safe.services.start();
                        await safe.registry.set('HKLM\\\\SOFTWARE\\\\Shop', 'Role', 'primary');
                        await safe.registry.set('HKLM\\\\SOFTWARE\\\\Shop', 'Nodes', ['a', 'b']);
                        await safe.tasks.disable('\\\\Shop\\\\Backup');
                        safe.log.info([
                          await safe.services.status('db'), await safe.services.status('pool'),
                          await safe.registry.get('HKLM\\\\SOFTWARE\\\\Shop', 'Port'),
                          await safe.registry.get('HKLM\\\\SOFTWARE\\\\Shop', 'Nodes'),
                          await safe.registry.get('HKLM\\\\SOFTWARE\\\\Other', 'Port') === undefined,
                          await safe.tasks.status('\\\\shop\\\\backup'), (await safe.node()).platform, key.length > 0]);
                        """)) {
            HookResult result = stage.run(Hook.START_PRIM);
            assertTrue(result.isOk(), result + " " + stage.log + windows.calls);
            String line =
                    "[\"running\",\"running\",80,[\"a\",\"b\"],true,\"disabled\",\"windows\",true]";
            assertTrue(stage.log.stream().anyMatch(l -> l.contains(line)), stage.log.toString());
            assertTrue(
                    windows.calls.contains(
                            "reg.exe add HKLM\\SOFTWARE\\Shop /v Nodes /t REG_MULTI_SZ /d a\\0b /f /reg:64"),
                    windows.calls.toString());
            assertTrue(stage.application.isRunning("db"));
        }
    }

    @Test
    void whatIsNotPermittedIsRefusedWithTheRemedy() throws Exception {
        Map<String, String> cases =
                Map.of(
                        "safe.registry.get('HKLM\\\\SYSTEM\\\\Setup', 'x')",
                        "registry: [{key: 'HKLM\\SYSTEM\\Setup', access: read}]",
                        "safe.registry.set('HKLM\\\\SOFTWARE\\\\Other', 'x', 1)",
                        "access: write",
                        "safe.tasks.run('\\\\Other')",
                        "permissions.tasks: ['\\Other']",
                        "safe.registry.get('SOFTWARE\\\\Shop', 'x')",
                        "is no key",
                        "safe.registry.set('HKLM\\\\SOFTWARE\\\\Shop', 'x', 'a\"b')",
                        "no quotation marks");
        for (Map.Entry<String, String> one : cases.entrySet()) {
            try (Stage stage = stage(new Pretended(), "await " + one.getKey() + ";")) {
                HookResult.Failed failed =
                        assertInstanceOf(HookResult.Failed.class, stage.run(Hook.START_PRIM));
                assertTrue(failed.message().contains(one.getValue()), failed.message());
            }
        }
    }

    @Test
    void onLinuxTheyRejectByName() throws Exception {
        try (Stage stage =
                new Stage(
                        "services: []\n",
                        Map.of(
                                "scripts/start_prim.js",
                                """
                                import { node, tasks } from 'safe';
                                export default async () => {
                                  try { await tasks.run('\\\\Shop'); } catch (e) {
                                    throw new Error(e.name + ' ' + e.message + ' ' + (await node()).platform);
                                  }
                                };
                                """))) {
            HookResult.Failed failed =
                    assertInstanceOf(HookResult.Failed.class, stage.run(Hook.START_PRIM));
            assertEquals(
                    "PlatformError tasks.run is there on Windows only; this node runs Linux linux",
                    failed.message().replaceFirst("^Error: ", ""));
        }
    }
}
