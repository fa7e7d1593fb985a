package dev.understudy.node.script;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The scheduled tasks of Windows: changed through schtasks.exe, looked at through PowerShell,
/// because schtasks.exe tells states in the language of the system and numbers nowhere.
///
/// @see "MSFT_ScheduledTask.State: 0 unknown, 1 disabled, 2 queued, 3 ready, 4 running"
final class WindowsTasks {
    private static final List<String> STATES =
            List.of("unknown", "disabled", "queued", "ready", "running");
    private static final String NONE = "-1";

    private final WindowsPrograms programs;

    WindowsTasks(WindowsPrograms programs) {
        this.programs = programs;
    }

    /// Tells the state of a task.
    ///
    /// @param path `\Folder\Name`
    /// @return empty if there is none
    Optional<String> status(String path) throws IOException, InterruptedException {
        int slash = path.lastIndexOf('\\');
        String answer =
                programs.powershell(
                        "try { [int](Get-ScheduledTask -TaskPath %s -TaskName %s -ErrorAction Stop).State }"
                                        .formatted(
                                                WindowsPrograms.quoted(
                                                        path.substring(0, slash + 1)),
                                                WindowsPrograms.quoted(path.substring(slash + 1)))
                                + " catch { if ($_.CategoryInfo.Category -eq 'ObjectNotFound') { -1 }"
                                + " else { throw } }");
        if (answer.equals(NONE)) {
            return Optional.empty();
        }
        if (!answer.matches("[0-4]")) {
            throw new IOException("Get-ScheduledTask answered otherwise than known: " + answer);
        }
        return Optional.of(STATES.get(Integer.parseInt(answer)));
    }

    /// Lets a task run at its times.
    void enable(String path) throws IOException, InterruptedException {
        run(path, "/Change", "/ENABLE");
    }

    /// Keeps a task from running at its times.
    void disable(String path) throws IOException, InterruptedException {
        run(path, "/Change", "/DISABLE");
    }

    /// Runs a task now.
    void start(String path) throws IOException, InterruptedException {
        run(path, "/Run");
    }

    /// Ends a task; nothing happens if it does not run.
    void end(String path) throws IOException, InterruptedException {
        run(path, "/End");
    }

    private void run(String path, String verb, String... more)
            throws IOException, InterruptedException {
        List<String> argv = new java.util.ArrayList<>(List.of("schtasks.exe", verb, "/TN", path));
        argv.addAll(List.of(more));
        WindowsPrograms.Answer answer = programs.run(argv);
        if (answer.code() != 0) {
            throw new IOException(
                    "schtasks.exe %s %s ended with %d: %s"
                            .formatted(verb, path, answer.code(), answer.text()));
        }
    }
}
