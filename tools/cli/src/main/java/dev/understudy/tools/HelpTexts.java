package dev.understudy.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// How the help reads: whole sentences whatever the width of the terminal, and the commands under
/// headings.
final class HelpTexts {
    /// The heading stands before the command; those that follow it belong to it.
    private static final Map<String, String> HEADINGS =
            Map.of(
                    "cluster", "Cluster",
                    "preflight", "Installing modules",
                    "start", "Running modules",
                    "state", "What goes on",
                    "new", "Writing modules");

    private HelpTexts() {}

    /// Arranges the texts of a command and of all below it.
    static void arrange(CommandLine root) {
        sentences(root.getCommandSpec());
        root.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, _ -> "");
        root.getHelpSectionMap()
                .put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, HelpTexts::commands);
    }

    private static void sentences(CommandSpec command) {
        UsageMessageSpec usage = command.usageMessage();
        usage.description(sentences(List.of(usage.description())).toArray(String[]::new));
        command.subcommands().values().forEach(sub -> sentences(sub.getCommandSpec()));
    }

    /// Joins lines that only the source breaks; the first sentence, which lists show, stands alone.
    static List<String> sentences(List<String> lines) {
        List<String> paragraphs = new ArrayList<>();
        boolean open = false;
        for (String line : lines) {
            boolean own = line.isEmpty() || line.startsWith(" ");
            if (open && !own) {
                paragraphs.add(paragraphs.removeLast() + " " + line);
            } else {
                paragraphs.add(line);
            }
            open = !own && !line.matches(".*[.:!?]");
        }
        if (!paragraphs.isEmpty()) {
            String first = paragraphs.getFirst();
            int end = first.indexOf(". ");
            if (end > 0) {
                paragraphs.set(0, first.substring(0, end + 1));
                paragraphs.add(1, first.substring(end + 2));
            }
        }
        return paragraphs;
    }

    private static String commands(Help help) {
        StringBuilder text = new StringBuilder();
        Map<String, Help> group = new LinkedHashMap<>();
        for (Map.Entry<String, Help> command : help.subcommands().entrySet()) {
            String heading = HEADINGS.get(command.getKey());
            if (heading != null) {
                text.append(help.commandList(group));
                group.clear();
                text.append("%n%s:%n".formatted(heading));
            }
            group.put(command.getKey(), command.getValue());
        }
        return text.append(help.commandList(group)).toString();
    }
}
