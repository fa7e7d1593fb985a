package dev.understudy.node.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.core.member.HaException;
import dev.understudy.safe.Archive;
import dev.understudy.safe.Platform;
import dev.understudy.safe.sign.AllowedSigners;
import dev.understudy.safe.sign.SigningKey;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleStoreTest {
    @TempDir Path folder;
    private final Watcher watcher = new Watcher();
    private final Machine machine = new Machine();

    private static final class Watcher implements ModuleWatcher {
        final List<String> told = new ArrayList<>();
        String running = "";

        @Override
        public Optional<String> whyNotNow(String module) {
            return running.isEmpty() ? Optional.empty() : Optional.of(running);
        }

        @Override
        public void inForce(ActiveModule module) {
            told.add(module.name() + " " + module.version().version());
        }

        @Override
        public void removed(String module) {
            told.add(module + " removed");
        }
    }

    private static final class Machine implements Surroundings {
        final Set<String> absent = new HashSet<>();
        List<String> users = List.of();
        String addressUser = "";

        @Override
        public boolean isDirectory(Path path) {
            return !absent.contains(path.toString());
        }

        @Override
        public List<String> usersOf(Path directory) {
            return users;
        }

        @Override
        public String userOf(InetAddress address) {
            return addressUser;
        }
    }

    private static final class Died extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private SignaturePolicy policy =
            new SignaturePolicy(SignaturePolicy.Level.OFF, new AllowedSigners(List.of()));

    private ModuleStore store(Consumer<String> step) throws IOException {
        ModuleStore store =
                new ModuleStore(folder, Platform.DEBIAN, machine, watcher, () -> policy, step);
        store.load();
        return store;
    }

    private ModuleStore store() throws IOException {
        return store(_ -> {});
    }

    private static byte[] archive(String name, String version) {
        String manifest =
                """
                format: 1
                name: %s
                version: %s
                kind: mirror
                parameters:
                  data-dir: {type: path, default: /srv/%s}
                  virtual-ip: {type: ip}
                  password: {type: secret, optional: on}
                """
                        .formatted(name, version, name);
        String config =
                """
                format: 1
                virtual-ips: [{id: main, address: $(virtual-ip)}]
                replication:
                  directories: [{id: data, path: $(data-dir)}]
                """;
        return Archive.of(
                        Map.of(
                                "module.yaml", file(manifest),
                                "conf/userconfig.yaml", file(config)))
                .toBytes();
    }

    private static Archive.File file(String text) {
        return new Archive.File(text.getBytes(StandardCharsets.UTF_8), false);
    }

    private static Version put(ModuleStore store, String version, long revision)
            throws IOException {
        return put(store, "db", version, revision, "10.0.0.9");
    }

    private static Version put(
            ModuleStore store, String name, String version, long revision, String address)
            throws IOException {
        byte[] bytes = archive(name, version);
        store.upload(Archive.digest(bytes), bytes);
        return Version.of(
                name,
                revision,
                version,
                Archive.digest(bytes),
                Map.of("virtual-ip", address),
                Map.of("password", "geheim" + revision));
    }

    private static HaException refused(org.junit.jupiter.api.function.Executable call) {
        return assertThrows(HaException.class, call);
    }

    /// A module that was compared with the schemas is not compared again; one that was compared by
    /// another program, or with other values, is.
    @Test
    void aKnownModuleIsReadWithoutTheSchemas() throws IOException {
        ModuleStore first = store();
        Version wanted = put(first, "1.0.0", 1);
        first.stage(wanted);
        first.switchTo(wanted);
        Path note;
        try (Stream<Path> files = Files.walk(folder)) {
            note = files.filter(file -> file.endsWith("fits")).findFirst().orElseThrow();
        }
        String known = Files.readString(note);
        ActiveModule again = store().active("db").orElseThrow();
        assertEquals(first.active("db").orElseThrow().config(), again.config());
        assertEquals(known, Files.readString(note));
        Files.writeString(note, "of another program");
        assertEquals(again.config(), store().active("db").orElseThrow().config());
        assertEquals(known, Files.readString(note));
    }

    @Test
    void keepsWhatIsInForceOverARestart() throws IOException {
        ModuleStore store = store();
        Version wanted = put(store, "1.0.0", 1);
        assertEquals(wanted.configDigest(), store.stage(wanted));
        assertTrue(store.active("db").isEmpty());
        store.switchTo(wanted);
        store.switchTo(wanted);
        assertEquals(List.of("db 1.0.0"), watcher.told);
        ModuleStore again = store();
        assertEquals(wanted, again.active("db").orElseThrow().version());
        Path secrets = folder.resolve("db").resolve("secrets-1.json");
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets)));
        try (Stream<Path> all = Files.walk(folder.resolve("db"))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                boolean isSecret = file.equals(secrets);
                assertEquals(
                        isSecret,
                        Files.readString(file, StandardCharsets.ISO_8859_1).contains("geheim"),
                        file.toString());
            }
        }
    }

    /// The node dies before each single step of an upgrade: after the restart it has the old
    /// version whole or the new one whole, and the upgrade can be done again.
    @Test
    void aDeathAtAnyStepLeavesTheOldOrTheNew() throws IOException {
        List<String> steps = new ArrayList<>();
        upgrade(steps::add);
        assertTrue(steps.size() >= 7, steps.toString());
        Set<String> seen = new HashSet<>();
        for (int fatal = 0; fatal < steps.size(); fatal++) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                    if (!path.equals(folder)) Files.delete(path);
                }
            }
            int[] left = {fatal};
            assertThrows(
                    Died.class,
                    () ->
                            upgrade(_ -> {
                                if (left[0]-- == 0) throw new Died();
                            }));
            ModuleStore after = store();
            String version = after.active("db").orElseThrow().version().version();
            seen.add(version);
            assertTrue(version.equals("1.0.0") || version.equals("2.0.0"), version);
            Version again = put(after, "2.0.0", 3);
            after.stage(again);
            after.switchTo(again);
            assertEquals("2.0.0", store().active("db").orElseThrow().version().version());
        }
        assertEquals(Set.of("1.0.0", "2.0.0"), seen);
    }

    private void upgrade(Consumer<String> step) throws IOException {
        ModuleStore first = store();
        Version old = put(first, "1.0.0", 1);
        first.stage(old);
        first.switchTo(old);
        ModuleStore store = store(step);
        Version wanted = put(store, "2.0.0", 2);
        store.stage(wanted);
        store.switchTo(wanted);
    }

    @Test
    void whatSpeaksAgainstItIsToldAtOnceAndNothingStays() throws IOException {
        ModuleStore store = store();
        Version wanted = put(store, "1.0.0", 1);
        machine.absent.add("/srv/db");
        machine.addressUser = "another machine (02:42:ac:11:00:02)";
        HaException told = refused(() -> store.stage(wanted));
        assertEquals("HA-4406", told.code());
        assertTrue(told.fault().contains("/srv/db is not there"), told.fault());
        assertTrue(told.fault().contains("10.0.0.9 is in use by another machine"), told.fault());
        assertFalse(Files.exists(folder.resolve("db")));
        machine.absent.clear();
        machine.addressUser = "";
        machine.users = List.of("postgres (pid 812, /srv/db/base/1)");
        assertTrue(
                refused(() -> store.stage(wanted)).fault().contains("postgres (pid 812"), "users");
        machine.users = List.of();
        store.stage(wanted);
        store.switchTo(wanted);
        // Its own directory and address are no reason against its next version.
        machine.users = List.of("postgres (pid 812, /srv/db/base/1)");
        machine.addressUser = "interface eth0 of this machine";
        Version next = put(store, "1.1.0", 2);
        store.stage(next);
        store.switchTo(next);
    }

    @Test
    void modulesDoNotShareDirectoriesOrAddresses() throws IOException {
        ModuleStore store = store();
        Version first = put(store, "1.0.0", 1);
        store.stage(first);
        store.switchTo(first);
        Version sameAddress = put(store, "web", "1.0.0", 1, "10.0.0.9");
        assertTrue(
                refused(() -> store.stage(sameAddress)).fault().contains("belongs to module db"),
                "address");
        byte[] bytes = archive("web", "1.0.0");
        Version inside =
                Version.of(
                        "web",
                        1,
                        "1.0.0",
                        Archive.digest(bytes),
                        Map.of("virtual-ip", "10.0.0.8", "data-dir", "/srv/db/web"),
                        Map.of());
        assertTrue(
                refused(() -> store.stage(inside)).fault().contains("overlaps /srv/db"), "folder");
    }

    @Test
    void refusesWhatIsRunningOldDamagedOrIncomplete() throws IOException {
        ModuleStore store = store();
        Version wanted = put(store, "1.0.0", 2);
        watcher.running = "db is PRIM";
        assertEquals("HA-4405", refused(() -> store.stage(wanted)).code());
        watcher.running = "";
        store.stage(wanted);
        watcher.running = "db is PRIM";
        assertEquals("HA-4405", refused(() -> store.switchTo(wanted)).code());
        watcher.running = "";
        store.switchTo(wanted);
        Version old = put(store, "0.9.0", 2);
        assertEquals("HA-4407", refused(() -> store.stage(old)).code());
        Version notStaged = put(store, "3.0.0", 9);
        assertEquals("HA-4408", refused(() -> store.switchTo(notStaged)).code());
        assertEquals("HA-4403", refused(() -> store.upload("0".repeat(64), new byte[] {1})).code());
        Version absent = Version.of("db", 5, "1", "0".repeat(64), Map.of(), Map.of());
        assertEquals("HA-4401", refused(() -> store.stage(absent)).code());
        byte[] bytes = archive("db", "4.0.0");
        store.upload(Archive.digest(bytes), bytes);
        Version incomplete =
                Version.of("db", 5, "4.0.0", Archive.digest(bytes), Map.of(), Map.of());
        HaException told = refused(() -> store.stage(incomplete));
        assertTrue(told.fault().contains("virtual-ip"), told.fault());
    }

    private static SignaturePolicy policy(SignaturePolicy.Level level, SigningKey... allowed)
            throws IOException {
        StringBuilder lines = new StringBuilder();
        for (SigningKey key : allowed) lines.append("ann ").append(key.key().line()).append('\n');
        return new SignaturePolicy(level, AllowedSigners.parse(lines.toString()));
    }

    @Test
    void aRequiredSignatureIsThatOfSomebodyWhoMayOnTheseBytes() throws IOException {
        SigningKey ann = SigningKey.generate();
        SigningKey bob = SigningKey.generate();
        policy = policy(SignaturePolicy.Level.REQUIRE, ann);
        ModuleStore store = store();
        Version wanted = put(store, "1.0.0", 1);
        HaException unsigned = refused(() -> store.stage(wanted));
        assertEquals("HA-4413", unsigned.code());
        assertTrue(unsigned.remedy().contains("safe sign"), unsigned.remedy());
        byte[] other = archive("db", "1.0.1");
        store.uploadSignature(wanted.digest(), ann.sign(other).armored());
        assertEquals("HA-4414", refused(() -> store.stage(wanted)).code());
        store.uploadSignature(wanted.digest(), "nonsense");
        assertEquals("HA-4414", refused(() -> store.stage(wanted)).code());
        byte[] bytes = archive("db", "1.0.0");
        store.uploadSignature(wanted.digest(), bob.sign(bytes).armored());
        HaException untrusted = refused(() -> store.stage(wanted));
        assertEquals("HA-4415", untrusted.code());
        assertTrue(untrusted.remedy().contains(bob.key().line()), untrusted.remedy());
        assertFalse(Files.exists(folder.resolve("db")), "something is half installed");
        store.uploadSignature(
                wanted.digest(), bob.sign(bytes).armored() + ann.sign(bytes).armored());
        store.stage(wanted);
        store.switchTo(wanted);
        // the signature stays beside the archive, over a restart too
        ModuleStore again = store();
        assertTrue(again.signature(wanted.digest()).orElseThrow().contains("BEGIN SSH SIGNATURE"));
    }

    @Test
    void aWishedSignatureWarnsAndNoneIsAskedForWhenItIsOff() throws IOException {
        policy = policy(SignaturePolicy.Level.WARN);
        ModuleStore store = store();
        Version wanted = put(store, "1.0.0", 1);
        assertTrue(store.checkSignature(wanted.digest()).orElseThrow().startsWith("S002"));
        store.stage(wanted);
        policy = policy(SignaturePolicy.Level.OFF);
        assertTrue(store.checkSignature(wanted.digest()).isEmpty());
    }

    @Test
    void whatIsInForceTakesOtherParametersAlsoUnderAStricterPolicy() throws IOException {
        ModuleStore store = store();
        Version first = put(store, "1.0.0", 1);
        store.stage(first);
        store.switchTo(first);
        policy = policy(SignaturePolicy.Level.REQUIRE);
        Version other = put(store, "db", "1.0.0", 2, "10.0.0.8");
        store.stage(other);
        assertEquals("HA-4413", refused(() -> store.stage(put(store, "1.0.1", 3))).code());
        // what a peer has in force was looked at there
        store.stageTakenOver(put(store, "1.0.1", 3));
    }

    @Test
    void aKindThatNothingRunsIsRefused() throws IOException {
        byte[] bytes =
                Archive.of(
                                Map.of(
                                        "module.yaml",
                                        file("format: 1\nname: web\nversion: 1.0.0\nkind: farm\n"),
                                        "conf/userconfig.yaml",
                                        file("format: 1\n")))
                        .toBytes();
        ModuleStore store = store();
        store.upload(Archive.digest(bytes), bytes);
        Version farm = Version.of("web", 1, "1.0.0", Archive.digest(bytes), Map.of(), Map.of());
        HaException told = refused(() -> store.stage(farm));
        assertEquals("HA-4412", told.code());
        assertTrue(told.fault().contains("farm"), told.fault());
    }

    @Test
    void theVersionBeforeIsRememberedWithItsArchiveAndWithoutSecrets() throws IOException {
        ModuleStore store = store();
        for (int i = 1; i <= 5; i++) {
            Version next = put(store, i + ".0.0", i);
            store.stage(next);
            store.switchTo(next);
        }
        Version before = store.previous("db").orElseThrow();
        assertEquals("4.0.0", before.version());
        assertEquals(Map.of(), before.secrets());
        // also a folder that is older than others is kept while it is the one before
        Version back = put(store, "3.0.0", 6);
        store.stage(back);
        store.switchTo(back);
        Version on = put(store, "6.0.0", 7);
        store.stage(on);
        store.switchTo(on);
        assertEquals("3.0.0", store.previous("db").orElseThrow().version());
        ModuleStore again = store();
        assertEquals(
                before.module(),
                again.module(store.previous("db").orElseThrow().digest()).manifest().name());
    }

    @Test
    void versionsAreOrderedByTheirNumbers() {
        List<String> ordered =
                List.of("0.9", "1.0.0-rc9", "1.0.0-rc10", "1.0.0", "1.0.1", "1.2", "1.10.0", "2.0");
        for (int i = 0; i < ordered.size(); i++) {
            for (int j = 0; j < ordered.size(); j++) {
                assertEquals(
                        Integer.signum(Integer.compare(i, j)),
                        Integer.signum(ModuleVersions.compare(ordered.get(i), ordered.get(j))),
                        ordered.get(i) + " and " + ordered.get(j));
            }
        }
        assertEquals(0, ModuleVersions.compare("1.0", "1.0.0"));
    }

    @Test
    void anUninstalledModuleLeavesItsRevisionOnly() throws IOException {
        ModuleStore store = store();
        Version wanted = put(store, "1.0.0", 1);
        store.stage(wanted);
        store.switchTo(wanted);
        Version gone = Version.removed("db", 2);
        store.stage(gone);
        store.switchTo(gone);
        ModuleStore again = store();
        assertTrue(again.active().isEmpty());
        assertEquals(List.of(gone), again.versions());
        try (Stream<Path> left = Files.list(folder.resolve("db"))) {
            assertEquals(List.of(folder.resolve("db").resolve("active.json")), left.toList());
        }
    }

    @Test
    void aDamagedModuleIsNamed() throws IOException {
        ModuleStore store = store();
        Version wanted = put(store, "1.0.0", 1);
        store.stage(wanted);
        store.switchTo(wanted);
        Path archive = store.active("db").orElseThrow().folder().resolve("module.safe");
        byte[] bytes = Files.readAllBytes(archive);
        bytes[bytes.length / 2] ^= 1;
        Files.write(archive, bytes);
        HaException told = refused(this::store);
        assertEquals("HA-4402", told.code());
        assertTrue(told.fault().contains("1.0.0-"), told.fault());
    }

    @Test
    void digestsTellConfigurationsApart() {
        Version one = Version.of("db", 1, "1", "d", Map.of("a", "bc"), Map.of());
        assertFalse(
                one.configDigest()
                        .equals(
                                Version.of("db", 1, "1", "d", Map.of("ab", "c"), Map.of())
                                        .configDigest()));
        assertFalse(
                one.configDigest()
                        .equals(
                                Version.of("db", 1, "1", "d", Map.of(), Map.of("a", "bc"))
                                        .configDigest()));
        assertFalse(one.toString().contains("bc"));
    }

    @Test
    void findsWhoUsesADirectory() throws Exception {
        LinuxSurroundings linux = new LinuxSurroundings(_ -> Optional.empty());
        Process sleeper = new ProcessBuilder("sleep", "60").directory(folder.toFile()).start();
        try {
            long end = System.nanoTime() + 10_000_000_000L;
            while (linux.usersOf(folder).isEmpty()) {
                assertTrue(System.nanoTime() < end, "the process is not found");
                Thread.onSpinWait();
            }
            assertTrue(
                    linux.usersOf(folder).getFirst().startsWith("sleep (pid " + sleeper.pid()),
                    linux.usersOf(folder).toString());
        } finally {
            sleeper.destroyForcibly().waitFor();
        }
        assertEquals(List.of(), linux.usersOf(folder));
        assertTrue(linux.userOf(InetAddress.getLoopbackAddress()).contains("interface lo"), "lo");
    }
}
