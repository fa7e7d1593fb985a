package dev.understudy.node.script;

import java.io.IOException;
import java.util.List;

/// The program systemctl(1); behind an interface, so that tests replay what it answers.
@FunctionalInterface
public interface Systemctl {
    /// What it answered.
    ///
    /// @param code exit code
    /// @param output both streams, at most some kilobytes
    record Answer(int code, String output) {}

    /// Runs it with arguments and waits for its end; an interrupt of the thread ends it.
    Answer run(List<String> arguments) throws IOException, InterruptedException;
}
