package dev.understudy.safe.lint;

import dev.understudy.safe.Service;
import dev.understudy.safe.UserConfig;
import java.util.List;

/// Finds programs that are searched for instead of named.
final class RelativeProgram implements ConfigRule {
    @Override
    public String id() {
        return "C025";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        for (Service service : view.config().services()) {
            if (service.kind() instanceof Service.Command c) {
                program(view, sink, c.start(), "services", service.id(), "start");
                program(view, sink, c.stop(), "services", service.id(), "stop");
                program(view, sink, c.forceStop(), "services", service.id(), "force-stop");
                program(view, sink, c.status(), "services", service.id(), "status");
            }
            if (service.ready().isPresent()
                    && service.ready().get().test() instanceof Service.Ready.Program p) {
                program(view, sink, p.command(), "services", service.id(), "ready", "command");
            }
        }
        for (UserConfig.Fencing fencing : view.config().isolation().fencing()) {
            program(view, sink, fencing.command(), "isolation", "fencing", fencing.id(), "command");
        }
    }

    private static void program(ConfigView view, Sink sink, List<String> command, String... steps) {
        if (!command.isEmpty() && !command.getFirst().matches("(/|[A-Za-z]:[/\\\\]).+")) {
            sink.add(
                    view.at(steps),
                    "'%s' is not an absolute path".formatted(command.getFirst()),
                    "name the program with its whole path; there is no shell and no PATH");
        }
    }
}
