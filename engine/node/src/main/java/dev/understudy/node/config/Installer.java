package dev.understudy.node.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.core.member.HaException;
import dev.understudy.safe.Parameter;
import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Installs, configures and uninstalls modules on all nodes: stage everywhere, compare digests,
/// switch everywhere.
///
/// A node that refuses ends it and nothing is changed anywhere; a node that is away takes the
/// version over when it is back ([#takeOverNewer]).
public final class Installer {
    private static final Duration CALL_MAX = Duration.ofSeconds(60);
    private static final Duration LOOK_MAX = Duration.ofSeconds(10);

    private final ModuleStore store;
    private final Peers peers;
    private final Platform platform;
    private final ObjectMapper json = Version.mapper();

    /// What happened on which node.
    ///
    /// @param isDone false: it takes it over when it is back
    public record NodeResult(String node, boolean isDone, String text) {}

    /// What came of a change.
    public record Change(Version version, List<NodeResult> nodes, List<String> warnings) {}

    /// A parameter with its value.
    ///
    /// @param value null if it has none, or is secret
    public record ParameterValue(
            String name, String type, String title, @Nullable String value, boolean isDefault) {}

    /// Installs into `store` here and through `peers` there.
    public Installer(ModuleStore store, Peers peers, Platform platform) {
        this.store = store;
        this.peers = peers;
        this.platform = platform;
    }

    /// Installs an uploaded archive, or changes to it.
    ///
    /// @param isDowngrade an older version than that in force is meant
    /// @param expected revision that must be in force, 0 for none; -1 = any
    /// @throws HaException HA-4416 for an older version that is not meant, HA-4417 if another
    ///   revision is in force than expected
    public synchronized Change install(
            String digest, Map<String, String> given, boolean isDowngrade, long expected)
            throws IOException, InterruptedException {
        SafeModule module = store.module(digest);
        String name = module.manifest().name();
        Optional<Version> now = store.version(name).filter(version -> !version.isRemoved());
        long revision = now.map(Version::revision).orElse(0L);
        if (expected >= 0 && expected != revision) {
            throw new HaException(
                    "HA-4417",
                    "%s has revision %d now, the plan was made at revision %d; nothing was changed"
                            .formatted(name, revision, expected),
                    null,
                    "make a new plan and look at it");
        }
        String wanted = module.manifest().version();
        if (now.isPresent()
                && !isDowngrade
                && ModuleVersions.compare(wanted, now.get().version()) < 0) {
            throw new HaException(
                    "HA-4416",
                    "version %s of %s is older than %s, which is in force; nothing was changed"
                            .formatted(wanted, name, now.get().version()),
                    null,
                    "`safe rollback -m %s` goes back to the version before; --allow-downgrade"
                                    .formatted(name)
                            + " installs this one");
        }
        Optional<String> warning = store.checkSignature(digest);
        Change done = change(next(name, module, given));
        if (warning.isEmpty()) return done;
        List<String> warnings = new ArrayList<>(done.warnings());
        warnings.add(warning.get());
        return new Change(done.version(), done.nodes(), warnings);
    }

    /// Goes back to the archive and the parameters that were in force before; secrets stay as they
    /// are, and so do the data.
    ///
    /// @throws HaException HA-4410 if the module is not installed, HA-4418 if nothing was before
    public synchronized Change rollback(String name) throws IOException, InterruptedException {
        Version now = required(name).version();
        Version before =
                store.previous(name)
                        .orElseThrow(() ->
                                new HaException(
                                        "HA-4418",
                                        "no earlier version of %s is kept".formatted(name),
                                        null,
                                        "install the archive that you want with"
                                                + " --allow-downgrade"));
        Map<String, Parameter> declared = store.module(before.digest()).manifest().parameters();
        Map<String, String> secrets = new HashMap<>(now.secrets());
        secrets.keySet().retainAll(declared.keySet());
        return change(
                Version.of(
                        name,
                        nextRevision(name),
                        before.version(),
                        before.digest(),
                        before.values(),
                        secrets));
    }

    /// Changes parameters; an empty value restores the default, or empties an optional one.
    public synchronized Change configure(String name, Map<String, String> given)
            throws IOException, InterruptedException {
        return change(next(name, required(name).module(), given));
    }

    private Version next(String name, SafeModule module, Map<String, String> given) {
        Map<String, String> values = new HashMap<>();
        Map<String, String> secrets = new HashMap<>();
        Optional<Version> before = store.version(name).filter(version -> !version.isRemoved());
        before.ifPresent(version -> {
            values.putAll(version.values());
            secrets.putAll(version.secrets());
        });
        // What an earlier version declared and this one does not is left behind.
        Map<String, Parameter> declared = module.manifest().parameters();
        values.keySet().retainAll(declared.keySet());
        secrets.keySet().retainAll(declared.keySet());
        given.forEach((key, value) -> {
            Parameter parameter = declared.get(key);
            if (parameter == null) {
                throw new HaException(
                        "HA-4409",
                        "module %s has no parameter '%s'".formatted(name, key),
                        null,
                        declared.isEmpty()
                                ? "it has none"
                                : "it has " + String.join(", ", declared.keySet()));
            }
            boolean isSecret = parameter.type() == Parameter.Type.SECRET;
            Map<String, String> target = isSecret ? secrets : values;
            // An optional parameter with a default is emptied; there is no other word for that.
            boolean isEmptied = parameter.optional() && parameter.defaultOn(platform).isPresent();
            if (value.isEmpty() && !isEmptied) target.remove(key);
            else target.put(key, value);
        });
        return Version.of(
                name,
                nextRevision(name),
                module.manifest().version(),
                module.digest(),
                values,
                secrets);
    }

    private long nextRevision(String name) {
        return store.version(name).map(Version::revision).orElse(0L) + 1;
    }

    /// Uninstalls a module; the directories stay as they are.
    public synchronized Change uninstall(String name) throws IOException, InterruptedException {
        required(name);
        return change(Version.removed(name, nextRevision(name)));
    }

    private ActiveModule required(String name) {
        return store.active(name)
                .orElseThrow(() ->
                        new HaException(
                                "HA-4410",
                                "module %s is not installed".formatted(name),
                                null,
                                "see `safe state` for the modules of a node"));
    }

    private Change change(Version wanted) throws IOException, InterruptedException {
        String self = peers.self().isEmpty() ? "this node" : peers.self();
        List<String> staged = new ArrayList<>();
        List<String> away = new ArrayList<>();
        String digest = store.stage(wanted);
        try {
            for (String peer : peers.others()) {
                if (stageOn(peer, wanted, digest)) staged.add(peer);
                else away.add(peer);
            }
        } catch (HaException | IOException refused) {
            store.drop(wanted.module());
            for (String peer : staged) dropOn(peer, wanted);
            throw refused;
        }
        store.switchTo(wanted);
        List<NodeResult> results = new ArrayList<>();
        results.add(new NodeResult(self, true, wanted.isRemoved() ? "removed" : "in force"));
        List<String> warnings = new ArrayList<>();
        for (String peer : staged) {
            String failure = switchOn(peer, wanted);
            boolean isDone = failure.isEmpty();
            results.add(
                    new NodeResult(
                            peer,
                            isDone,
                            isDone
                                    ? wanted.isRemoved() ? "removed" : "in force"
                                    : "takes it over on its own: " + failure));
        }
        for (String peer : away) {
            results.add(new NodeResult(peer, false, "away; takes it over when it is back"));
            warnings.add("%s does not answer: until it is back there is one copy".formatted(peer));
        }
        return new Change(wanted, results, warnings);
    }

    /// @return false if the peer is away
    private boolean stageOn(String peer, Version wanted, String digest)
            throws IOException, InterruptedException {
        try {
            if (!wanted.isRemoved()) {
                require(
                        peer,
                        peers.call(
                                peer,
                                "PUT",
                                "/api/v1/archives/" + wanted.digest(),
                                "application/octet-stream",
                                store.archive(wanted.digest()),
                                CALL_MAX));
            }
            Optional<String> signature =
                    wanted.isRemoved() ? Optional.empty() : store.signature(wanted.digest());
            if (signature.isPresent()) {
                require(
                        peer,
                        peers.call(
                                peer,
                                "PUT",
                                "/api/v1/archives/" + wanted.digest() + "/signature",
                                "application/json",
                                json.writeValueAsBytes(Map.of("signature", signature.get())),
                                CALL_MAX));
            }
            Peers.Answer answer = send(peer, wanted, "stage");
            require(peer, answer);
            String theirs = json.readTree(answer.body()).path("configDigest").asText();
            if (!theirs.equals(digest)) {
                throw new HaException(
                        "HA-4411",
                        "%s computed another digest of %s than this node"
                                .formatted(peer, wanted.module()),
                        null,
                        "use the same version of the software on both nodes");
            }
            return true;
        } catch (HaException failed) {
            if (failed.code().equals("HA-4111")) return false;
            throw failed;
        }
    }

    private void require(String peer, Peers.Answer answer) throws IOException {
        if (answer.status() / 100 == 2) return;
        JsonNode problem = json.readTree(answer.body());
        throw new HaException(
                problem.path("code").asText("HA-4411"),
                peer + ": " + problem.path("message").asText("status " + answer.status()),
                null,
                problem.path("remedy").asText(""));
    }

    private Peers.Answer send(String peer, Version wanted, String what)
            throws IOException, InterruptedException {
        return peers.call(
                peer,
                "POST",
                "/api/v1/modules/" + wanted.module() + "/" + what,
                "application/json",
                json.writeValueAsBytes(wanted),
                CALL_MAX);
    }

    private void dropOn(String peer, Version wanted) throws IOException, InterruptedException {
        try {
            send(peer, wanted, "drop");
        } catch (HaException away) {
            // What is only staged is forgotten at the peer's next start, and replaced before.
            return;
        }
    }

    private String switchOn(String peer, Version wanted) throws IOException, InterruptedException {
        try {
            require(peer, send(peer, wanted, "switch"));
            return "";
        } catch (HaException failed) {
            return failed.fault();
        }
    }

    /// Asks each other node what it has and takes over what is newer. To be called on contact and
    /// every few seconds.
    ///
    /// @return what could not be taken over and why, in words; nodes that are away are not named
    public synchronized List<String> takeOverNewer() throws IOException, InterruptedException {
        List<String> problems = new ArrayList<>();
        for (String peer : peers.others()) {
            try {
                takeOverFrom(peer, problems);
            } catch (HaException failed) {
                if (!failed.code().equals("HA-4111")) problems.add(peer + ": " + failed.fault());
            }
        }
        return problems;
    }

    private void takeOverFrom(String peer, List<String> problems)
            throws IOException, InterruptedException {
        Peers.Answer answer =
                peers.call(peer, "GET", "/api/v1/cluster/offer", "", new byte[0], LOOK_MAX);
        require(peer, answer);
        JsonNode offer = json.readTree(answer.body());
        peers.offerCluster(offer.path("clusterYaml").asText(), peer);
        for (JsonNode item : offer.path("modules")) {
            Version theirs = json.treeToValue(item, Version.class);
            Optional<Version> ours = store.version(theirs.module());
            long revision = ours.map(Version::revision).orElse(0L);
            if (theirs.revision() == revision && !theirs.equals(ours.orElseThrow())) {
                problems.add(differences(peer, theirs, ours.orElseThrow()));
            }
            if (theirs.revision() <= revision) continue;
            try {
                takeOver(peer, theirs);
            } catch (HaException refused) {
                problems.add(
                        "%s of %s is not taken over: %s".formatted(theirs, peer, refused.fault()));
            }
        }
    }

    private void takeOver(String peer, Version theirs) throws IOException, InterruptedException {
        if (!theirs.isRemoved() && !store.hasArchive(theirs.digest())) {
            Peers.Answer archive =
                    peers.call(
                            peer,
                            "GET",
                            "/api/v1/archives/" + theirs.digest(),
                            "",
                            new byte[0],
                            CALL_MAX);
            require(peer, archive);
            store.upload(theirs.digest(), archive.body());
            Peers.Answer signature =
                    peers.call(
                            peer,
                            "GET",
                            "/api/v1/archives/" + theirs.digest() + "/signature",
                            "",
                            new byte[0],
                            LOOK_MAX);
            require(peer, signature);
            String text = json.readTree(signature.body()).path("signature").asText();
            if (!text.isEmpty()) store.uploadSignature(theirs.digest(), text);
        }
        store.stageTakenOver(theirs);
        store.switchTo(theirs);
    }

    private static String differences(String peer, Version theirs, Version ours) {
        List<String> keys = new ArrayList<>();
        if (!theirs.digest().equals(ours.digest())) keys.add("the archive");
        Map<String, String> all = new HashMap<>(theirs.given());
        all.putAll(ours.given());
        for (String key : all.keySet().stream().sorted().toList()) {
            if (!java.util.Objects.equals(theirs.given().get(key), ours.given().get(key))) {
                keys.add(key);
            }
        }
        return "%s: %s differs from this node's (%s); `safe config` on either node settles it"
                .formatted(peer, theirs, String.join(", ", keys));
    }

    /// A module's parameters with their values.
    public List<ParameterValue> parameters(String name) {
        ActiveModule module = required(name);
        Map<String, String> given = module.version().values();
        Map<String, ParameterValue> found = new LinkedHashMap<>();
        module.module()
                .manifest()
                .parameters()
                .forEach((key, parameter) -> {
                    boolean isSecret = parameter.type() == Parameter.Type.SECRET;
                    String value = given.get(key);
                    boolean isDefault =
                            value == null && !module.version().secrets().containsKey(key);
                    if (isDefault) value = parameter.defaultOn(platform).orElse(null);
                    found.put(
                            key,
                            new ParameterValue(
                                    key,
                                    parameter.type().word(),
                                    parameter.description(),
                                    isSecret ? null : value,
                                    isDefault));
                });
        return List.copyOf(found.values());
    }

    /// What this node has, for [#takeOverNewer] of another.
    public List<Version> offer() {
        return store.versions();
    }
}
