package dev.understudy.ledger;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// The ledger's server: `serve FILE PORT`, speaks lines.
///
/// `PUT entry` is answered `OK` when the entry is on disk, `COUNT` with a number, `DUMP` with all
/// entries and `.`, `PING` with `PONG`. Entries of several clients share one fsync.
public final class Ledger {
    private static final int BATCH_MAX = 64;
    private static final int ENTRY_CHARACTERS_MAX = 1000;

    private final LedgerFile file;
    private final BlockingQueue<Pending> queue = new ArrayBlockingQueue<>(BATCH_MAX * 4);

    private record Pending(String entry, CompletableFuture<Boolean> done) {}

    private Ledger(LedgerFile file) {
        this.file = file;
    }

    /// Serves until killed; ends with exit code 3 when the disk refuses.
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 3 || !args[0].equals("serve")) {
            System.err.println("usage: ledger serve FILE PORT");
            System.exit(2);
        }
        Path path = Path.of(args[1]);
        Files.createDirectories(path.toAbsolutePath().getParent());
        try (LedgerFile file = LedgerFile.open(path);
                ServerSocket server = new ServerSocket()) {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(Integer.parseInt(args[2])));
            Ledger ledger = new Ledger(file);
            Thread.ofVirtual().name("accept").start(() -> ledger.accept(server));
            ledger.commitForever();
        } catch (IOException e) {
            System.err.println("ledger: " + e);
            System.exit(3);
        }
    }

    private void accept(ServerSocket server) {
        while (true) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().name("client").start(() -> serve(socket));
            } catch (IOException e) {
                System.err.println("ledger: accept: " + e);
                return;
            }
        }
    }

    private void commitForever() throws IOException, InterruptedException {
        List<Pending> batch = new ArrayList<>();
        while (true) {
            batch.add(queue.take());
            queue.drainTo(batch, BATCH_MAX - 1);
            file.commit(batch.stream().map(Pending::entry).toList());
            batch.forEach(pending -> pending.done().complete(true));
            batch.clear();
        }
    }

    private void serve(Socket socket) {
        try (socket;
                BufferedReader in =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.UTF_8));
                BufferedWriter out =
                        new BufferedWriter(
                                new OutputStreamWriter(
                                        socket.getOutputStream(), StandardCharsets.UTF_8))) {
            socket.setTcpNoDelay(true);
            String line = in.readLine();
            while (line != null) {
                answer(line, out);
                out.flush();
                line = in.readLine();
            }
        } catch (IOException | ExecutionException e) {
            System.err.println("ledger: client " + socket.getRemoteSocketAddress() + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(String line, BufferedWriter out)
            throws IOException, InterruptedException, ExecutionException {
        if (line.startsWith("PUT ") && line.length() <= ENTRY_CHARACTERS_MAX) {
            Pending pending = new Pending(line.substring(4), new CompletableFuture<>());
            queue.put(pending);
            out.write(pending.done().get() ? "OK\n" : "NO\n");
            return;
        }
        switch (line) {
            case "PING" -> out.write("PONG\n");
            case "COUNT" -> out.write(file.entries().size() + "\n");
            case "DUMP" -> {
                for (String entry : file.entries()) {
                    out.write(entry);
                    out.write('\n');
                }
                out.write(".\n");
            }
            default -> out.write("NO unknown request\n");
        }
    }
}
