package dev.understudy.node.script;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes the command that starts a script host: a small JVM, as a user without rights where there
/// is one.
public final class HostCommand {
    /// User that script hosts run as where it exists.
    public static final String USER = "understudy-script";

    private HostCommand() {}

    /// Makes the command.
    ///
    /// @param java program `java` of JDK 25
    /// @param classPath jars of scripts-js and GraalJS; readable by [#USER]
    /// @param aotCache ahead-of-time cache of the class path; ignored by the JVM if it does not fit
    /// @param role hooks or checkers
    /// @param connection `--stdio`, or `--connect` and a socket
    public static List<String> of(
            Path java,
            String classPath,
            Optional<Path> aotCache,
            String role,
            List<String> connection) {
        List<String> command = new ArrayList<>();
        command.addAll(withoutRights());
        command.add(java.toString());
        command.addAll(
                List.of(
                        "-Xms16m",
                        "-Xmx192m",
                        "-Xss1m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:-UsePerfData",
                        "-XX:MaxHeapFreeRatio=40",
                        "-Xlog:disable",
                        "-Xlog:all=error:stderr",
                        "-Xlog:aot=off",
                        "-Xlog:cds=off",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dpolyglot.engine.WarnInterpreterOnly=false"));
        aotCache.filter(Files::isReadable).ifPresent(p -> command.add("-XX:AOTCache=" + p));
        command.addAll(List.of("-cp", classPath, "dev.understudy.script.ScriptHost"));
        command.addAll(List.of("--role", role));
        command.addAll(connection);
        return command;
    }

    /// Makes the command of the running daemon's own JDK and class path.
    ///
    /// @param connection `--stdio`, or `--connect` and a socket
    public static List<String> ofThisProcess(
            Optional<Path> aotCache, String role, List<String> connection) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return of(
                java, absolute(System.getProperty("java.class.path")), aotCache, role, connection);
    }

    private static String absolute(String classPath) {
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }

    private static List<String> withoutRights() {
        try {
            Accounts.Account account = Accounts.find(USER);
            return List.of(
                    "/usr/bin/setpriv",
                    "--reuid=" + account.uid(),
                    "--regid=" + account.gid(),
                    "--clear-groups",
                    "--inh-caps=-all",
                    "--bounding-set=-all",
                    "--no-new-privs",
                    "--");
        } catch (IOException e) {
            // no such user (a development machine): without new privileges all the same
            return Files.isExecutable(Path.of("/usr/bin/setpriv"))
                    ? List.of("/usr/bin/setpriv", "--no-new-privs", "--")
                    : List.of();
        }
    }
}
