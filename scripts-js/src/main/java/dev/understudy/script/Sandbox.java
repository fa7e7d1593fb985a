package dev.understudy.script;

import dev.understudy.script.api.ApiFunction;
import dev.understudy.script.api.ScriptApi;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.SandboxPolicy;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.io.IOAccess;

/// Makes the contexts that scripts run in: one engine for the process, one context for each run.
///
/// No Java, no eval, no files but the archive's, no environment, no threads, no processes, time
/// zone UTC.
final class Sandbox implements AutoCloseable {
    /// The code that prepares a context.
    static final Source PRELUDE = prelude();

    /// Text of the module `safe`; reads the exports that the prelude left in a global for it.
    static final String SAFE_MODULE = safeModule();

    private final Engine engine;

    private final SandboxPolicy policy;

    /// Starts the engine; takes some hundred milliseconds.
    Sandbox() {
        this(SandboxPolicy.CONSTRAINED, Map.of());
    }

    /// Starts an engine whose scripts an inspector looks at. The engine allows inspectors in no
    /// sandbox; what the contexts may do is the same.
    ///
    /// Blocks until a front end is attached.
    ///
    /// @throws IllegalArgumentException if there is no inspector on the class path
    static Sandbox inspected(Inspector inspector) {
        return new Sandbox(
                SandboxPolicy.TRUSTED,
                Map.of(
                        "inspect",
                        String.valueOf(inspector.port()),
                        "inspect.Path",
                        inspector.path(),
                        "inspect.Suspend",
                        "false",
                        "inspect.WaitAttached",
                        "true"));
    }

    private Sandbox(SandboxPolicy policy, Map<String, String> options) {
        this.policy = policy;
        engine =
                Engine.newBuilder("js")
                        .sandbox(policy)
                        .options(options)
                        .in(InputStream.nullInputStream())
                        .out(OutputStream.nullOutputStream())
                        .err(OutputStream.nullOutputStream())
                        .option("engine.WarnInterpreterOnly", "false")
                        .build();
    }

    /// Makes a context that imports from the files given.
    Context context(ArchiveFiles files) {
        return Context.newBuilder("js")
                .engine(engine)
                .sandbox(policy)
                .allowHostAccess(HostAccess.CONSTRAINED)
                .allowIO(IOAccess.newBuilder().fileSystem(files).build())
                .in(InputStream.nullInputStream())
                .out(OutputStream.nullOutputStream())
                .err(OutputStream.nullOutputStream())
                .timeZone(ZoneOffset.UTC)
                .options(
                        Map.of(
                                "js.strict", "true",
                                "js.allow-eval", "false",
                                "js.load", "false",
                                "js.print", "false",
                                "js.console", "false",
                                "js.graal-builtin", "false",
                                "js.unhandled-rejections", "throw"))
                .build();
    }

    /// Names the functions of the module `safe`.
    static List<String> functionNames() {
        return ScriptApi.FUNCTIONS.stream().map(ApiFunction::name).toList();
    }

    private static String safeModule() {
        Set<String> names = new TreeSet<>(List.of("params", "SafeError", "Secret"));
        for (ApiFunction function : ScriptApi.FUNCTIONS) {
            names.add(function.group().isEmpty() ? function.name() : function.group());
        }
        return "export const { " + String.join(", ", names) + " } = globalThis.__safe;\n";
    }

    private static Source prelude() {
        try (InputStream in = Sandbox.class.getResourceAsStream("prelude.js")) {
            if (in == null) {
                throw new IllegalStateException("prelude.js is not in the jar");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Source.newBuilder("js", text, "safe").internal(true).build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        engine.close(true);
    }
}
