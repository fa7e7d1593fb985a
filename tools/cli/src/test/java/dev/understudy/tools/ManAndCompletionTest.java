package dev.understudy.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Manual and completion say what `--help` says, and their readers understand them.
class ManAndCompletionTest {
    @TempDir Path folder;

    private static String safe(String... arguments) {
        StringWriter out = new StringWriter();
        int code = Safe.run(new PrintWriter(out), new PrintWriter(out), arguments);
        assertEquals(0, code, out.toString());
        return out.toString();
    }

    @Test
    void thereIsAPageForEachCommandWithEachOfItsOptions() throws IOException {
        Path pages = folder.resolve("man1");
        safe("man", pages.toString());
        String lint = Files.readString(pages.resolve("safe-lint.1"));
        assertTrue(lint.contains(".TH \"SAFE-LINT\" \"1\""), lint);
        for (String option : new String[] {"format", "fix", "fail\\-on"}) {
            assertTrue(lint.contains(".B \\-\\-" + option), option + " is missing in " + lint);
        }
        for (Class<?> command : Commands.all()) {
            String name = command.getAnnotation(picocli.CommandLine.Command.class).name();
            assertTrue(Files.exists(pages.resolve("safe-" + name + ".1")), name);
        }
        assertTrue(Files.exists(pages.resolve("safe-cluster-init.1")));
        String root = Files.readString(pages.resolve("safe.1"));
        assertTrue(root.contains(".BR safe\\-lint (1)"), root);
        // no line of a page is taken for a request of roff that we did not mean
        for (String line : (root + lint).lines().toList()) {
            boolean isRequest = line.startsWith(".") || line.startsWith("'");
            assertTrue(!isRequest || line.matches("\\.(TH|SH|TP|BR|B|I|nf|fi)( .*)?"), line);
        }
    }

    /// A description that the source breaks into lines is one sentence to its reader.
    @Test
    void listsOfCommandsShowWholeSentencesUnderHeadings() {
        String help = safe("--help");
        for (String heading :
                new String[] {
                    "Cluster:",
                    "Installing modules:",
                    "Running modules:",
                    "What goes on:",
                    "Writing modules:"
                }) {
            assertTrue(help.contains("\n" + heading + "\n"), heading + " is missing in " + help);
        }
        String commands = help.substring(help.indexOf("Cluster:"), help.indexOf("Exit codes"));
        String[] entries = commands.split("\n  (?=[a-z])", -1);
        assertTrue(entries.length > Commands.all().size(), help);
        for (int i = 1; i < entries.length; i++) {
            String entry = entries[i].split("\n\n", -1)[0];
            assertTrue(entry.strip().endsWith("."), () -> "no whole sentence: " + entry);
        }
    }

    @Test
    void bashCompletesCommandsAndOptions() throws Exception {
        SafeProgram program = new SafeProgram(folder);
        String script =
                """
                set +x
                compopt() { :; } # works within a completion only
                source <(safe completion)
                words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _complete_safe; printf 'GOT %s\\n' "${COMPREPLY[@]}"; }
                words safe ver
                words safe lint --fai
                words safe cluster sig
                """;
        SafeProgram.Ended end = program.shell("bash", script, folder, Map.of());
        assertEquals(0, end.code(), end.text());
        for (String word : new String[] {"verify", "--fail-on", "signatures"}) {
            assertTrue(end.text().contains("GOT " + word), word + " is missing in " + end.text());
        }
        assertEquals(safe("completion"), safe("completion"));
    }
}
