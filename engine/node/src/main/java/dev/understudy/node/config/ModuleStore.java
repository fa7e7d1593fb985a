package dev.understudy.node.config;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.core.member.HaException;
import dev.understudy.node.store.AtomicFile;
import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.Manifest;
import dev.understudy.safe.Platform;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.Resolved;
import dev.understudy.safe.SafeModule;
import dev.understudy.safe.lint.Linter;
import dev.understudy.safe.read.Resolver;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.safe.read.Schemas;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The modules of this node on disk.
///
/// `<name>/<version>-<digest>/module.safe` holds archives side by side; `<name>/active.json` says
/// which one is in force with which parameters and is replaced by one rename, so a node that dies
/// at any moment has the old version or the new one. Secrets are in a file of their own, 0600.
/// Thread-safe.
public final class ModuleStore {
    private static final Logger LOG = LoggerFactory.getLogger(ModuleStore.class);
    private static final String ACTIVE = "active.json";
    private static final String STAGED = "staged.json";
    private static final String ARCHIVE = "module.safe";
    private static final String FITS = "fits";
    private static final String SIGNATURE = "module.safe.sig";
    private static final String PREVIOUS = "previous.json";
    private static final String UPLOADS = ".uploads";
    private static final int FOLDERS_KEPT = 3;

    private final Path root;
    private final Platform platform;
    private final InstallChecks checks;
    private final ModuleWatcher watcher;
    private final Supplier<SignaturePolicy> signatures;
    private final Consumer<String> step;
    private final ObjectMapper json = Version.mapper();
    private final Map<String, Version> versions = new TreeMap<>();
    private final Map<String, ActiveModule> active = new TreeMap<>();

    /// Prepares; [#load] reads what is there.
    ///
    /// @param root the folder of modules
    /// @param platform of this machine
    /// @param signatures asked at each installation
    public ModuleStore(
            Path root,
            Platform platform,
            Surroundings surroundings,
            ModuleWatcher watcher,
            Supplier<SignaturePolicy> signatures) {
        this(root, platform, surroundings, watcher, signatures, _ -> {});
    }

    /// For tests.
    ///
    /// @param step told before each step that changes the disk; may throw as if the node died
    ModuleStore(
            Path root,
            Platform platform,
            Surroundings surroundings,
            ModuleWatcher watcher,
            Supplier<SignaturePolicy> signatures,
            Consumer<String> step) {
        this.root = root;
        this.platform = platform;
        this.checks = new InstallChecks(surroundings);
        this.watcher = watcher;
        this.signatures = signatures;
        this.step = step;
    }

    /// Reads the modules in force and forgets what was only staged.
    ///
    /// @throws HaException HA-4402 if a module in force cannot be read
    public synchronized List<ActiveModule> load() throws IOException {
        Files.createDirectories(root);
        deleteTree(root.resolve(UPLOADS));
        versions.clear();
        active.clear();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, "[A-Za-z0-9]*")) {
            for (Path folder : folders) {
                Files.deleteIfExists(folder.resolve(STAGED));
                Optional<Version> version = readVersion(folder, ACTIVE);
                if (version.isEmpty()) continue;
                versions.put(version.get().module(), version.get());
                if (!version.get().isRemoved()) {
                    active.put(version.get().module(), read(version.get()));
                }
            }
        }
        return List.copyOf(active.values());
    }

    /// The modules in force.
    public synchronized List<ActiveModule> active() {
        return List.copyOf(active.values());
    }

    /// A module in force.
    public synchronized Optional<ActiveModule> active(String module) {
        return Optional.ofNullable(active.get(module));
    }

    /// What this node has, removed ones included.
    synchronized List<Version> versions() {
        return List.copyOf(versions.values());
    }

    synchronized Optional<Version> version(String module) {
        return Optional.ofNullable(versions.get(module));
    }

    private ActiveModule read(Version version) {
        Path folder = folder(version);
        try {
            boolean isFitting = isKnownToFit(folder, version);
            Path archive = folder.resolve(ARCHIVE);
            ReadResult read =
                    isFitting ? SafeReader.readFitting(archive) : SafeReader.read(archive);
            if (read.isGood() && read.module().get().digest().equals(version.digest())) {
                SafeModule module = read.module().get();
                Resolved resolved =
                        isFitting
                                ? Resolver.resolveFitting(module, version.given(), platform)
                                : Resolver.resolve(module, version.given(), platform);
                if (resolved.config().isPresent()) {
                    if (!isFitting) noteFit(folder, version);
                    return new ActiveModule(version, module, resolved, folder);
                }
            }
        } catch (IOException cannotRead) {
            throw damaged(folder, cannotRead);
        }
        throw damaged(folder, null);
    }

    /// Tells whether archive and values were compared with the schemas of this very program before;
    /// the comparison takes longer than the rest of the daemon's start.
    private boolean isKnownToFit(Path folder, Version version) throws IOException {
        Path note = folder.resolve(FITS);
        return Files.exists(note) && Files.readString(note).equals(fit(version));
    }

    private void noteFit(Path folder, Version version) {
        try {
            AtomicFile.write(
                    folder.resolve(FITS),
                    fit(version).getBytes(StandardCharsets.UTF_8),
                    "rw-------");
        } catch (IOException e) {
            // The next start compares again; whoever needs the disk for more will say so.
            LOG.warn("{} cannot be written: {}", folder.resolve(FITS), e.getMessage());
        }
    }

    /// The version's digest is computed anew: what the record says may be of other values.
    private String fit(Version version) {
        String config = Version.configDigest(version.digest(), version.values(), version.secrets());
        return String.join(" ", Schemas.digest(), config, platform.names().getFirst()) + "\n";
    }

    private static HaException damaged(Path folder, @Nullable IOException cause) {
        return new HaException(
                "HA-4402",
                "the installed module in %s is damaged".formatted(folder),
                cause,
                "install it again, or copy the folder from the other node");
    }

    /// Keeps an archive until it is installed.
    ///
    /// @throws HaException HA-4403 if the bytes have another digest
    public synchronized void upload(String digest, byte[] bytes) throws IOException {
        if (!Archive.digest(bytes).equals(digest)) {
            throw new HaException(
                    "HA-4403",
                    "the archive was damaged on its way: its SHA-256 is not " + digest,
                    null,
                    "send it again");
        }
        Files.createDirectories(root.resolve(UPLOADS));
        AtomicFile.write(root.resolve(UPLOADS).resolve(digest), bytes, "rw-------");
    }

    /// Keeps the signatures of an archive beside it, until it is installed.
    public synchronized void uploadSignature(String digest, String text) throws IOException {
        Files.createDirectories(root.resolve(UPLOADS));
        AtomicFile.write(
                root.resolve(UPLOADS).resolve(digest + ".sig"),
                text.getBytes(StandardCharsets.UTF_8),
                "rw-------");
    }

    /// Finds the signatures of an archive; empty if it has none.
    public synchronized Optional<String> signature(String digest) throws IOException {
        Path upload = root.resolve(UPLOADS).resolve(digest + ".sig");
        if (Files.exists(upload)) return Optional.of(Files.readString(upload));
        for (Path archive : installed(digest)) {
            Path beside = archive.resolveSibling(SIGNATURE);
            if (Files.exists(beside)) return Optional.of(Files.readString(beside));
        }
        return Optional.empty();
    }

    /// Finds an archive in the folders of all versions that are kept.
    private List<Path> installed(String digest) throws IOException {
        List<Path> found = new ArrayList<>();
        String end = "-" + digest.substring(0, 12);
        try (DirectoryStream<Path> modules = Files.newDirectoryStream(root, "[A-Za-z0-9]*")) {
            for (Path module : modules) {
                try (DirectoryStream<Path> folders =
                        Files.newDirectoryStream(module, Files::isDirectory)) {
                    for (Path folder : folders) {
                        Path archive = folder.resolve(ARCHIVE);
                        if (folder.toString().endsWith(end) && Files.exists(archive)) {
                            found.add(archive);
                        }
                    }
                }
            }
        }
        return found;
    }

    /// Looks at the signatures of an archive as the cluster asks.
    ///
    /// @return what the operator is to be warned of
    /// @throws HaException HA-4413 to HA-4415 if it must not be installed
    synchronized Optional<String> checkSignature(String digest) throws IOException {
        return signatures.get().check(archive(digest), signature(digest), Instant.now());
    }

    /// What was in force before the version that is; secrets are left out.
    synchronized Optional<Version> previous(String module) {
        Version now = versions.get(module);
        // one that a death left there before the switch is the version in force itself
        return readVersion(root.resolve(module), PREVIOUS)
                .filter(before -> now != null && before.revision() < now.revision());
    }

    /// Finds an archive among the uploads and the installed ones.
    ///
    /// @throws HaException HA-4401 if it is not there
    public synchronized byte[] archive(String digest) throws IOException {
        Path upload = root.resolve(UPLOADS).resolve(digest);
        if (Files.exists(upload)) return Files.readAllBytes(upload);
        List<Path> installed = installed(digest);
        if (!installed.isEmpty()) return Files.readAllBytes(installed.getFirst());
        throw new HaException(
                "HA-4401", "no archive with digest " + digest, null, "upload it first");
    }

    synchronized boolean hasArchive(String digest) {
        return Files.exists(root.resolve(UPLOADS).resolve(digest))
                || versions.values().stream().anyMatch(version -> version.digest().equals(digest));
    }

    /// Reads an archive as a module.
    ///
    /// @throws HaException HA-4404 with all findings
    SafeModule module(String digest) throws IOException {
        ReadResult read = SafeReader.read("archive", archive(digest));
        if (read.isGood()) return read.module().orElseThrow();
        throw refusedBy(read.findings(), "the archive");
    }

    private static HaException refusedBy(List<Finding> findings, String what) {
        List<String> lines =
                findings.stream()
                        .filter(f -> f.severity() == dev.understudy.safe.Severity.ERROR)
                        .map(Finding::toString)
                        .toList();
        return new HaException(
                "HA-4404",
                what + " cannot be used:\n" + String.join("\n", lines),
                null,
                "give parameters with --set NAME=VALUE; correct the module with `safe lint`");
    }

    /// Checks a version against this machine and stores it beside what is in force.
    ///
    /// @return the digest over archive and configuration, computed here
    /// @throws HaException HA-4404 module or parameters, HA-4405 not now, HA-4406 this machine
    ///   cannot take it, HA-4407 this node has a newer revision, HA-4412 a kind that nothing runs,
    ///   HA-4413 to HA-4415 its signature
    public synchronized String stage(Version wanted) throws IOException {
        return stage(wanted, true);
    }

    /// Stages what another node has in force already: its virtual addresses may well answer, and
    /// its signature was looked at when it was installed.
    synchronized String stageTakenOver(Version wanted) throws IOException {
        return stage(wanted, false);
    }

    private String stage(Version wanted, boolean isNew) throws IOException {
        requireNewer(wanted);
        requirePossibleNow(wanted.module());
        if (wanted.isRemoved()) {
            writeVersion(wanted, STAGED);
            return "";
        }
        SafeModule module = module(wanted.digest());
        if (!module.manifest().name().equals(wanted.module())) {
            throw new HaException(
                    "HA-4404",
                    "the archive is module %s, not %s"
                            .formatted(module.manifest().name(), wanted.module()),
                    null,
                    "");
        }
        requireKind(module);
        Version now = versions.get(wanted.module());
        // other parameters of what is in force ask for nothing
        if (isNew && (now == null || !now.digest().equals(wanted.digest()))) {
            checkSignature(wanted.digest());
        }
        Resolved resolved = Resolver.resolve(module, wanted.given(), platform);
        List<Finding> findings = new ArrayList<>(resolved.findings());
        if (resolved.config().isEmpty() || Finding.anyError(findings)) {
            throw refusedBy(findings, wanted.module() + " " + wanted.version());
        }
        findings.addAll(Linter.lint(module, resolved, platform));
        if (Finding.anyError(findings)) {
            throw refusedBy(findings, wanted.module() + " " + wanted.version());
        }
        List<String> against =
                checks.check(
                        resolved.config().get(),
                        Optional.ofNullable(active.get(wanted.module())).map(ActiveModule::config),
                        active.values().stream()
                                .filter(other -> !other.name().equals(wanted.module()))
                                .toList(),
                        isNew);
        if (!against.isEmpty()) {
            throw new HaException(
                    "HA-4406",
                    "this machine cannot take %s:\n%s"
                            .formatted(wanted.module(), String.join("\n", against)),
                    null,
                    "mend each of these, then install again; nothing was changed");
        }
        storeArchive(wanted);
        writeVersion(wanted, STAGED);
        return Version.configDigest(wanted.digest(), wanted.values(), wanted.secrets());
    }

    private static void requireKind(SafeModule module) {
        Manifest.Kind kind = module.manifest().kind();
        if (kind != Manifest.Kind.FARM) return;
        throw new HaException(
                "HA-4412",
                "%s is a %s module, and the engine of that kind is not built yet"
                        .formatted(module.manifest().name(), kind.name().toLowerCase(Locale.ROOT)),
                null,
                "it can be linted, tested, simulated, packed and signed; only mirror and light modules run");
    }

    private void requireNewer(Version wanted) {
        Version now = versions.get(wanted.module());
        if (now != null && now.revision() >= wanted.revision()) {
            throw new HaException(
                    "HA-4407",
                    "this node has revision %d of %s already"
                            .formatted(now.revision(), wanted.module()),
                    null,
                    "wait a few seconds until the nodes have told each other, then try again");
        }
    }

    private void requirePossibleNow(String module) {
        watcher.whyNotNow(module)
                .ifPresent(why -> {
                    throw new HaException(
                            "HA-4405",
                            "%s cannot be changed now: %s".formatted(module, why),
                            null,
                            "stop it on all nodes first: safe stop -m " + module);
                });
    }

    private void storeArchive(Version wanted) throws IOException {
        Path target = folder(wanted);
        Optional<String> signature = signature(wanted.digest());
        if (Files.exists(target.resolve(ARCHIVE))) {
            if (signature.isPresent()) write(target.resolve(SIGNATURE), signature.get());
            return;
        }
        byte[] bytes = archive(wanted.digest());
        Path module = root.resolve(wanted.module());
        Files.createDirectories(module);
        Path fresh = module.resolve("." + target.getFileName() + ".new");
        deleteTree(fresh);
        step.accept("create folder");
        Files.createDirectory(fresh);
        step.accept("write archive");
        AtomicFile.write(fresh.resolve(ARCHIVE), bytes, "rw-r--r--");
        if (signature.isPresent()) write(fresh.resolve(SIGNATURE), signature.get());
        step.accept("rename folder");
        deleteTree(target); // a folder without its archive: left by a node that died
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.syncFolder(module);
    }

    private static void write(Path file, String text) throws IOException {
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8), "rw-r--r--");
    }

    /// Puts the staged version in force.
    ///
    /// @throws HaException HA-4405 not now, HA-4408 something else is staged, or nothing
    public synchronized void switchTo(Version wanted) throws IOException {
        Version now = versions.get(wanted.module());
        if (wanted.equals(now)) return; // told twice
        Path folder = root.resolve(wanted.module());
        Optional<Version> staged = readVersion(folder, STAGED);
        if (staged.isEmpty() || !staged.get().equals(wanted)) {
            throw new HaException(
                    "HA-4408",
                    "revision %d of %s is not staged here"
                            .formatted(wanted.revision(), wanted.module()),
                    null,
                    "try again");
        }
        requirePossibleNow(wanted.module());
        ActiveModule next = wanted.isRemoved() ? null : read(wanted);
        if (now != null && !now.isRemoved()) {
            step.accept("remember");
            AtomicFile.write(
                    folder.resolve(PREVIOUS),
                    json.writeValueAsBytes(withoutSecrets(now)),
                    "rw-r--r--");
        }
        step.accept("switch");
        writeVersion(wanted, ACTIVE);
        step.accept("clean up");
        versions.put(wanted.module(), wanted);
        if (next == null) {
            active.remove(wanted.module());
            watcher.removed(wanted.module());
        } else {
            active.put(wanted.module(), next);
            watcher.inForce(next);
        }
        Files.deleteIfExists(folder.resolve(STAGED));
        cleanUp(folder, wanted);
    }

    /// Forgets what is staged.
    public synchronized void drop(String module) throws IOException {
        Files.deleteIfExists(root.resolve(module).resolve(STAGED));
    }

    private void cleanUp(Path folder, Version wanted) throws IOException {
        List<Path> old = new ArrayList<>();
        List<Path> kept = new ArrayList<>();
        if (!wanted.isRemoved()) {
            kept.add(folder(wanted));
            previous(wanted.module()).ifPresent(before -> kept.add(folder(before)));
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                boolean isOldSecrets =
                        name.startsWith("secrets-") && !name.equals(secretsName(wanted));
                if (isOldSecrets) Files.deleteIfExists(entry);
                if (Files.isDirectory(entry) && !kept.contains(entry)) old.add(entry);
            }
        }
        if (wanted.isRemoved()) Files.deleteIfExists(folder.resolve(PREVIOUS));
        old.sort(Comparator.comparingLong((Path path) -> path.toFile().lastModified()).reversed());
        int more = wanted.isRemoved() ? 0 : Math.max(0, FOLDERS_KEPT - kept.size());
        for (Path path : old.subList(Math.min(more, old.size()), old.size())) deleteTree(path);
    }

    private Path folder(Version version) {
        return root.resolve(version.module())
                .resolve(version.version() + "-" + version.digest().substring(0, 12));
    }

    private static String secretsName(Version version) {
        return "secrets-" + version.revision() + ".json";
    }

    private void writeVersion(Version version, String name) throws IOException {
        Path folder = root.resolve(version.module());
        Files.createDirectories(folder);
        if (!version.secrets().isEmpty()) {
            step.accept("write secrets");
            AtomicFile.write(
                    folder.resolve(secretsName(version)),
                    json.writeValueAsBytes(version.secrets()),
                    "rw-------");
        }
        step.accept("write " + name);
        AtomicFile.write(
                folder.resolve(name), json.writeValueAsBytes(withoutSecrets(version)), "rw-r--r--");
    }

    private static Version withoutSecrets(Version version) {
        return new Version(
                version.module(),
                version.revision(),
                version.isRemoved(),
                version.version(),
                version.digest(),
                version.configDigest(),
                version.values(),
                Map.of());
    }

    private Optional<Version> readVersion(Path folder, String name) {
        Path file = folder.resolve(name);
        try {
            Version open = json.readValue(Files.readAllBytes(file), Version.class);
            Map<String, String> secrets = new HashMap<>();
            Path hidden = folder.resolve(secretsName(open));
            if (Files.exists(hidden)) {
                json.readerForMapOf(String.class)
                        .<Map<String, String>>readValue(hidden.toFile())
                        .forEach(secrets::put);
            }
            return Optional.of(
                    new Version(
                            open.module(),
                            open.revision(),
                            open.isRemoved(),
                            open.version(),
                            open.digest(),
                            open.configDigest(),
                            open.values(),
                            secrets));
        } catch (NoSuchFileException notThere) {
            return Optional.empty();
        } catch (IOException broken) {
            throw new HaException(
                    "HA-4402",
                    file + " cannot be read",
                    broken,
                    "remove the folder and install the module again, or copy it from the other"
                            + " node");
        }
    }

    private static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree)) return;
        List<Path> all;
        try (Stream<Path> walk = Files.walk(tree)) {
            all = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : all) Files.delete(path);
    }
}
