package dev.understudy.node.script;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// The programs by which Windows is asked and told; behind an interface, so that tests replay what
/// they answer.
///
/// Words of their answers are translated with the system; numbers, exit codes, places and the words
/// of XML are not, and only these are read.
public interface WindowsPrograms {
    /// What a program answered.
    ///
    /// @param code exit code; for sc.exe the error number of Windows
    record Answer(int code, String out, String err) {
        /// What it says to people, on one line.
        String text() {
            String all = (out.strip() + "\n" + err.strip()).strip();
            return String.join(" ", all.lines().map(String::strip).toList());
        }
    }

    /// Runs a program of the system and waits for its end; an interrupt of the thread ends it.
    ///
    /// @param argv its file name, such as `sc.exe`, and its arguments
    Answer run(List<String> argv) throws IOException, InterruptedException;

    /// Waits before a state is looked at again.
    void pause(Duration pause) throws InterruptedException;

    /// Runs a script of PowerShell that holds no quotation mark, and must end with 0.
    ///
    /// @return what it wrote, stripped
    default String powershell(String script) throws IOException, InterruptedException {
        List<String> argv =
                List.of(
                        "powershell.exe",
                        "-NoLogo",
                        "-NoProfile",
                        "-NonInteractive",
                        "-Command",
                        "[Console]::OutputEncoding = [Text.Encoding]::UTF8; " + script);
        Answer answer = run(argv);
        if (answer.code() != 0) {
            throw new IOException(
                    "powershell.exe ended with " + answer.code() + ": " + answer.text());
        }
        return answer.out().strip();
    }

    /// Writes a text as PowerShell does, in single quotation marks: nothing in it is replaced.
    static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
