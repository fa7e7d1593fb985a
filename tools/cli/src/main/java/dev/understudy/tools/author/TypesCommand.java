package dev.understudy.tools.author;

import dev.understudy.safe.SafeModule;
import dev.understudy.safe.read.Schemas;
import dev.understudy.script.api.TypeFile;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Writes what editors and the TypeScript compiler read: types of the script API and schemas.
@Command(
        name = "types",
        description = {
            "Writes safe.d.ts, jsconfig.json and schemas into a module's folder, for editors and",
            "for: npx -p typescript tsc -p jsconfig.json. None of them is packed."
        },
        mixinStandardHelpOptions = true)
public final class TypesCommand implements Callable<Integer> {
    private static final String JSCONFIG =
            """
            {
              "compilerOptions": {
                "checkJs": true, "noEmit": true, "strict": true, "target": "es2024", "lib": ["es2024"], "types": [],
                "module": "esnext", "moduleResolution": "bundler", "moduleDetection": "force"
              },
              "include": ["safe.d.ts", "scripts", "checkers", "lib", "tests", "runbooks"]
            }
            """;

    private static final String SETTINGS =
            """
            {
              "yaml.schemas": {
                ".schema/module.schema.json": "module.yaml",
                ".schema/userconfig.schema.json": "conf/userconfig.yaml"
              }
            }
            """;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "DIR",
            description = "The module's folder; default this one.")
    private Path folder = Path.of("");

    @Override
    public Integer call() throws IOException {
        if (!Files.exists(folder.resolve(SafeModule.MANIFEST))) {
            throw new java.nio.file.NoSuchFileException(
                    folder.resolve(SafeModule.MANIFEST).toString());
        }
        write(folder).forEach(spec.commandLine().getOut()::println);
        return Exit.DONE;
    }

    static List<Path> write(Path folder) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("safe.d.ts", TypeFile.types() + "\n" + TypeFile.testTypes());
        files.put("jsconfig.json", JSCONFIG);
        files.put(".vscode/settings.json", SETTINGS);
        files.put(".schema/module.schema.json", Schemas.module());
        files.put(".schema/userconfig.schema.json", Schemas.userConfig());
        List<Path> written = new ArrayList<>();
        for (Map.Entry<String, String> e : files.entrySet()) {
            Path file = folder.resolve(e.getKey());
            NewCommand.write(file, e.getValue());
            written.add(file);
        }
        return written;
    }
}
