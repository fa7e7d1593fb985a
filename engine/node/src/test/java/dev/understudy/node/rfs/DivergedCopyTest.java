package dev.understudy.node.rfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.failover.Effect;
import dev.understudy.core.failover.Event;
import dev.understudy.core.member.Generation;
import dev.understudy.core.rfs.QuarantineLimits;
import dev.understudy.node.rfs.quarantine.Quarantine;
import dev.understudy.node.rfs.quarantine.Restoring;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Both wrote alone: what the side that is overwritten has of its own is kept, byte for byte, and
/// nothing else is.
@Tag("long")
@Timeout(120)
class DivergedCopyTest {
    @TempDir Path home;
    private TestNode a;
    private TestNode b;

    @BeforeEach
    void diverge() throws Exception {
        a = new TestNode("a", home, null);
        b = new TestNode("b", home, null);
        Files.createDirectories(a.directory.resolve("d/e"));
        for (String name : List.of("same", "both", "d/changed", "d/gone", "d/moves", "d/e/mode")) {
            Files.writeString(a.directory.resolve(name), name + " of both");
        }
        byte[] large = new byte[1 << 20];
        large[4711] = 1;
        Files.write(a.directory.resolve("large"), large);
        a.start(b);
        b.start(a);
        a.prim(1);
        a.join(b, 1);
        a.awaitStatus(status -> status.dirtyFiles() == 0, "clean");
        b.awaitStatus(status -> status.dirtyFiles() == 0, "clean");
        a.command(new Effect.Seal());
        a.await(Event.Sealed.class);
        a.command(new Effect.Serve(3, new Generation(1003), false, false));
        b.command(new Effect.TakeOver());
        b.await(Event.TailApplied.class);
        b.command(new Effect.Serve(4, new Generation(1004), false, false));
        changeA();
        changeB();
    }

    private void changeA() throws Exception {
        Files.writeString(a.directory.resolve("both"), "both, of a");
        Files.writeString(a.directory.resolve("d/new"), "new, of a");
        Files.delete(a.directory.resolve("d/changed"));
    }

    private void changeB() throws Exception {
        Path at = b.directory;
        Files.writeString(at.resolve("both"), "both, of b, and longer");
        Files.writeString(at.resolve("d/changed"), "changed");
        ReplicaPairTest.write(at.resolve("large"), 500_000, new byte[] {7, 7, 7});
        Files.createDirectories(at.resolve("made/deeper"));
        Files.writeString(at.resolve("made/deeper/f\u00fcr"), "of b alone");
        Files.createSymbolicLink(at.resolve("made/link"), Path.of("../same"));
        ReplicaPairTest.write(at.resolve("made/sparse"), 3_000_000, new byte[] {5});
        Files.move(at.resolve("d/moves"), at.resolve("d/e/moved"));
        Files.delete(at.resolve("d/gone"));
        Files.setPosixFilePermissions(
                at.resolve("d/e/mode"), PosixFilePermissions.fromString("r-xr-x--x"));
        Files.setAttribute(at.resolve("d/e/mode"), "unix:uid", 1234);
        Files.setLastModifiedTime(at.resolve("made/deeper/f\u00fcr"), FileTime.fromMillis(99_000));
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        assertEquals(List.of(), a.faults);
        assertEquals(List.of(), b.faults);
    }

    /// What b has of its own, as it is now.
    private Map<String, String> ownOfB() throws Exception {
        Map<String, String> all = Trees.describe(b.directory);
        Map<String, String> own = new TreeMap<>();
        for (String name :
                List.of(
                        "both",
                        "d/changed",
                        "large",
                        "made/deeper/f\u00fcr",
                        "made/link",
                        "made/sparse",
                        "d/e/moved",
                        "d/e/mode")) {
            own.put(name, Objects.requireNonNull(all.get(name), name));
        }
        return own;
    }

    private static Map<String, String> files(Path folder) throws Exception {
        Map<String, String> files = new TreeMap<>();
        for (Map.Entry<String, String> one : Trees.describe(folder).entrySet()) {
            if (!Files.isDirectory(
                    folder.resolve(one.getKey()), java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                files.put(one.getKey(), one.getValue());
            }
        }
        return files;
    }

    private void leaveService() {
        b.command(new Effect.CloseGate());
        b.command(new Effect.Demote());
        b.command(new Effect.MountReadOnly());
        b.await(Event.Verified.class);
    }

    private void awaitEqual() throws Exception {
        a.command(new Effect.Barrier());
        a.await(Event.BarrierDone.class);
        long endNs = System.nanoTime() + 5_000_000_000L;
        String difference = Trees.difference(a.directory, b.directory);
        while (System.nanoTime() < endNs && !difference.isEmpty()) {
            LockSupport.parkNanos(20_000_000);
            difference = Trees.difference(a.directory, b.directory);
        }
        assertEquals("", difference);
    }

    private Quarantine.Held keep() throws Exception {
        b.command(new Effect.KeepOwn());
        Event.Kept kept = b.await(Event.Kept.class);
        List<Quarantine.Held> held = b.quarantine().list();
        assertEquals(1, held.size(), kept.text());
        assertTrue(kept.text().contains(held.getFirst().folder().toString()), kept.text());
        return held.getFirst();
    }

    @Test
    void whatOnlyThisSideHasIsKeptAndSurvivesTheResynchronisation() throws Exception {
        leaveService();
        Map<String, String> own = ownOfB();
        Quarantine.Held held = keep();
        assertEquals(own, files(held.files().resolve("data")));
        assertFalse(Files.exists(held.files().resolve("data/same")), "shared history");
        a.join(b, 5);
        awaitEqual();
        assertEquals("both, of a", Files.readString(b.directory.resolve("both")));
        assertEquals(own, files(held.files().resolve("data")));
        Path to = home.resolve("exported");
        assertEquals(own.size(), b.quarantine().export(held, to));
        assertEquals(own, files(to.resolve("data")));
    }

    @Test
    void aRestartedDaemonStillKnowsWhatIsItsOwn() throws Exception {
        leaveService();
        Map<String, String> own = ownOfB();
        b.stop();
        b.start(a);
        Map<String, String> kept = files(keep().files().resolve("data"));
        // what changed while no mount stood is in doubt and kept too
        kept.keySet().retainAll(own.keySet());
        assertEquals(own, kept);
    }

    @Test
    void chosenFilesComeBackThroughThePrimary() throws Exception {
        leaveService();
        Quarantine.Held held = keep();
        a.join(b, 5);
        awaitEqual();
        a.command(new Effect.CloseGate());
        b.command(new Effect.TakeOver());
        b.await(Event.TailApplied.class);
        b.command(new Effect.Serve(7, new Generation(1007), false, false));
        Map<String, Path> directories = Map.of("data", b.directory);
        Restoring.Result refused =
                new Restoring(held, directories).run(List.of("data/both", "data/made"), false);
        assertEquals(new Restoring.Result.Conflicts(List.of("data/both")), refused);
        assertFalse(Files.exists(b.directory.resolve("made")), "nothing is written then");
        Restoring.Result done =
                new Restoring(held, directories).run(List.of("data/both", "data/made"), true);
        assertEquals(new Restoring.Result.Done(4), done);
        assertEquals("both, of b, and longer", Files.readString(b.directory.resolve("both")));
        assertEquals("of b alone", Files.readString(b.directory.resolve("made/deeper/f\u00fcr")));
        assertEquals(
                new Restoring.Result.Nothing(),
                new Restoring(held, directories).run(List.of("data/bot"), true));
    }

    @Test
    void withoutRoomNothingIsKeptAndItSaysSo() throws Exception {
        leaveService();
        b.stop();
        b.quarantineLimits = new QuarantineLimits(1000, Duration.ofDays(30));
        b.start(a);
        b.command(new Effect.KeepOwn());
        String text = b.await(Event.KeepRefused.class).text();
        assertTrue(text.contains("no room"), text);
        assertEquals(List.of(), b.quarantine().list());
        try (var left = Files.list(b.state.resolve("quarantine"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void servingMakesItVoid() throws Exception {
        leaveService();
        b.onLoop(() -> {
            b.command(new Effect.KeepOwn());
            b.command(new Effect.Serve(9, new Generation(1009), false, false));
        });
        b.awaitStatus(status -> status.mode().equals("alone"), "alone");
        Files.writeString(b.directory.resolve("later"), "written after");
        leaveService();
        b.command(new Effect.KeepOwn());
        b.await(Event.Kept.class);
        assertTrue(
                Files.exists(b.quarantine().list().getLast().files().resolve("data/later")),
                "the answer is that of the second one");
    }
}
