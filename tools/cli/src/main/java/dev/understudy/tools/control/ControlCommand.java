package dev.understudy.tools.control;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// What control commands have in common: a daemon, two outputs, one way to fail.
abstract class ControlCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private Target target = new Target();

    /// Does the command's work.
    ///
    /// @return the exit code
    /// @throws Failure for what an operator can mend
    abstract int work() throws InterruptedException;

    @Override
    public Integer call() {
        try {
            return work();
        } catch (Failure failure) {
            show(failure);
            return exitOf(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return 130; // as a shell counts SIGINT
        } finally {
            out().flush();
        }
    }

    /// The exit code for a failure; `state -q` has its own.
    int exitOf(Failure failure) {
        return failure.exit();
    }

    private void show(Failure failure) {
        if (!target.isJson()) {
            err().println(failure.text());
            return;
        }
        Map<String, String> problem = new LinkedHashMap<>();
        problem.put("code", failure.code());
        problem.put("message", String.valueOf(failure.getMessage()));
        problem.put("where", failure.where());
        problem.put("remedy", failure.remedy());
        out().println(Json.write(Map.of("error", problem)));
    }

    Target target() {
        return target;
    }

    Daemon daemon() {
        return target.daemon();
    }

    boolean isJson() {
        return target.isJson();
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /// Prints a line and makes it visible at once.
    void say(String line) {
        out().println(line);
        out().flush();
    }

    /// Answers with the daemon's JSON or with a text.
    int answer(Json json, String text) {
        say(isJson() ? json.toString() : text);
        return dev.understudy.tools.Exit.DONE;
    }
}
