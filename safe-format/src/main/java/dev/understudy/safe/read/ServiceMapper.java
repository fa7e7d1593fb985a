package dev.understudy.safe.read;

import dev.understudy.safe.Action;
import dev.understudy.safe.Service;
import dev.understudy.safe.When;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Turns an item of `services` into a [Service].
final class ServiceMapper {
    private ServiceMapper() {}

    static Service map(Fields f, When when) {
        Service.Kind kind =
                switch (f.text("type", "")) {
                    case "systemd" -> new Service.Systemd(f.text("unit", ""));
                    case "windows-service" -> new Service.WindowsService(f.text("name", ""));
                    case "iis-pool" -> new Service.IisPool(f.text("name", ""));
                    default -> command(f);
                };
        Optional<Service.Watch> watch = Optional.empty();
        if (f.has("watch")) {
            Fields w = f.in("watch");
            watch =
                    Optional.of(
                            new Service.Watch(
                                    w.duration("interval", Duration.ofSeconds(10)),
                                    w.word("action", Action.RESTART, Action.class)));
        }
        boolean manual = f.text("boot", "keep").equals("manual");
        return new Service(
                f.text("id", ""),
                when,
                manual,
                f.has("ready") ? Optional.of(ready(f.in("ready"))) : Optional.empty(),
                watch,
                kind);
    }

    private static Service.Command command(Fields f) {
        Fields codes = f.in("ok-codes");
        Map<Service.Step, Set<Integer>> okCodes = new EnumMap<>(Service.Step.class);
        for (Service.Step step : Service.Step.values()) {
            String key = step.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
            if (codes.has(key)) {
                Set<Integer> set = new LinkedHashSet<>();
                codes.texts(key).forEach(code -> set.add(Integer.valueOf(code)));
                okCodes.put(step, Set.copyOf(set));
            }
        }
        Map<String, String> environment = new java.util.LinkedHashMap<>();
        Fields env = f.in("environment");
        env.keys().forEach(key -> environment.put(key, env.text(key, "")));
        return new Service.Command(
                f.texts("start"),
                f.texts("stop"),
                f.texts("force-stop"),
                f.texts("status"),
                okCodes,
                f.isOn("foreground", false),
                f.optional("user"),
                f.optional("directory"),
                environment);
    }

    private static Service.Ready ready(Fields f) {
        Service.Ready.Test test;
        if (f.has("tcp")) {
            test = new Service.Ready.Tcp(f.text("host", "localhost"), f.number("tcp", 0));
        } else if (f.has("file")) {
            test = new Service.Ready.FileExists(f.text("file", ""));
        } else if (f.has("command")) {
            test = new Service.Ready.Program(f.texts("command"));
        } else {
            test = new Service.Ready.After(f.duration("after", Duration.ZERO));
        }
        return new Service.Ready(
                test,
                f.duration("within", Duration.ofSeconds(60)),
                f.duration("interval", Duration.ofMillis(100)));
    }
}
