package dev.understudy.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/// The jobs of `tools/ci`, their commands run one after the other by a plain shell, as the services
/// do.
class CiExamplesTest {
    private static final Path EXAMPLES = Path.of("../ci");

    @TempDir Path folder;
    private Path module = Path.of("");
    private SafeProgram program;
    private Map<String, String> environment = Map.of();

    @BeforeEach
    void makeRepository() throws IOException, InterruptedException {
        program = new SafeProgram(folder);
        String prepare =
                """
                mkdir understudy && cp -r bin understudy && tar -czf understudy.tar.gz understudy
                ssh-keygen -q -t ed25519 -N '' -f key
                safe new mirror shop --yes
                echo "ci $(cut -d' ' -f1,2 key.pub)" > shop/allowed_signers
                """;
        SafeProgram.Ended end = program.shell("bash", prepare, folder, Map.of());
        assertEquals(0, end.code(), end.text());
        module = folder.resolve("shop");
        environment =
                Map.of(
                        "UNDERSTUDY", folder.resolve("unpacked").toString(),
                        "UNDERSTUDY_URL", folder.resolve("understudy.tar.gz").toUri().toString(),
                        "SIGNING_KEY", Files.readString(folder.resolve("key")));
    }

    /// Reads the commands of a job: each of GitHub is a shell of its own.
    private static List<String> github() throws IOException {
        List<String> commands = new ArrayList<>();
        for (JsonNode step : yaml("github-actions.yml").at("/jobs/module/steps")) {
            if (step.has("run")) {
                commands.add(step.path("run").asText());
            }
        }
        return commands;
    }

    /// GitLab runs all lines in one shell.
    private static List<String> gitlab() throws IOException {
        List<String> lines = new ArrayList<>();
        yaml("gitlab-ci.yml").at("/module/script").forEach(line -> lines.add(line.asText()));
        return List.of(String.join("\n", lines));
    }

    private static JsonNode yaml(String name) throws IOException {
        Map<String, Object> tree = new Yaml().load(Files.readString(EXAMPLES.resolve(name)));
        // in YAML 1.1 the key `on` of GitHub is a truth value
        return new ObjectMapper()
                .valueToTree(
                        tree.entrySet().stream()
                                .filter(e -> Set.of("jobs", "module").contains(e.getKey()))
                                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    private SafeProgram.Ended run(String shell, List<String> commands)
            throws IOException, InterruptedException {
        SafeProgram.Ended end = new SafeProgram.Ended(0, "");
        for (String command : commands) {
            end = program.shell(shell, command, module, environment);
            if (end.code() != 0) {
                return end;
            }
        }
        return end;
    }

    private void assertWhole(SafeProgram.Ended end) throws IOException {
        assertEquals(0, end.code(), end.text());
        assertTrue(end.text().contains("signed by ci"), end.text());
        assertTrue(Files.exists(module.resolve("module.safe.sig")));
        assertTrue(Files.readString(module.resolve("test.xml")).contains("<testsuite"));
        assertFalse(Files.exists(folder.resolve("unpacked/key")), "the key is left behind");
    }

    @Test
    void theJobForGithubRuns() throws Exception {
        assertWhole(run("bash", github()));
    }

    @Test
    void theJobForGitlabRuns() throws Exception {
        assertWhole(run("sh", gitlab()));
    }

    @Test
    void aMistakeEndsTheJobBeforeAnythingIsPacked() throws Exception {
        Path config = module.resolve("conf/userconfig.yaml");
        Files.writeString(config, Files.readString(config).replace("services:", "servces:"));
        SafeProgram.Ended end = run("sh", gitlab());
        assertEquals(1, end.code(), end.text());
        assertFalse(Files.exists(module.resolve("module.safe")));
    }

    @Test
    void anUnsignedModuleEndsTheJobWithItsReason() throws Exception {
        String lines =
                """
                "$UNDERSTUDY/bin/safe" pack -o module.safe
                "$UNDERSTUDY/bin/safe" verify --allowed-signers allowed_signers module.safe
                """;
        List<String> job = gitlab();
        String unpack = job.getFirst().lines().limit(2).collect(Collectors.joining("\n"));
        SafeProgram.Ended end = run("sh", List.of(unpack + "\n" + lines));
        assertEquals(1, end.code(), end.text());
        assertTrue(end.text().contains("S002"), end.text());
    }
}
