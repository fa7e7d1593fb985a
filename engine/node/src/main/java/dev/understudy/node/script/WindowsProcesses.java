package dev.understudy.node.script;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.script.wire.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The processes of Windows, through CIM: JSON, the same in every language.
final class WindowsProcesses {
    private static final String SCRIPT =
            "ConvertTo-Json -Compress -InputObject @(Get-CimInstance Win32_Process"
                    + " | Select-Object ProcessId, Name, CommandLine)";

    /// One process.
    ///
    /// @param name with its `.exe`
    /// @param args its command line; the name where Windows does not show it
    record Entry(long pid, String name, String args) {
        /// Tells whether it is called so; the suffix may be left out, case does not matter.
        boolean isNamed(String wanted) {
            return name.equalsIgnoreCase(wanted) || name.equalsIgnoreCase(wanted + ".exe");
        }
    }

    private WindowsProcesses() {}

    static List<Entry> read(WindowsPrograms programs) throws IOException, InterruptedException {
        List<Entry> all = new ArrayList<>();
        try {
            for (JsonNode one : Wire.JSON.readTree(programs.powershell(SCRIPT))) {
                String name = one.path("Name").asText();
                JsonNode line = one.path("CommandLine");
                all.add(
                        new Entry(
                                one.path("ProcessId").asLong(),
                                name,
                                line.isTextual() ? line.asText() : name));
            }
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "the list of processes cannot be read: " + e.getOriginalMessage());
        }
        return all;
    }
}
