package dev.understudy.tools.control;

import dev.understudy.tools.Safe;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// Commands typed where a daemon runs that answers as the test says.
abstract class WithDaemon {
    @TempDir Path folder;
    FakeDaemon daemon;
    String out = "";
    String err = "";

    @BeforeEach
    void start() throws IOException {
        daemon = new FakeDaemon(folder.resolve("h"));
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    int safe(String... args) {
        StringWriter outText = new StringWriter();
        StringWriter errText = new StringWriter();
        List<String> all = new ArrayList<>(List.of(args));
        all.add("--home");
        all.add(daemon.home.toString());
        int code =
                Safe.run(
                        new PrintWriter(outText, true),
                        new PrintWriter(errText, true),
                        all.toArray(String[]::new));
        out = outText.toString();
        err = errText.toString();
        return code;
    }
}
