package dev.understudy.guard;

import dev.understudy.guard.fence.FencePlan;
import dev.understudy.guard.fence.Fencer;
import dev.understudy.guard.fence.GuardMessage;
import dev.understudy.posix.ErrnoException;
import dev.understudy.posix.net.EventLoop;
import dev.understudy.posix.process.Descriptors;
import dev.understudy.posix.process.Signal;
import dev.understudy.posix.process.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keeps safed and the script hosts running; fences when safed dies.
///
/// Everything happens on one loop. A plan and its descriptors count from the moment the kernel has
/// the message: what safed had sent before it died is read before anything is fenced.
final class Guard implements AutoCloseable {
    private static final int NOT_YET_MS = 1000;
    private static final int OTHER_HOSTS_MS = 2500;
    private static final int[] TELL_AGAIN_MS = {5, 20, 60, 150, 400, 1000};

    private record Armed(FencePlan plan, List<Integer> descriptors) {}

    private final Settings settings;
    private final EventLoop loop;
    private final Fencer fencer;
    private final UnixSocket listener;
    private final Map<String, Armed> armed = new LinkedHashMap<>();
    private final Child safed;
    private final List<Host> hosts = new ArrayList<>();
    private @Nullable UnixSocket client;
    private boolean isStopping;
    private boolean isOrderly;
    private boolean isRestartWanted;
    private boolean isSafedEnding;
    private int exitCode;

    Guard(Settings settings) throws IOException {
        this.settings = settings;
        loop = new EventLoop("guard", Guard::fault);
        fencer = new Fencer();
        Files.createDirectories(settings.run());
        listener = UnixSocket.listen(settings.socket());
        Files.setPosixFilePermissions(
                settings.socket(), PosixFilePermissions.fromString("rw-------"));
        safed = new Child("safed", settings.safed(), loop, this::safedEnded);
        for (Settings.Host each : settings.hosts()) {
            hosts.add(new Host(each));
        }
    }

    /// A script host. It waits for the daemon that it is to talk to, and is ready when that is.
    private final class Host {
        private final Child child;
        private final EventLoop.Timer timer = loop.timer(this::start);

        Host(Settings.Host setting) {
            this.child =
                    new Child(
                            "script host " + setting.role(), setting.command(), loop, this::ended);
        }

        private void ended(int status) {
            if (isStopping) {
                endWhenAllEnded();
                return;
            }
            Log.line(child.name() + " ended, exit code " + status);
            startAfter(child.delayMs());
        }

        private void startAfter(int delayMs) {
            timer.armNs(Math.max(100, delayMs) * 1_000_000L);
        }

        void start() {
            // Without a daemon there is nothing to talk to: its next start starts us.
            if (isStopping || child.isRunning() || !safed.isRunning()) {
                return;
            }
            try {
                child.start();
            } catch (IOException e) {
                Log.line(child.name() + " cannot be started: " + e.getMessage());
                startAfter(Math.max(NOT_YET_MS, child.delayMs()));
            }
        }
    }

    /// Starts the first host, whose scripts a module's start waits for, beside the daemon, and the
    /// others when the daemon's own start no longer needs the processor.
    private void startHosts() {
        for (int i = 0; i < hosts.size(); i++) {
            if (i == 0) {
                hosts.get(i).start();
            } else {
                hosts.get(i).startAfter(OTHER_HOSTS_MS);
            }
        }
    }

    private static void fault(Throwable thrown) {
        Log.line("fault: " + thrown);
        thrown.printStackTrace();
    }

    /// Runs until everything has ended.
    ///
    /// @return exit code of the process
    int run() throws ErrnoException {
        loop.register(listener.fd(), EventLoop.READ, (_, _) -> accept());
        loop.execute(this::begin);
        loop.run();
        return exitCode;
    }

    /// Stops everything in order; any thread.
    void stop() {
        loop.execute(this::beginStop);
    }

    private void begin() {
        long before = PidFile.living(pidFile());
        if (before != 0) {
            try {
                safed.adopt(before);
                Log.line("safed runs already, pid " + before + ": it is watched again");
                return;
            } catch (ErrnoException e) {
                Log.line("safed of an earlier guard has just ended");
            }
        }
        startSafed();
    }

    private Path pidFile() {
        return settings.run().resolve("safed.pid");
    }

    private void startSafed() {
        if (isStopping) {
            return;
        }
        try {
            safed.start();
            PidFile.write(pidFile(), safed.pid());
            Log.line("safed started, pid " + safed.pid());
            startHosts();
            loop.execute(fencer::rehearse);
        } catch (IOException e) {
            Log.line("safed cannot be started: " + e.getMessage());
            if (!safed.isRunning()) {
                loop.schedule(safed.delayMs() * 1_000_000L, this::startSafed);
            }
        }
    }

    /// Tells whether a daemon is watched; any thread.
    boolean isWatching() {
        return safed.isRunning();
    }

    private void accept() {
        try {
            UnixSocket accepted = listener.accept();
            if (accepted == null) {
                return;
            }
            closeClient();
            client = accepted;
            loop.register(accepted.fd(), EventLoop.READ, (_, _) -> readAll());
        } catch (ErrnoException e) {
            fault(e);
        }
    }

    /// Reads every message that waits.
    private void readAll() {
        UnixSocket from = client;
        while (from != null && from == client) {
            UnixSocket.@Nullable Message message;
            try {
                message = from.receive();
            } catch (ErrnoException e) {
                fault(e);
                closeClient();
                return;
            }
            if (message == null) {
                return;
            }
            if (message.isEnd()) {
                closeClient();
                return;
            }
            take(message);
        }
    }

    private void take(UnixSocket.Message message) {
        try {
            switch (GuardMessage.read(message.bytes())) {
                case GuardMessage.Hello _ -> hello();
                case GuardMessage.Arm arm ->
                        replace(arm.plan().module(), new Armed(arm.plan(), message.descriptors()));
                case GuardMessage.Disarm disarm -> replace(disarm.module(), null);
                case GuardMessage.Orderly orderly -> {
                    isOrderly = true;
                    isRestartWanted = orderly.isRestart();
                }
            }
        } catch (IOException e) {
            message.descriptors().forEach(Descriptors::close);
            fault(e);
        }
    }

    private void hello() throws ErrnoException {
        UnixSocket from = client;
        if (from != null && !safed.isRunning() && !isSafedEnding) {
            safed.adopt(from.peerPid()); // started by hand, or while the guard was away
            Log.line("safed has come by itself, pid " + safed.pid());
        }
        startHosts();
    }

    private void replace(String module, @Nullable Armed next) {
        Armed before = next == null ? armed.remove(module) : armed.put(module, next);
        if (before != null) {
            before.descriptors().forEach(Descriptors::close);
        }
    }

    private void safedEnded(int status) {
        long endedNs = loop.nowNs();
        isSafedEnding = true; // the last words of the dead are no arrival
        readAll();
        isSafedEnding = false;
        closeClient();
        boolean wasOrderly = isOrderly;
        isOrderly = false;
        if (wasOrderly) {
            Log.line("safed ended in order, exit code " + status);
            List.copyOf(armed.keySet()).forEach(module -> replace(module, null));
        } else {
            fence(status, endedNs);
        }
        deletePidFile();
        if (isStopping || (wasOrderly && !isRestartWanted)) {
            isStopping = true;
            exitCode = wasOrderly ? 0 : 1;
            stopHosts();
            return;
        }
        loop.schedule(safed.delayMs() * 1_000_000L, this::startSafed);
    }

    private void fence(int status, long endedNs) {
        List<FencePlan> plans = new ArrayList<>();
        for (Armed each : armed.values()) {
            plans.add(each.plan());
            each.descriptors().forEach(Descriptors::close); // the last ones: the kernel aborts
        }
        armed.clear();
        long beganNs = loop.nowNs();
        Fencer.Report report = fencer.fence(plans);
        long toldUs = (beganNs - endedNs + report.toldNs()) / 1000;
        Log.line(
                "safed died (status %d): fenced modules=%d toldUs=%d problems=%s"
                        .formatted(status, plans.size(), toldUs, report.problems()));
        for (int delayMs : TELL_AGAIN_MS) {
            loop.schedule(delayMs * 1_000_000L, () -> fencer.tell(plans, new ArrayList<>()));
        }
        List<String> left = fencer.clean(plans);
        if (!left.isEmpty()) {
            Log.line("left behind after fencing: " + left);
        }
    }

    private void beginStop() {
        if (isStopping) {
            return;
        }
        isStopping = true;
        if (!safed.isRunning()) {
            stopHosts();
            return;
        }
        Log.line("stopping: safed is asked to stop everything in order");
        safed.signal(Signal.TERM);
        loop.schedule(
                settings.stopMs() * 1_000_000L,
                () -> {
                    Log.line("safed did not stop in time: it is killed");
                    safed.signal(Signal.KILL);
                });
    }

    private void stopHosts() {
        hosts.forEach(host -> host.child.signal(Signal.TERM));
        loop.schedule(2_000_000_000L, () -> hosts.forEach(host -> host.child.signal(Signal.KILL)));
        endWhenAllEnded();
    }

    private void endWhenAllEnded() {
        boolean isQuiet =
                !safed.isRunning() && hosts.stream().noneMatch(host -> host.child.isRunning());
        if (isQuiet) {
            loop.stop();
        }
    }

    private void closeClient() {
        UnixSocket before = client;
        client = null;
        if (before == null) {
            return;
        }
        try {
            loop.unregister(before.fd());
        } catch (ErrnoException e) {
            fault(e);
        }
        before.close();
    }

    private void deletePidFile() {
        try {
            Files.deleteIfExists(pidFile());
        } catch (IOException e) {
            fault(e);
        }
    }

    @Override
    public void close() {
        loop.close();
        listener.close();
        fencer.close();
    }
}
