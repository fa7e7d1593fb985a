package dev.understudy.node.api;

import dev.understudy.core.member.HaException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.web.Router;
import io.vertx.openapi.contract.OpenAPIContract;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/// The API's servers: the local socket from the start, HTTPS once this node is in a cluster.
///
/// Has one event loop of its own; calls run on virtual threads, so a slow client or a slow call
/// delays neither heartbeats nor other calls.
public final class ApiServer implements AutoCloseable {
    private static final String CONTRACT = "openapi.yaml";
    private static final String GROUP = "understudy";
    private static final long START_SECONDS_MAX = 60;

    private final Doors doors;
    private final Path socket;
    private final Access access;
    private final Clock clock;
    private final Vertx vertx;
    private @Nullable Router router;
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

    /// Prepares; [#start] listens.
    ///
    /// @param socket path of the local socket
    /// @param nowNs the node's monotonic clock
    public ApiServer(Doors doors, Path socket, Clock clock, LongSupplier nowNs) {
        this.doors = doors;
        this.socket = socket;
        this.clock = clock;
        this.access = new Access(doors.tokens(), new RateLimit(nowNs));
        Path folder = socket.toAbsolutePath().getParent();
        this.vertx =
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
    }

    /// Reads the contract and listens on the local socket.
    ///
    /// @throws HaException HA-4310 if another daemon listens there or the socket cannot be made
    public synchronized void start() throws IOException, InterruptedException {
        Router made = router();
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
        HttpServer server = vertx.createHttpServer(options()).requestHandler(made);
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
        HttpServer server = vertx.createHttpServer(options).requestHandler(router());
        await(
                server.listen(port, "::"),
                "HA-4311",
                "cannot listen on port %d/TCP (API)".formatted(port),
                "end what uses the port (`ss -ltnp`), or set ports.api of this node in cluster.yaml");
        https = server;
    }

    private Router router() throws IOException, InterruptedException {
        Router known = router;
        if (known != null) return known;
        OpenAPIContract contract =
                await(
                        OpenAPIContract.from(vertx, contract()),
                        "HA-4312",
                        "the API's contract cannot be read",
                        "reinstall the software");
        Router made =
                new ApiRouter(vertx, contract, new Operations(doors, clock), access, doors)
                        .router();
        router = made;
        return made;
    }

    /// Reads the contract out of the program.
    static JsonObject contract() throws IOException {
        try (InputStream in = ApiServer.class.getResourceAsStream(CONTRACT)) {
            if (in == null) throw new IOException(CONTRACT + " is missing");
            LoaderOptions options = new LoaderOptions();
            options.setMaxAliasesForCollections(0);
            Map<String, Object> tree = new Yaml(new SafeConstructor(options)).load(in);
            return new JsonObject(tree);
        }
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
            vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
            if (local != null) Files.deleteIfExists(socket);
        } catch (ExecutionException | TimeoutException | IOException failed) {
            throw new HaException(
                    "HA-4313", "the API did not stop: " + failed.getMessage(), failed, "");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
