package dev.understudy.tools.author;

import dev.understudy.safe.ReadResult;
import dev.understudy.safe.lint.Report;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.safe.sign.SigningKey;
import dev.understudy.safe.sign.SshSignature;
import dev.understudy.tools.Exit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Signs archives: writes `x.safe.sig` beside `x.safe`.
@Command(
        name = "sign",
        description =
                "Signs module archives; writes FILE.sig, which ssh-keygen -Y verify reads too.",
        mixinStandardHelpOptions = true)
public final class SignCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--key",
            required = true,
            paramLabel = "KEY",
            description = "Private key: ssh-keygen -t ed25519 -f KEY makes one.")
    private Path key = Path.of("");

    @Parameters(index = "0", arity = "1..*", paramLabel = "FILE", description = "The archives.")
    private List<Path> files = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        SigningKey signer;
        try {
            signer = SigningKey.parse(Files.readString(key));
        } catch (NoSuchFileException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(key + ": " + e.getMessage(), e);
        }
        for (Path file : files) {
            ReadResult read = SafeReader.read(file);
            if (read.module().isEmpty()) {
                PrintWriter err = spec.commandLine().getErr();
                err.print(Report.text(read.findings(), "", _ -> Optional.empty()));
                err.println("not signed: " + file);
                return Exit.REFUSED;
            }
            byte[] bytes = Files.readAllBytes(file);
            Path beside = Path.of(file + ".sig");
            // Others may have signed the same bytes before; what is for other bytes goes.
            StringBuilder text = new StringBuilder(signer.sign(bytes).armored());
            if (Files.exists(beside)) {
                SshSignature.parse(Files.readString(beside)).stream()
                        .filter(s -> s.fits(bytes) && !s.key().equals(signer.key()))
                        .forEach(s -> text.append(s.armored()));
            }
            Files.writeString(beside, text);
            out.printf("%s: signed by %s%n", beside, signer.key().fingerprint());
        }
        return Exit.DONE;
    }
}
