package dev.understudy.tools.control;

import dev.understudy.tools.Exit;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Fetches what a supporter needs.
@Command(
        name = "support",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a zip for support: configuration, journal, states, explanations, versions, facts"
                    + " of the kernel.",
            "Keys, tokens and values of secret parameters are not in it; they are taken out of the"
                    + " journal too."
        },
        footer = {
            "",
            "Examples:",
            "  safe support -o node1.zip",
            "  safe support -o node2.zip --node node2"
        })
public final class SupportCommand extends ControlCommand {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "The zip; it must not exist yet.")
    private Path output = Path.of("");

    @Override
    int work() {
        if (Files.exists(output)) {
            throw Failure.refused(output + " is there already", "choose another name");
        }
        byte[] zip = daemon().download("/api/v1/support", PATIENCE);
        try (var channel =
                Files.newByteChannel(
                        output,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            var bytes = java.nio.ByteBuffer.wrap(zip);
            while (bytes.hasRemaining()) channel.write(bytes);
        } catch (FileAlreadyExistsException there) {
            throw Failure.refused(output + " is there already", "choose another name");
        } catch (IOException failed) {
            throw Failure.unreachable(
                    output + " cannot be written: " + failed.getMessage(),
                    "choose a place with room that you may write to");
        }
        say(
                isJson()
                        ? Json.write(Map.of("file", output.toString(), "bytes", zip.length))
                        : "%s, %s; look through it before you send it"
                                .formatted(output, Words.bytes(zip.length)));
        return Exit.DONE;
    }
}
