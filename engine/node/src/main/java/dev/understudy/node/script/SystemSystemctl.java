package dev.understudy.node.script;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Runs the systemctl of this machine.
final class SystemSystemctl implements Systemctl {
    private static final String PROGRAM = "/usr/bin/systemctl";
    private static final Duration WITHIN = Duration.ofMinutes(10);

    private final ModuleProcesses processes;
    private final Programs programs;

    SystemSystemctl(ModuleProcesses processes) {
        this.processes = processes;
        this.programs = new Programs(processes);
    }

    @Override
    public Answer run(List<String> arguments) throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(List.of(PROGRAM, "--no-pager", "--no-ask-password"));
        argv.addAll(arguments);
        Optional<Programs.Ended> ended =
                programs.run(
                        argv, "systemctl", "systemctl", Deadline.in(processes.clock(), WITHIN));
        return ended.map(e -> new Answer(e.code(), e.out() + e.err()))
                .orElse(new Answer(-1, "no answer within " + WITHIN.toMinutes() + " minutes"));
    }
}
