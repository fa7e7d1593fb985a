package dev.understudy.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command `safe`: for authors of modules and for administrators of clusters.
@Command(
        name = "safe",
        description = "Packs and checks modules; installs and controls them on a cluster.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Safe.Version.class,
        footer = {
            "",
            "Exit codes: 0 done, 1 findings or refused, 2 usage, 3 unreachable, 4 timed out, 70 our fault."
        })
public final class Safe extends CommandGroup {
    private Safe() {}

    /// Runs a command and ends the process with its exit code.
    public static void main(String[] args) {
        // Libraries may log; a command's answer is what it prints.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int code = run(out, err, args);
        out.flush();
        err.flush(); // a line without its end is still held back
        System.exit(code);
    }

    /// Runs a command.
    ///
    /// @return its exit code
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = new CommandLine(new Safe());
        Commands.all().forEach(line::addSubcommand);
        HelpTexts.arrange(line);
        line.setOut(out).setErr(err);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        line.setExecutionExceptionHandler((e, command, _) -> failed(e, command));
        return line.execute(args);
    }

    private static int failed(Exception e, CommandLine command) {
        PrintWriter err = command.getErr();
        Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
        if (cause instanceof IOException io) {
            err.println("safe: " + text(io));
            return Exit.UNREACHABLE;
        }
        err.println("safe: this is our fault, please report it:");
        e.printStackTrace(err);
        return Exit.INTERNAL;
    }

    private static String text(IOException e) {
        return switch (e) {
            case NoSuchFileException f -> f.getFile() + ": there is no such file; check the path";
            case AccessDeniedException f -> f.getFile() + ": access denied; run as a user who may";
            case NotDirectoryException f -> f.getFile() + ": not a folder";
            case FileAlreadyExistsException f -> f.getFile() + ": is there already";
            case FileSystemException f when f.getReason() != null ->
                    f.getFile() + ": " + f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    /// Tells the version of the jar.
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Safe.class.getPackage().getImplementationVersion();
            return new String[] {"safe " + (version == null ? "(from sources)" : version)};
        }
    }
}
