package dev.understudy.tests.acceptance;

import dev.understudy.tests.demo.Application;
import dev.understudy.tests.demo.LedgerService;
import dev.understudy.tests.demo.Postgresql;
import dev.understudy.tests.demo.Stage;
import dev.understudy.tests.demo.Timeline;
import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;

/// Where the acceptance tests begin: nodes of the lab with an application prepared, logs under
/// `target/acceptance`.
final class Stages {
    /// Prints to the test's output what happens.
    static final Timeline TIMELINE = new Timeline(System.out, false);

    private Stages() {}

    /// Two nodes for the ledger.
    static Stage ledger(String test) throws IOException {
        return open(test, lab -> new LedgerService(lab.nodes().getFirst().disk()));
    }

    /// Two nodes with an empty PostgreSQL each.
    static Stage postgresql(String test) throws IOException {
        return open(test, _ -> new Postgresql());
    }

    private static Stage open(String test, Function<Lab, Application> application)
            throws IOException {
        TIMELINE.title(test);
        Path logs = Path.of(System.getProperty("project"), "target", "acceptance", test);
        return Stage.open(LabSpec.twoNodes(1), logs, application, TIMELINE);
    }
}
