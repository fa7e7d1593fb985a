package dev.understudy.tests.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.tests.cluster.ModuleView;
import dev.understudy.tests.cluster.TestCluster;
import dev.understudy.tests.cluster.Trees;
import dev.understudy.tests.lab.Await;
import dev.understudy.tests.lab.LabNode;
import dev.understudy.tests.lab.Shell;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The source of a resynchronisation loses power for good when half of it is done: an operator
/// makes the other node serve, and it has exactly what it had before, not a mixture.
@Tag("lab")
class HalfCopiedIT {
    private static final String MODULE = CrashSite.MODULE;
    private static final Duration SOON = Duration.ofSeconds(40);

    private static Map<String, String> copy(CrashSite site, LabNode node) {
        return Trees.describe(node.seen(site.data()), _ -> false);
    }

    private static ModuleView view(CrashSite site, LabNode node) {
        return site.cluster().state(node, MODULE).orElseThrow();
    }

    @Test
    void aCopyWhoseSourceIsGoneIsWhatItWasBefore() throws Exception {
        try (CrashSite site = CrashSite.open("HalfCopiedIT")) {
            TestCluster cluster = site.cluster();
            LabNode a = site.lab().nodes().getFirst();
            LabNode b = site.lab().nodes().getLast();
            site.install("16MiB/s");
            fill(site, a);
            cluster.must(b, List.of("start", "-m", MODULE));
            cluster.awaitInSync(MODULE, SOON);
            Await.until("equal copies", SOON, () -> copy(site, a).equals(copy(site, b)));
            Map<String, String> was = copy(site, b);
            cluster.must(b, List.of("stop", "-m", MODULE));
            cluster.awaitState(a, MODULE, "ALONE", SOON);
            change(site, a);
            cluster.must(b, List.of("start", "-m", MODULE));
            Await.until(
                    "half of it is copied",
                    SOON,
                    () ->
                            view(site, b).data().equals("SYNCING")
                                    && view(site, b)
                                                    .json()
                                                    .path("resync")
                                                    .path("bytesDone")
                                                    .asLong()
                                            > 8 << 20);
            a.powerOff();
            Await.until(
                    "it says what can be done",
                    SOON,
                    () -> view(site, b).reason().contains("sets the copy back"));
            assertTrue(!copy(site, b).equals(was), "nothing was overwritten yet");
            Instant from = Instant.now();
            Shell.Result refused = cluster.safe(b, List.of("prim", "-m", MODULE));
            assertEquals(1, refused.exit(), refused.text());
            assertTrue(refused.text().contains("set back"), refused.text());
            cluster.must(b, List.of("prim", "-m", MODULE, "--force"));
            cluster.awaitState(b, MODULE, "ALONE", SOON);
            assertEquals(List.of(), Trees.differences(was, copy(site, b)));
            assertTrue(
                    cluster.journalSince(b, MODULE, from).stream()
                            .anyMatch(entry -> entry.toString().contains("IS_SET_BACK")));
            b.must("sh", "-c", "echo goes on > " + site.data().resolve("later"));
        }
    }

    private static void fill(CrashSite site, LabNode node) {
        node.must(
                "sh",
                "-ec",
                "cd "
                        + site.data()
                        + "; head -c 60000000 /dev/urandom > large; mkdir -p d/e; for i in 1 2 3 4 5;"
                        + " do echo $i > d/$i; ln d/$i d/e/$i; done; ln -s d/1 link; chmod 600 d/2;"
                        + " sync large");
    }

    private static void change(CrashSite site, LabNode node) {
        node.must(
                "sh",
                "-ec",
                "cd "
                        + site.data()
                        + "; head -c 50000000 /dev/urandom | dd of=large conv=notrunc bs=1M"
                        + " status=none; rm d/1 link; mv d/e moved; mv d moved/d; mkdir d; echo new >"
                        + " d/1; chmod 644 moved/d/2; truncate -s 10 moved/d/3; sync large");
    }
}
