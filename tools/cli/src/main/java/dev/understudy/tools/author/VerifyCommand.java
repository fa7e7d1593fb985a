package dev.understudy.tools.author;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.safe.Finding;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.lint.Report;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.safe.sign.AllowedSigners;
import dev.understudy.safe.sign.Verification;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Checks the signatures of an archive.
@Command(
        name = "verify",
        description = "Checks that somebody who may has signed exactly this archive.",
        mixinStandardHelpOptions = true)
public final class VerifyCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--allowed-signers",
            paramLabel = "FILE",
            description = {
                "Who may sign, as in ssh-keygen(1); default allowed_signers in",
                "$UNDERSTUDY_HOME/etc or /etc/understudy."
            })
    private @Nullable Path allowed;

    @Option(names = "--format", paramLabel = "FORMAT", description = "text or json.")
    private Format format = Format.TEXT;

    @Parameters(index = "0", paramLabel = "FILE", description = "The archive.")
    private Path file = Path.of("");

    @Override
    public Integer call() throws IOException {
        ReadResult read = SafeReader.read(file);
        Path beside = Path.of(file + ".sig");
        Verification v =
                Verification.of(
                        String.valueOf(file.getFileName()),
                        Files.readAllBytes(file),
                        Files.exists(beside) ? Files.readString(beside) : null,
                        signers(),
                        Instant.now());
        List<Finding> findings = new ArrayList<>(v.findings());
        if (read.module().isEmpty()) {
            findings.addAll(0, read.findings());
        }
        boolean good = v.isGood() && read.module().isPresent();
        PrintWriter out = spec.commandLine().getOut();
        if (format == Format.JSON) {
            out.println(json(v, findings, good, read));
        } else {
            spec.commandLine().getErr().print(Report.text(findings, "", _ -> Optional.empty()));
            if (good) {
                out.printf(
                        "%s: signed by %s%n",
                        read.module().orElseThrow(), String.join("; ", v.signers()));
            }
        }
        return good ? Exit.DONE : Exit.REFUSED;
    }

    private AllowedSigners signers() throws IOException {
        String home = System.getenv("UNDERSTUDY_HOME");
        Path usual = Path.of(home == null ? "/etc/understudy" : home + "/etc", "allowed_signers");
        Path from = allowed == null ? usual : allowed;
        if (allowed == null && !Files.exists(usual)) {
            return new AllowedSigners(List.of());
        }
        String text = Files.readString(from);
        try {
            return AllowedSigners.parse(text);
        } catch (IOException e) {
            throw new IOException(from + ": " + e.getMessage(), e);
        }
    }

    private static String json(
            Verification v, List<Finding> findings, boolean good, ReadResult read)
            throws IOException {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("good", good);
        read.module().ifPresent(m -> answer.put("digest", m.digest()));
        answer.put("signers", v.signers());
        answer.put("keys", v.keys());
        answer.put(
                "findings",
                findings.stream().map(f -> Map.of("id", f.id(), "text", f.text())).toList());
        return new ObjectMapper().writeValueAsString(answer);
    }
}
