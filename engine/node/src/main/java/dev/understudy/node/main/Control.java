package dev.understudy.node.main;

import dev.understudy.core.member.HaException;
import dev.understudy.node.api.ApiServer;
import dev.understudy.node.api.ModuleControl;
import dev.understudy.node.api.NodeControl;
import dev.understudy.node.api.Tls;
import dev.understudy.node.api.Tokens;
import dev.understudy.node.cluster.Cluster;
import dev.understudy.node.cluster.ClusterConfig.Role;
import dev.understudy.node.cluster.PeerHttp;
import dev.understudy.node.cluster.PortCheck;
import dev.understudy.node.cluster.Signatures;
import dev.understudy.node.config.ActiveModule;
import dev.understudy.node.config.Installer;
import dev.understudy.node.config.LinuxSurroundings;
import dev.understudy.node.config.ModuleStore;
import dev.understudy.node.config.ModuleWatcher;
import dev.understudy.node.config.Preflight;
import dev.understudy.node.config.SignaturePolicy;
import dev.understudy.node.link.TlsIdentity;
import dev.understudy.node.store.Home;
import dev.understudy.node.store.Ticker;
import dev.understudy.safe.Platform;
import dev.understudy.safe.sign.AllowedSigners;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Wires the control side of a node: membership, modules on disk, the API.
///
/// Works without a cluster: then only the local socket answers, and `init` or `join` come through
/// it.
public final class Control implements AutoCloseable {
    /// How often this node looks whether a peer has something newer, seconds.
    private static final int LOOK_SECONDS = 5;

    /// How often the certificate's age is looked at, in looks: about once an hour.
    private static final int RENEW_LOOKS = 720;

    private static final Logger LOG = LoggerFactory.getLogger(Control.class);

    private final Cluster cluster;
    private final ModuleStore store;
    private final Installer installer;
    private final PeerHttp http;
    private final ApiServer api;
    private final Semaphore contact = new Semaphore(0);
    private @Nullable Thread looker;
    private volatile List<String> problems = List.of();

    /// Prepares; [#start] opens.
    ///
    /// @param modules controls the modules
    /// @param node shows the node and its journal
    /// @param watcher asked before, and told after, a module changes on disk
    /// @param votes how registers are decided
    /// @param neighbour who answers in the network for an address; empty if nobody
    public Control(
            Home home,
            ModuleControl modules,
            NodeControl node,
            ModuleWatcher watcher,
            ClusterDoor.Ballot votes,
            Function<InetAddress, Optional<String>> neighbour,
            Clock clock,
            Ticker ticker) {
        Platform platform = platform();
        this.cluster = new Cluster(home, clock, PortCheck::require);
        LinuxSurroundings machine = new LinuxSurroundings(neighbour);
        this.store = new ModuleStore(home.modules(), platform, machine, watcher, this::signatures);
        this.http = new PeerHttp(cluster);
        HttpPeers peers = new HttpPeers(cluster, http);
        this.installer = new Installer(store, peers, platform);
        Preflight preflight = new Preflight(store, peers, machine, clock, ticker::nowNs);
        this.api =
                new ApiServer(
                        new ApiServer.Doors(
                                modules,
                                node,
                                new ClusterDoor(cluster, votes),
                                new InstallerDoor(
                                        installer,
                                        store,
                                        preflight,
                                        module -> watcher.whyNotNow(module).isPresent()),
                                new ProxyDoor(http),
                                new Tokens(home.tokens(), clock)),
                        home.apiSocket(),
                        clock,
                        ticker::nowNs);
    }

    private static Platform platform() {
        try {
            return Platform.ofOsRelease(Files.readString(Path.of("/etc/os-release")));
        } catch (IOException absent) {
            return Platform.LINUX;
        }
    }

    private SignaturePolicy signatures() {
        Signatures asked =
                cluster.current().map(now -> now.config().signatures()).orElse(Signatures.OFF);
        try {
            return new SignaturePolicy(
                    SignaturePolicy.Level.valueOf(asked.policy().name()),
                    AllowedSigners.parse(String.join("\n", asked.signers())));
        } catch (IOException edited) {
            throw new HaException(
                    "HA-4419",
                    "cluster.yaml, signatures.signers: " + edited.getMessage(),
                    edited,
                    "`safe cluster signatures --help` says how to set them");
        }
    }

    /// Reads membership and modules from disk; nothing is opened yet. What the API needs begins
    /// beside it.
    ///
    /// @return the modules in force
    /// @throws HaException if a file on disk is damaged; it is named
    public List<ActiveModule> load() throws IOException {
        api.begin();
        cluster.load();
        return store.load();
    }

    /// Opens the local socket and, in a cluster, HTTPS; begins to look for newer versions.
    ///
    /// @param joined told when this node enters a cluster and when the member list changes; the
    ///   membership at the start is [#membership]
    public void start(Consumer<Cluster.Joined> joined) throws IOException, InterruptedException {
        cluster.listen(this::openHttps);
        cluster.listen(joined);
        cluster.listen(_ -> contact.release());
        Optional<Cluster.Joined> now = cluster.current();
        if (now.isPresent()) openHttps(now.get());
        api.start();
        looker = Thread.ofVirtual().name("look-for-newer").start(this::look);
    }

    private void openHttps(Cluster.Joined joined) {
        if (joined.role() == Role.WITNESS) return; // it votes; there is nothing to administer
        try {
            api.startHttps(
                    new Tls(
                            joined.identity().keyManager(),
                            joined.identity().trustManager(),
                            session -> dataNode(joined, session)),
                    joined.member().ports().api());
        } catch (IOException | InterruptedException failed) {
            if (failed instanceof InterruptedException) Thread.currentThread().interrupt();
            throw new HaException(
                    "HA-4311", "cannot open the API: " + failed.getMessage(), failed, "");
        }
    }

    private static Optional<String> dataNode(Cluster.Joined joined, SSLSession session) {
        try {
            return Optional.of(joined.identity().peer(session))
                    .filter(peer -> peer.role() == Role.DATA)
                    .map(peer -> peer.name());
        } catch (SSLPeerUnverifiedException noCertificate) {
            return Optional.empty(); // a client with a token
        }
    }

    /// The membership now; empty outside a cluster.
    public Optional<Cluster.Joined> membership() {
        return cluster.current();
    }

    /// The modules in force on this node.
    public List<ActiveModule> modules() {
        return store.active();
    }

    /// Values of the secret parameters of all modules, so that they can be left out.
    List<String> secrets() {
        return store.active().stream()
                .flatMap(module -> module.version().secrets().values().stream())
                .toList();
    }

    /// What could not be taken over from peers, for the warnings of the node's state.
    public List<String> problems() {
        return problems;
    }

    /// Looks at once whether a peer has something newer: to be called when one appears.
    public void contact() {
        contact.release();
    }

    /// This node's identity for connections between nodes.
    public TlsIdentity tlsIdentity() {
        return new TlsIdentity() {
            @Override
            public SSLContext context() {
                return cluster.required().identity().clientContext();
            }

            @Override
            public String nodeOf(Certificate[] chain) throws CertificateException {
                if (chain.length > 0 && chain[0] instanceof X509Certificate certificate) {
                    return cluster.required()
                            .identity()
                            .member(certificate)
                            .filter(peer -> peer.role() == Role.DATA)
                            .map(peer -> peer.name())
                            .orElseThrow(
                                    () -> new CertificateException("it is no data node of ours"));
                }
                throw new CertificateException("no X.509 certificate was shown");
            }
        };
    }

    private void look() {
        int looks = 0;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Optional<Cluster.Joined> now = cluster.current();
                if (now.isPresent() && now.get().role() == Role.DATA) {
                    List<String> found = installer.takeOverNewer();
                    if (!found.equals(problems)) {
                        found.forEach(problem -> LOG.warn("not taken over: {}", problem));
                    }
                    problems = found;
                    if (looks++ % RENEW_LOOKS == 0 && cluster.renewIfDue()) {
                        LOG.info("certificate renewed");
                    }
                }
                contact.tryAcquire(LOOK_SECONDS, TimeUnit.SECONDS);
                contact.drainPermits();
            } catch (InterruptedException stopped) {
                return;
            } catch (IOException | RuntimeException failed) {
                LOG.warn("looking for newer versions failed", failed);
                problems = List.of("looking for newer versions failed: " + failed.getMessage());
                try {
                    TimeUnit.SECONDS.sleep(LOOK_SECONDS);
                } catch (InterruptedException stopped) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        Thread thread = looker;
        if (thread != null) thread.interrupt();
        api.close();
        http.close();
    }
}
