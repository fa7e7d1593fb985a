package dev.understudy.tools.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.safe.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/// A machine that is not there: services, files, programs, ports, and a clock of its own.
final class Machine {
    /// What a program answers.
    record Answer(String path, String arguments, int code, String out, String err, long takesMs) {}

    /// A service of the module.
    static final class ServiceState {
        boolean isRunning;
        int failsToStart;
        boolean hangsAtStop;
    }

    private static final long START_MS = 1_767_225_600_000L; // 2026-01-01T00:00:00Z

    private record Event(long atMs, long order, Runnable action) {}

    final Map<String, ServiceState> services = new LinkedHashMap<>();
    final Map<String, String> files;
    final FakeWindows windows;
    final List<Answer> programs = new ArrayList<>();
    final List<List<String>> ran = new ArrayList<>();
    final Map<String, String> resources = new TreeMap<>();
    final Map<String, JsonNode> pages = new TreeMap<>();
    final Map<String, Boolean> ports = new TreeMap<>();
    final List<String> processes = new ArrayList<>();
    final List<String> log = new ArrayList<>();
    final Setting setting;
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(
                    Comparator.comparingLong(Event::atMs).thenComparingLong(Event::order));
    private long nowMs = START_MS;
    private long order;

    Machine(Setting setting) {
        this.setting = setting;
        this.files =
                setting.isWindows()
                        ? new TreeMap<>(String.CASE_INSENSITIVE_ORDER)
                        : new TreeMap<>();
        this.windows = new FakeWindows(setting);
        setting.config().services().forEach(s -> services.put(s.id(), new ServiceState()));
    }

    long nowMs() {
        return nowMs;
    }

    void after(long ms, Runnable action) {
        events.add(new Event(nowMs + Math.max(0, ms), order++, action));
    }

    /// Lets time go on to the next event.
    boolean next() {
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        nowMs = event.atMs();
        event.action().run();
        return true;
    }

    /// Forgets what was to happen: the run that waited for it is over.
    void forgetEvents() {
        events.clear();
    }

    /// Takes the power away: what runs and what lives in memory is gone, files stay.
    void powerOff() {
        forgetEvents();
        services.values().forEach(s -> s.isRunning = false);
        processes.clear();
        resources.clear();
        windows.powerOff();
        files.keySet().removeIf(path -> path.startsWith("/run/") || path.startsWith("/tmp/"));
    }

    /// Kills every process of the module, as the engine does after a stop that failed.
    void killApplication() {
        services.values().forEach(s -> s.isRunning = false);
    }

    /// Tells whether a TCP port accepts: it was opened, or a service that runs is ready by it.
    boolean accepts(String host, int port) {
        Boolean given = ports.getOrDefault(host + ":" + port, ports.get(":" + port));
        if (given != null) {
            return given;
        }
        return setting.config().services().stream()
                .anyMatch(s ->
                        isRunning(s.id())
                                && s.ready().isPresent()
                                && s.ready().get().test()
                                        instanceof Service.Ready.Tcp(String _, int p)
                                && p == port);
    }

    boolean isRunning(String service) {
        ServiceState state = services.get(service);
        return state != null && state.isRunning;
    }

    /// Tells whether a file is there; the replicated directories always are.
    boolean exists(String path) {
        return files.containsKey(path)
                || files.keySet().stream().anyMatch(f -> isBelow(f, path))
                || setting.config().replication().directories().stream()
                        .anyMatch(d -> d.path().equals(path));
    }

    /// Gives a path as the machine keeps it: on Windows `/` separates too.
    String path(String text) {
        return setting.isWindows() ? text.replace('/', '\\') : text;
    }

    /// Tells whether a path is below a folder.
    boolean isBelow(String name, String folder) {
        String separator = setting.isWindows() ? "\\" : "/";
        String start = folder.endsWith(separator) ? folder : folder + separator;
        return name.regionMatches(setting.isWindows(), 0, start, 0, start.length());
    }

    /// Gives a readable state, for the message of a failed case.
    String describe() {
        StringBuilder text = new StringBuilder();
        services.forEach((id, s) ->
                text.append(text.isEmpty() ? "" : ", ")
                        .append(id)
                        .append(s.isRunning ? " runs" : " is stopped"));
        return text.toString();
    }
}
