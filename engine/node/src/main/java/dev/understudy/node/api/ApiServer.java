package dev.understudy.node.api;

import dev.understudy.core.member.HaException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Clock;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The API's servers: the local socket from the start, HTTPS once this node is in a cluster.
///
/// Has one event loop of its own; calls run on virtual threads, so a slow client or a slow call
/// delays neither heartbeats nor other calls.
public final class ApiServer implements AutoCloseable {
    private static final String GROUP = "understudy";
    private static final long START_SECONDS_MAX = 60;

    private final Doors doors;
    private final Path socket;
    private final Access access;
    private final Clock clock;
    private final FutureTask<Engine> engine = new FutureTask<>(this::make);
    private @Nullable HttpServer local;
    private @Nullable HttpServer https;

    /// What the API needs of the rest of the node.
    public record Doors(
            ModuleControl modules,
            NodeControl node,
            ClusterControl cluster,
            ModuleInstaller installer,
            PeerProxy peers,
            Tokens tokens) {}

    /// What takes time to make and needs nothing of the node.
    private record Engine(Vertx vertx, ApiRouter router) {}

    /// Describes; [#start] listens.
    ///
    /// @param socket path of the local socket
    /// @param nowNs the node's monotonic clock
    public ApiServer(Doors doors, Path socket, Clock clock, LongSupplier nowNs) {
        this.doors = doors;
        this.socket = socket;
        this.clock = clock;
        this.access = new Access(doors.tokens(), new RateLimit(nowNs));
    }

    /// Begins, on a thread of its own, what [#start] needs later.
    public void begin() {
        Thread.ofPlatform().name("api-begin").daemon().start(engine);
    }

    private Engine make() throws IOException {
        Path folder = socket.toAbsolutePath().getParent();
        Vertx vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(1)
                                .setWorkerPoolSize(1)
                                .setInternalBlockingPoolSize(1)
                                .setUseDaemonThread(true)
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setFileCachingEnabled(false)
                                                .setFileCacheDir(folder + "/.vertx")));
        return new Engine(
                vertx,
                new ApiRouter(vertx, Contract.load(), new Operations(doors, clock), access, doors));
    }

    private Engine engine() throws IOException, InterruptedException {
        engine.run(); // does nothing if it has begun
        try {
            return engine.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException io) throw io;
            throw new IllegalStateException("the API cannot be made", failed.getCause());
        }
    }

    /// Reads the contract and listens on the local socket.
    ///
    /// @throws HaException HA-4310 if another daemon listens there or the socket cannot be made
    public synchronized void start() throws IOException, InterruptedException {
        Engine made = engine();
        if (answers(socket)) {
            throw new HaException(
                    "HA-4310",
                    "another daemon listens on " + socket,
                    null,
                    "stop it first, or give this one its own --home");
        }
        // Made under another name and renamed once its permissions are right: nobody ever sees
        // the socket with wider ones.
        Path fresh = socket.resolveSibling(socket.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        HttpServer server =
                made.vertx().createHttpServer(options()).requestHandler(made.router()::take);
        await(
                server.listen(SocketAddress.domainSocketAddress(fresh.toString())),
                "HA-4310",
                "cannot listen on " + socket,
                "look whether the folder is there, writable, and its path below 100 bytes");
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-rw----"));
        try {
            Files.setAttribute(
                    fresh,
                    "posix:group",
                    fresh.getFileSystem()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByGroupName(GROUP));
        } catch (UserPrincipalNotFoundException noSuchGroup) {
            // Without the group the socket belongs to root alone, which is the stricter form.
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        }
        Files.move(fresh, socket, StandardCopyOption.ATOMIC_MOVE);
        local = server;
    }

    private static boolean answers(Path socket) {
        if (!Files.exists(socket)) return false;
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException nobodyThere) {
            return false; // left behind by a daemon that was killed
        }
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions()
                .setIdleTimeout(120)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setMaxHeaderSize(16 * 1024)
                .setMaxInitialLineLength(4096)
                .setTcpFastOpen(false);
    }

    /// Listens with HTTPS on all addresses of this node.
    ///
    /// @throws HaException HA-4311 if the port is in use
    public synchronized void startHttps(Tls tls, int port)
            throws IOException, InterruptedException {
        if (https != null) return;
        Engine made = engine();
        access.use(tls);
        HttpServerOptions options =
                options()
                        .setSsl(true)
                        .setKeyCertOptions(KeyCertOptions.wrap(tls.keys()))
                        .setTrustOptions(TrustOptions.wrap(tls.trust()))
                        .setClientAuth(ClientAuth.REQUEST)
                        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                        .setUseAlpn(false)
                        .setReuseAddress(true);
        HttpServer server =
                made.vertx().createHttpServer(options).requestHandler(made.router()::take);
        await(
                server.listen(port, "::"),
                "HA-4311",
                "cannot listen on port %d/TCP (API)".formatted(port),
                "end what uses the port (`ss -ltnp`), or set ports.api of this node in cluster.yaml");
        https = server;
    }

    private static <T> T await(Future<T> future, String code, String what, String remedy)
            throws InterruptedException {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(START_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw new HaException(code, what + ": " + cause.getMessage(), failed, remedy);
        }
    }

    /// Stops listening and removes the local socket.
    @Override
    public synchronized void close() {
        try {
            if (!engine.isDone()) return;
            engine.get()
                    .vertx()
                    .close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            if (local != null) Files.deleteIfExists(socket);
        } catch (ExecutionException | TimeoutException | IOException failed) {
            throw new HaException(
                    "HA-4313", "the API did not stop: " + failed.getMessage(), failed, "");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
