package dev.understudy.tools.testing;

import dev.understudy.safe.Manifest;
import dev.understudy.safe.Platform;
import dev.understudy.safe.SafeModule;
import dev.understudy.script.ScriptBench;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// Servers that do not take over from each other: one of a light module, two of a farm. The
/// module's hooks run on machines that are not there, under virtual time and faults; a server that
/// lost power starts again, an application that died is restarted by its watch or checker.
///
/// The engine of these kinds is not built yet: this is what the module contributes.
public final class LoneServers implements AutoCloseable {
    /// Faults by name.
    public static final List<String> FAULTS = List.of("power-off", "application-dies", "restart");

    /// What a server takes from power to the start of modules, 60 s.
    private static final long BOOT_MS = 60_000;

    private final SafeModule module;
    private final Platform platform;
    private final ScriptBench bench = new ScriptBench();
    private final AuthorTests author;

    /// Prepares the simulation of a module.
    public LoneServers(SafeModule module, Platform platform) {
        this.module = module;
        this.platform = platform;
        this.author = new AuthorTests(module, platform, bench, new TreeSet<>());
    }

    /// Runs one server into a fault; in a farm the other one goes on.
    ///
    /// @param seed decides the moment at which a dead application is noticed
    public Simulation.Outcome run(String fault, long seed) {
        List<Simulation.Moment> timeline = new ArrayList<>();
        boolean isFarm = module.manifest().kind() == Manifest.Kind.FARM;
        for (String other : isFarm ? List.of("server2") : List.<String>of()) {
            Hooks.Ended end = hooks(machine()).start();
            if (!end.isOk()) {
                timeline.add(new Simulation.Moment(0, other, "start failed: " + end.problem()));
                return new Simulation.Outcome(fault, -1, false, timeline);
            }
        }
        Machine machine = machine();
        Hooks hooks = hooks(machine);
        Hooks.Ended end = hooks.start();
        timeline.add(new Simulation.Moment(0, "", fault));
        long before = machine.nowMs();
        long lost = 0;
        if (end.isOk()) {
            switch (fault) {
                case "power-off" -> {
                    machine.powerOff();
                    lost = BOOT_MS;
                    timeline.add(new Simulation.Moment(lost, "server1", "booted"));
                }
                case "application-dies" -> {
                    machine.killApplication();
                    lost =
                            Simulation.noticedMs(
                                    machine.setting.config(), new SplittableRandom(seed));
                    timeline.add(new Simulation.Moment(lost, "server1", "noticed"));
                    end = hooks.stop();
                }
                case "restart" -> end = hooks.stop();
                default -> throw new IllegalArgumentException("no fault '" + fault + "'");
            }
        }
        end = end.isOk() ? hooks.start() : end;
        lost += machine.nowMs() - before;
        timeline.add(
                new Simulation.Moment(
                        lost, "server1", end.isOk() ? "serves again" : "failed: " + end.problem()));
        // a server that never comes back is a failure of the module, also while another one serves
        long outage = end.isOk() ? isFarm ? 0 : lost : -1;
        return new Simulation.Outcome(fault, outage, false, timeline);
    }

    private Machine machine() {
        Machine machine = new Machine(Setting.of(module, author.parameters(), platform));
        author.prepare(machine);
        return machine;
    }

    private Hooks hooks(Machine machine) {
        return new Hooks(bench, machine, new TreeSet<>());
    }

    @Override
    public void close() {
        bench.close();
    }
}
