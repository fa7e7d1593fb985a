package dev.understudy.node.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
@SuppressWarnings("NullAway.Init")
class EventStreamTest {
    @TempDir Path folder;
    private final FakeDoors fake = new FakeDoors();
    private ApiServer server;

    @BeforeEach
    void start() throws Exception {
        server =
                new ApiServer(
                        fake.doors(folder),
                        folder.resolve("api.sock"),
                        Clock.systemUTC(),
                        System::nanoTime);
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /// A client that listens.
    private final class Listener implements AutoCloseable {
        private final SocketChannel channel;
        private final BufferedReader lines;

        Listener(String query, String header) throws Exception {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("api.sock")));
            String call =
                    "GET /api/v1/events" + query + " HTTP/1.1\r\nHost: n\r\n" + header + "\r\n";
            channel.write(ByteBuffer.wrap(call.getBytes(StandardCharsets.US_ASCII)));
            lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    Channels.newInputStream(channel), StandardCharsets.UTF_8));
        }

        /// Reads up to the first line that begins so.
        String until(String begin) throws Exception {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(begin)) return line;
            }
            throw new AssertionError("ended before " + begin);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private void happens(long number) {
        fake.journal.add(
                new JournalEntry(number, 2, "node1", "db", "info", "E" + number, "t", Map.of()));
    }

    @Test
    void entriesAndStatesComeAsTheyHappen() throws Exception {
        happens(1);
        try (Listener listener = new Listener("", "")) {
            assertTrue(listener.until("HTTP/1.1").contains("200"));
            assertTrue(listener.until("Content-Type").contains("text/event-stream"));
            assertEquals("event: state", listener.until("event:"));
            assertTrue(listener.until("data:").contains("\"state\":\"STOP\""));
            happens(2);
            assertEquals("id: 2", listener.until("id:"));
            assertTrue(listener.until("data:").contains("\"event\":\"E2\""));
            fake.state = ModuleState.State.ALONE;
            assertEquals("event: state", listener.until("event:"));
            assertTrue(listener.until("data:").contains("\"state\":\"ALONE\""));
        }
    }

    /// Times that are reckoned anew at each look are no news.
    @Test
    void whatDriftsByMillisecondsIsNoNews() throws Exception {
        try (Listener listener = new Listener("", "")) {
            assertEquals("event: state", listener.until("event:"));
            fake.resourceAtMs = 6;
            fake.silentMs = 100L;
            TimeUnit.MILLISECONDS.sleep(1000); // five looks
            happens(7);
            assertEquals("event: journal", listener.until("event:"));
        }
    }

    @Test
    void aClientGoesOnWhereItWas() throws Exception {
        for (int i = 1; i <= 5; i++) happens(i);
        try (Listener listener = new Listener("", "Last-Event-ID: 3\r\n")) {
            assertEquals("id: 4", listener.until("id:"));
            assertEquals("id: 5", listener.until("id:"));
        }
        try (Listener listener = new Listener("?after=0&module=db", "")) {
            assertEquals("id: 1", listener.until("id:"));
        }
    }

    @Test
    void tooManyListenersAreRefusedAndPlacesComeBack() throws Exception {
        RawClient client = new RawClient(folder.resolve("api.sock"));
        Listener[] all = new Listener[32];
        for (int i = 0; i < all.length; i++) {
            all[i] = new Listener("", "");
            all[i].until("event: state");
        }
        RawClient.Answer refused = client.get("/api/v1/events");
        assertEquals(503, refused.status(), refused.body());
        for (Listener one : all) one.close();
        // Their places come back when the server has seen that they left.
        while (true) {
            try (Listener next = new Listener("", "")) {
                if (next.until("HTTP/1.1").contains("200")) return;
            }
        }
    }
}
