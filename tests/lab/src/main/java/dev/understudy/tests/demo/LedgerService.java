package dev.understudy.tests.demo;

import dev.understudy.tests.lab.Lab;
import dev.understudy.tests.lab.LabNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// The ledger of the distribution: needs no package at all.
public final class LedgerService implements Application {
    private static final int PORT = 7070;
    private static final int TIMEOUT_MS = 5000;
    private static final int CONNECT_MS = 500;
    private final Path data;

    /// Keeps its file in `disk`, the node's own file system.
    public LedgerService(Path disk) {
        this.data = disk.resolve("ledger");
    }

    @Override
    public String module() {
        return "ledger";
    }

    @Override
    public String title() {
        return "the ledger";
    }

    @Override
    public void prepare(LabNode node) {
        node.must("mkdir", "-p", data.toString());
    }

    @Override
    public List<String> parameters(Path dist) {
        return List.of(
                "--set", "virtual-ip=" + Lab.VIRTUAL_IP,
                "--set", "data-dir=" + data,
                "--set", "program=" + dist.resolve("bin/ledger"));
    }

    @Override
    public int port() {
        return PORT;
    }

    @Override
    public void createSchema() throws IOException {
        try (Line line = new Line()) {
            line.ask("PING", "PONG");
        }
    }

    @Override
    public Connection connect() throws IOException {
        return new Line();
    }

    @Override
    public Set<String> readAll() throws IOException {
        try (Line line = new Line()) {
            Set<String> entries = new HashSet<>();
            line.say("DUMP");
            String entry = line.hear();
            while (!entry.equals(".")) {
                entries.add(entry);
                entry = line.hear();
            }
            return entries;
        }
    }

    @Override
    public String processName() {
        return "dev.understudy.ledger";
    }

    @Override
    public List<Path> directories() {
        return List.of(data);
    }

    @Override
    public Predicate<String> excluded() {
        return _ -> false;
    }

    private static final class Line implements Connection {
        private final Socket socket = new Socket();
        private final BufferedReader in;
        private final OutputStream out;

        Line() throws IOException {
            try {
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(TIMEOUT_MS);
                socket.connect(new InetSocketAddress(Lab.VIRTUAL_IP, PORT), CONNECT_MS);
                in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.UTF_8));
                out = socket.getOutputStream();
            } catch (IOException e) {
                socket.close();
                throw e;
            }
        }

        @Override
        public void commit(String entry) throws IOException {
            ask("PUT " + entry, "OK");
        }

        void ask(String question, String expected) throws IOException {
            say(question);
            String answer = hear();
            if (!answer.equals(expected)) {
                throw new IOException("ledger answered " + answer);
            }
        }

        void say(String line) throws IOException {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }

        String hear() throws IOException {
            String line = in.readLine();
            if (line == null) {
                throw new IOException("ledger closed the connection");
            }
            return line;
        }

        @Override
        public void abort() {
            try {
                socket.close();
            } catch (IOException _) {
                // closed either way
            }
        }

        @Override
        public void close() {
            abort();
        }
    }
}
