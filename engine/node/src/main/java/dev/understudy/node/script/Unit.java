package dev.understudy.node.script;

import java.io.IOException;
import java.util.List;

/// A unit of systemd.
///
/// @see "systemctl(1): is-active prints active, activating, inactive, failed …; code 0 means
///   active, 3 not, 4 no such unit"
record Unit(String name, Systemctl systemctl) implements Managed {
    private static final int NO_SUCH_UNIT = 4;
    private static final int NOT_LOADED = 5; // systemctl stop of a unit that does not exist

    @Override
    public boolean isActive() throws IOException, InterruptedException {
        Systemctl.Answer answer = systemctl.run(List.of("is-active", "--", name));
        String word = answer.output().strip();
        if (answer.code() == NO_SUCH_UNIT && !word.equals("inactive")) {
            throw new IOException(explain("is-active", answer));
        }
        return word.equals("active") || word.equals("activating") || word.equals("reloading");
    }

    @Override
    public void start() throws IOException, InterruptedException {
        // a unit that failed too often before would be refused: systemd.unit(5), StartLimitBurst
        Systemctl.Answer _ = systemctl.run(List.of("reset-failed", "--", name));
        check("start", systemctl.run(List.of("start", "--", name)));
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        Systemctl.Answer answer = systemctl.run(List.of("stop", "--", name));
        if (answer.code() != NOT_LOADED) {
            check("stop", answer);
        }
    }

    @Override
    public void kill() throws IOException, InterruptedException {
        // fails if nothing runs, which is what is wanted
        Systemctl.Answer _ = systemctl.run(List.of("kill", "--signal=KILL", "--", name));
        stop();
    }

    private void check(String verb, Systemctl.Answer answer) throws IOException {
        if (answer.code() != 0) {
            throw new IOException(explain(verb, answer));
        }
    }

    private String explain(String verb, Systemctl.Answer answer) {
        return "systemctl "
                + verb
                + " "
                + name
                + " ended with "
                + answer.code()
                + ": "
                + answer.output().strip();
    }
}
