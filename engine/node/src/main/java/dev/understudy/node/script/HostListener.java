package dev.understudy.node.script;

import dev.understudy.script.wire.Wire;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for hosts that the guard started, on a Unix socket that only root and the hosts' user may
/// open.
final class HostListener implements HostSource {
    private static final Logger LOG = LoggerFactory.getLogger(HostListener.class);

    private final Path socket;
    private final ServerSocketChannel server;

    private final List<String> own;
    private final Duration grace;
    private volatile boolean isWaiting;
    private volatile @Nullable Process started;

    /// Begins to listen; a socket file that an earlier daemon left is replaced.
    ///
    /// @param own command of a host to start if none has come within `grace`
    HostListener(Path socket, List<String> own, Duration grace) throws IOException {
        this.socket = socket;
        this.own = List.copyOf(own);
        this.grace = grace;
        Files.createDirectories(socket.toAbsolutePath().getParent());
        Files.deleteIfExists(socket);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            give(socket);
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    private static void give(Path socket) throws IOException {
        try {
            Accounts.Account account = Accounts.find(HostCommand.USER);
            Files.setAttribute(socket, "unix:uid", (int) account.uid());
        } catch (IOException e) {
            // no such user on this machine: the hosts run as the daemon does
            LOG.debug("script hosts run without a user of their own: {}", e.getMessage());
        }
    }

    @Override
    public Fresh next() throws IOException {
        isWaiting = true;
        Thread timer = Thread.ofVirtual().name("host-grace").start(this::startOwn);
        SocketChannel channel = server.accept();
        isWaiting = false;
        timer.interrupt();
        return new Fresh(
                new Wire(
                        new BufferedInputStream(Channels.newInputStream(channel)),
                        Channels.newOutputStream(channel),
                        channel),
                Optional.empty());
    }

    private void startOwn() {
        try {
            Thread.sleep(grace);
            if (isWaiting) {
                started =
                        new ProcessBuilder(own)
                                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                                .redirectError(ProcessBuilder.Redirect.INHERIT)
                                .start();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // a host has come
        } catch (IOException e) {
            LOG.error("script host does not start; scripts cannot run cause={}", e.toString());
        }
    }

    @Override
    public void close() {
        isWaiting = false;
        Process process = started;
        if (process != null) {
            process.destroyForcibly();
        }
        try {
            server.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.debug("socket {} not removed: {}", socket, e.getMessage());
        }
    }
}
