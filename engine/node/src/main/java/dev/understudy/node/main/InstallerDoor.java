package dev.understudy.node.main;

import dev.understudy.core.member.HaException;
import dev.understudy.node.api.Caller;
import dev.understudy.node.api.ModuleInstaller;
import dev.understudy.node.config.ActiveModule;
import dev.understudy.node.config.Installer;
import dev.understudy.node.config.ModuleStore;
import dev.understudy.node.config.Preflight;
import dev.understudy.node.config.Version;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Gives the API the installation of modules.
final class InstallerDoor implements ModuleInstaller {
    private final Installer installer;
    private final ModuleStore store;
    private final Preflight preflight;
    private final Predicate<String> isServing;

    /// @param isServing tells whether a module runs on this node
    InstallerDoor(
            Installer installer,
            ModuleStore store,
            Preflight preflight,
            Predicate<String> isServing) {
        this.installer = installer;
        this.store = store;
        this.preflight = preflight;
        this.isServing = isServing;
    }

    @Override
    public Record preflight(String module) throws Exception {
        return preflight.look(module, isServing.test(module));
    }

    @Override
    public void putArchive(String digest, byte[] bytes) throws Exception {
        store.upload(digest, bytes);
    }

    @Override
    public byte[] archive(String digest) throws Exception {
        return store.archive(digest);
    }

    @Override
    public void putSignature(String digest, String text) throws Exception {
        store.uploadSignature(digest, text);
    }

    @Override
    public String signature(String digest) throws Exception {
        return store.signature(digest).orElse("");
    }

    @Override
    public Distribution install(String digest, Wish wish, Caller caller) throws Exception {
        return distribution(
                installer.install(
                        digest, wish.values(), wish.isDowngrade(), wish.expectedRevision()));
    }

    @Override
    public Distribution rollback(String module, Caller caller) throws Exception {
        return distribution(installer.rollback(module));
    }

    @Override
    public Distribution configure(String module, Map<String, String> values, Caller caller)
            throws Exception {
        return distribution(installer.configure(module, values));
    }

    @Override
    public Distribution uninstall(String module, Caller caller) throws Exception {
        return distribution(installer.uninstall(module));
    }

    private static Distribution distribution(Installer.Change change) {
        Version version = change.version();
        return new Distribution(
                version.module(),
                version.version(),
                version.digest(),
                version.configDigest(),
                version.revision(),
                change.nodes().stream()
                        .map(node -> new NodeResult(node.node(), node.isDone(), node.text()))
                        .toList(),
                change.warnings());
    }

    @Override
    public Config config(String module) {
        Version version =
                store.active(module)
                        .map(ActiveModule::version)
                        .orElseThrow(() ->
                                new HaException(
                                        "HA-4410",
                                        "module %s is not installed".formatted(module),
                                        null,
                                        "see `safe state` for the modules of a node"));
        return new Config(
                module,
                version.version(),
                version.digest(),
                version.configDigest(),
                version.revision(),
                installer.parameters(module).stream()
                        .map(p ->
                                new ParameterValue(
                                        p.name(), p.type(), p.title(), p.value(), p.isDefault()))
                        .toList());
    }

    @Override
    public String stage(Staged staged) throws Exception {
        return store.stage(version(staged));
    }

    @Override
    public void switchTo(Staged staged) throws Exception {
        store.switchTo(version(staged));
    }

    @Override
    public void drop(Staged staged) throws Exception {
        store.drop(staged.module());
    }

    @Override
    public List<Staged> offer() {
        return installer.offer().stream().map(InstallerDoor::staged).toList();
    }

    private static Version version(Staged staged) {
        return new Version(
                staged.module(),
                staged.revision(),
                staged.isRemoved(),
                staged.version(),
                staged.digest(),
                staged.configDigest(),
                staged.values(),
                staged.secrets());
    }

    private static Staged staged(Version version) {
        return new Staged(
                version.module(),
                version.revision(),
                version.isRemoved(),
                version.version(),
                version.digest(),
                version.configDigest(),
                version.values(),
                version.secrets());
    }
}
