package dev.understudy.posix.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.posix.Errno;
import dev.understudy.posix.ErrnoException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
    @TempDir Path folder;

    @Test
    void passesMessagesWithDescriptors() throws Exception {
        Path path = folder.resolve("s");
        UnixSocket client;
        try (UnixSocket listener = UnixSocket.listen(path);
                UnixSocket connected = UnixSocket.connect(path);
                UnixSocket server = Objects.requireNonNull(listener.accept());
                PidFd self = PidFd.open(ProcessHandle.current().pid())) {
            client = connected;
            assertNull(listener.accept());
            assertNull(server.receive());
            assertEquals(ProcessHandle.current().pid(), server.peerPid());

            List<Integer> many = new ArrayList<>();
            for (int i = 0; i < UnixSocket.DESCRIPTORS_MAX; i++) {
                many.add(self.fd());
            }
            assertTrue(client.send("held".getBytes(StandardCharsets.UTF_8), many));
            assertTrue(client.send(new byte[UnixSocket.MESSAGE_MAX], List.of()));
            assertTrue(server.await(5000));
            UnixSocket.Message message = Objects.requireNonNull(server.receive());
            assertEquals("held", new String(message.bytes(), StandardCharsets.UTF_8));
            assertEquals(UnixSocket.DESCRIPTORS_MAX, message.descriptors().size());
            for (int fd : message.descriptors()) {
                assertTrue(Files.exists(Path.of("/proc/self/fd/" + fd)));
                Descriptors.close(fd);
            }
            assertEquals(
                    UnixSocket.MESSAGE_MAX,
                    Objects.requireNonNull(server.receive()).bytes().length,
                    "borders are kept");
            client.close();
            assertTrue(server.await(5000));
            assertTrue(Objects.requireNonNull(server.receive()).isEnd());
        }
    }

    @Test
    void refusesWhatCannotTravel() throws Exception {
        ErrnoException nobody =
                assertThrows(
                        ErrnoException.class, () -> UnixSocket.connect(folder.resolve("nobody")));
        assertEquals(Errno.ENOENT, nobody.errno());
        ErrnoException tooLong =
                assertThrows(
                        ErrnoException.class,
                        () -> UnixSocket.listen(folder.resolve("x".repeat(120))));
        assertEquals(Errno.ENAMETOOLONG, tooLong.errno());
        Path path = folder.resolve("full");
        try (UnixSocket listener = UnixSocket.listen(path);
                UnixSocket client = UnixSocket.connect(path)) {
            int sent = 0;
            while (client.send(new byte[UnixSocket.MESSAGE_MAX], List.of())) {
                sent++;
            }
            assertTrue(sent > 0 && sent < 1000);
            assertFalse(client.await(0));
            assertTrue(listener.await(0), "the connection waits to be accepted");
        }
    }
}
