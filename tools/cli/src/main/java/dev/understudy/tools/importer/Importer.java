package dev.understudy.tools.importer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Turns one module of the reference product into ours.
public final class Importer {
    /// One line of the report.
    ///
    /// @param line of userconfig.xml; 0 = a file as a whole
    /// @param what was met
    /// @param became what it is now, or why it has no equivalent and what to do instead
    /// @param isLost nothing does it now
    public record Note(int line, String what, String became, boolean isLost) {}

    /// What came of it.
    ///
    /// @param files of the new module by path
    public record Result(Map<String, byte[]> files, List<Note> notes) {
        public Result {
            files = Map.copyOf(files);
            notes = List.copyOf(notes);
        }
    }

    private static final String CONFIG = "conf/userconfig.xml";

    /// Largest archive that is read.
    public static final int BYTES_MAX = ForeignArchive.BYTES_MAX;

    private Importer() {}

    /// Makes the name of a module of a file's name.
    public static String name(String text) {
        return id(text.replace('_', '-'));
    }

    /// Imports an archive.
    ///
    /// @param name of the new module
    /// @throws IOException with a text for people when it can't be read
    public static Result read(String name, byte[] archive) throws IOException {
        Map<String, byte[]> old = ForeignArchive.read(archive);
        byte[] xml = old.get(CONFIG);
        if (xml == null) {
            throw new IOException("it has no " + CONFIG + ": this is no module of that product");
        }
        List<Note> notes = new ArrayList<>();
        boolean windows =
                old.keySet().stream()
                        .anyMatch(f -> f.matches("(?i)bin/.*\\.(cmd|bat|ps1|exe|vbs)"));
        Element root = Element.parse(new String(xml, StandardCharsets.UTF_8));
        ConfigImport config = new ConfigImport(name, root, windows, notes);
        Map<String, byte[]> files = new TreeMap<>();
        String userConfig = config.userConfig();
        ScriptImport scripts = new ScriptImport(old, windows, config.hasServices(), notes);
        scripts.write(files);
        put(files, "conf/userconfig.yaml", userConfig);
        put(files, "module.yaml", config.manifest(scripts.programs()));
        put(files, "README.md", readme(name, notes));
        for (String file : old.keySet()) {
            if (!file.startsWith("bin/") && !file.equals(CONFIG)) {
                notes.add(
                        new Note(0, file, "not taken over; it has no place in our modules", true));
            }
        }
        notes.sort(Comparator.comparingInt(Note::line));
        return new Result(files, notes);
    }

    private static void put(Map<String, byte[]> files, String path, String text) {
        files.put(path, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String readme(String name, List<Note> notes) {
        StringBuilder out =
                new StringBuilder(
                        "# " + name + "\n\nImported. What it was and what it is now:\n\n");
        for (Note n : notes) {
            out.append("- ").append(n.isLost() ? "**lost** " : "").append(n.what());
            out.append(": ").append(n.became()).append('\n');
        }
        return out.toString();
    }

    /// Makes an id of a name: lower case, digits, dashes, a letter first.
    static String id(String text) {
        String id = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        id = id.replaceAll("^[^a-z]+|-+$", "");
        id = id.isEmpty() ? "item" : id;
        return id.length() > 32 ? id.substring(0, 32).replaceAll("-+$", "") : id;
    }

    /// Writes a scalar of YAML, in quotes where it needs them.
    static String scalar(String text) {
        return text.matches("[A-Za-z/$(_][A-Za-z0-9_./$()@-]*")
                        && !text.matches("(?i)true|false|null|on|off|yes|no")
                ? text
                : "'" + text.replace("'", "''") + "'";
    }
}
