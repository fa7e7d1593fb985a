package dev.understudy.node.script;

import dev.understudy.script.wire.Wire;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts hosts as children of this process and talks to them by their standard streams.
final class HostLauncher implements HostSource {
    private static final Logger LOG = LoggerFactory.getLogger(HostLauncher.class);

    private final List<String> command;

    HostLauncher(List<String> command) {
        this.command = List.copyOf(command);
    }

    @Override
    public Fresh next() throws IOException {
        Process process = new ProcessBuilder(command).start();
        Thread.ofPlatform().daemon().name("host-stderr").start(() -> tell(process));
        return new Fresh(
                new Wire(
                        new BufferedInputStream(process.getInputStream()),
                        process.getOutputStream(),
                        process.getOutputStream()),
                Optional.of(process.toHandle()));
    }

    private static void tell(Process process) {
        try (var reader = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                LOG.warn("script host: {}", line);
            }
        } catch (IOException e) {
            LOG.debug("script host: {}", e.getMessage());
        }
    }

    @Override
    public void close() {}
}
