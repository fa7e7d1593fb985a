package dev.understudy.tools.control;

import dev.understudy.safe.sign.AllowedSigners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows or says what the cluster asks of the signatures of modules.
@Command(
        name = "signatures",
        mixinStandardHelpOptions = true,
        description = {
            "Says what is asked of the signatures of modules, on all nodes; without a word it shows",
            "that. off: nothing; warn: an unsigned module is installed with a warning; require: it is",
            "refused. What is installed already stays as it is."
        },
        footer = {
            "",
            "Example:",
            "  safe cluster signatures require --allowed-signers allowed_signers"
        })
public final class SignaturesCommand extends ControlCommand {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "off|warn|require",
            description = "What happens to a module without a good signature.")
    private @Nullable String policy;

    @Option(
            names = "--allowed-signers",
            paramLabel = "FILE",
            description = {
                "Who may sign, as in ssh-keygen(1); replaces those before. Without it they stay."
            })
    private @Nullable Path allowed;

    @Override
    int work() {
        Json now = daemon().get("/api/v1/cluster").at("signatures");
        if (policy == null && allowed == null) return answer(now, text(now));
        String wanted = policy == null ? now.text("policy") : policy;
        if (!List.of("off", "warn", "require").contains(wanted)) {
            throw Failure.usage("'%s' is not off, warn or require".formatted(wanted), "");
        }
        List<String> signers = allowed == null ? now.words("signers") : lines(allowed);
        if (wanted.equals("require") && signers.isEmpty()) {
            throw Failure.refused(
                    "nobody may sign, so nothing could be installed any more",
                    "name who may: --allowed-signers FILE");
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("policy", wanted);
        body.put("signers", signers);
        Json cluster = daemon().send("PUT", "/api/v1/cluster/signatures", body);
        return answer(cluster, text(cluster.at("signatures")));
    }

    private static List<String> lines(Path file) {
        try {
            String text = Files.readString(file);
            if (AllowedSigners.parse(text).entries().isEmpty()) {
                throw Failure.refused(
                        file + " names no key of type ssh-ed25519",
                        "one line a signer: NAME ssh-ed25519 KEY");
            }
            return text.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        } catch (IOException cannotRead) {
            throw Failure.unreachable(
                    "%s cannot be read: %s".formatted(file, cannotRead.getMessage()),
                    "it has the form of ssh-keygen(1), ALLOWED SIGNERS");
        }
    }

    static String text(Json signatures) {
        StringBuilder text = new StringBuilder("signatures of modules: ");
        text.append(signatures.text("policy"));
        for (String line : signatures.words("signers")) {
            text.append(System.lineSeparator()).append("  ").append(line);
        }
        return text.toString();
    }
}
