package dev.understudy.node.script;

import dev.understudy.script.wire.Wire;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for hosts that the guard started, on a Unix socket that only root and the hosts' user may
/// open.
final class HostListener implements HostSource {
    private static final Logger LOG = LoggerFactory.getLogger(HostListener.class);

    private final Path socket;
    private final ServerSocketChannel server;

    /// Begins to listen; a socket file that an earlier daemon left is replaced.
    HostListener(Path socket) throws IOException {
        this.socket = socket;
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
        SocketChannel channel = server.accept();
        return new Fresh(
                new Wire(
                        new BufferedInputStream(Channels.newInputStream(channel)),
                        Channels.newOutputStream(channel),
                        channel),
                Optional.empty());
    }

    @Override
    public void close() {
        try {
            server.close();
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.debug("socket {} not removed: {}", socket, e.getMessage());
        }
    }
}
