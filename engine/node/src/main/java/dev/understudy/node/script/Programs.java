package dev.understudy.node.script;

import dev.understudy.node.script.ModuleProcesses.Spec;
import dev.understudy.node.script.ModuleProcesses.Started;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Runs programs to their end.
final class Programs {
    /// A daemon that the program left may keep the streams open; its start must not wait for that.
    private static final long OUT_WAIT_MS = 50;

    private static final long ERR_WAIT_MS = 10;

    private final ModuleProcesses processes;

    Programs(ModuleProcesses processes) {
        this.processes = processes;
    }

    /// How a program ended.
    ///
    /// @param code exit code, 128 + n after signal n
    record Ended(int code, String out, String err) {
        /// The last lines of both streams, for messages.
        String tail() {
            String all = (out.strip() + "\n" + err.strip()).strip();
            List<String> lines = all.lines().toList();
            String text =
                    String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
            return text.length() > 400 ? text.substring(text.length() - 400) : text;
        }
    }

    /// Runs a program until it ends by itself.
    ///
    /// What it started and left behind stays in its group; if it does not end in time, or this
    /// thread is interrupted, all of the group is killed if the group is its own (`endGroup`), else
    /// the program and its descendants.
    ///
    /// @return empty if the deadline passed
    Optional<Ended> run(Spec spec, Deadline deadline, boolean endGroup)
            throws IOException, InterruptedException {
        Started started = processes.start(spec);
        boolean isDone = false;
        try {
            isDone = started.process().waitFor(deadline.leftNs(), TimeUnit.NANOSECONDS);
            if (!isDone) {
                return Optional.empty();
            }
            return Optional.of(
                    new Ended(
                            started.process().exitValue(),
                            started.out().text(OUT_WAIT_MS),
                            started.err().text(ERR_WAIT_MS)));
        } finally {
            if (!isDone) {
                end(started, endGroup);
            }
            tidy(started, endGroup);
        }
    }

    private static void end(Started started, boolean endGroup) throws IOException {
        List<ProcessHandle> descendants = started.process().descendants().toList();
        started.process().destroyForcibly();
        descendants.forEach(ProcessHandle::destroyForcibly);
        if (endGroup) {
            KillReport _ = started.group().kill(Duration.ofSeconds(1).toNanos());
        }
    }

    private static void tidy(Started started, boolean endGroup) throws IOException {
        if (endGroup && started.group().cgroup().isPresent()) {
            // refused while a daemon that was started on purpose lives in it
            boolean _ = started.group().cgroup().get().remove();
        }
    }

    /// Runs a program with nothing special.
    Optional<Ended> run(List<String> argv, String group, String source, Deadline deadline)
            throws IOException, InterruptedException {
        return run(
                new Spec(
                        argv,
                        Optional.empty(),
                        Optional.empty(),
                        Map.of(),
                        Optional.empty(),
                        group,
                        source),
                deadline,
                false);
    }
}
