package dev.understudy.script;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.SourceSection;

/// Turns what the engine throws into places that the author of a script finds again.
final class Errors {
    /// ` at name (file:line:column)` or ` at file:line:column`, as `Error.stack` shows a frame.
    private static final Pattern FRAME =
            Pattern.compile("\\s*at (?:(.*) \\()?([^()]+?):(\\d+):(\\d+)\\)?");

    private Errors() {}

    /// Describes a failure by its first frame inside the archive.
    static Outcome describe(PolyglotException error, ArchiveFiles files, String message) {
        List<String> stack = stack(error, files);
        String where = place(error.getSourceLocation(), files);
        if (where.isEmpty() && !stack.isEmpty()) {
            where = stack.getFirst().substring(stack.getFirst().lastIndexOf(' ') + 1);
        }
        return Outcome.failed(message, where, stack);
    }

    /// Lists the frames inside the archive.
    static List<String> stack(PolyglotException error, ArchiveFiles files) {
        List<String> frames = new ArrayList<>();
        for (PolyglotException.StackFrame frame : error.getPolyglotStackTrace()) {
            String place = frame.isGuestFrame() ? place(frame.getSourceLocation(), files) : "";
            if (!place.isEmpty() && frames.size() < 32) {
                String name = frame.getRootName();
                frames.add((name == null || name.isEmpty() ? "(module)" : name) + " " + place);
            }
        }
        return frames;
    }

    private static String place(SourceSection section, ArchiveFiles files) {
        if (section == null || !section.isAvailable() || section.getSource().isInternal()) {
            return "";
        }
        String path = section.getSource().getPath();
        if (path == null || !path.startsWith(ArchiveFiles.ROOT)) {
            return "";
        }
        return files.show(path) + ":" + section.getStartLine() + ":" + section.getStartColumn();
    }

    /// Finds the caller in the text of `Error.stack`: its first frame inside the archive, or an
    /// empty text.
    static String caller(String frames, ArchiveFiles files) {
        for (String line : frames.split("\n", 64)) {
            Matcher matcher = FRAME.matcher(line);
            if (matcher.matches()) {
                String file = files.show(matcher.group(2));
                if (files.has(file)) {
                    return file + ":" + matcher.group(3) + ":" + matcher.group(4);
                }
            }
        }
        return "";
    }
}
