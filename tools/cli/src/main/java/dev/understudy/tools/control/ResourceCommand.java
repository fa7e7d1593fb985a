package dev.understudy.tools.control;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows and sets resources.
@Command(
        name = "resource",
        mixinStandardHelpOptions = true,
        description = {
            "Shows the resources of a module on one node, or sets one of the class custom.",
            "Failover rules of the module may name custom resources; what is set counts until it is set"
                    + " again or the module stops there."
        },
        footer = {
            "",
            "Examples:",
            "  safe resource get -m postgresql",
            "  safe resource get -m postgresql tcp.port",
            "  safe resource set -m postgresql custom.licence down --text expired"
        })
public final class ResourceCommand extends ControlCommand {
    @Parameters(index = "0", paramLabel = "get|set", description = "get or set")
    private String verb = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "RESOURCE",
            description = "As `safe state -m` names it; get: default all.")
    private String resource = "";

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "up|down",
            description = "set: up or down")
    private String value = "";

    @Option(
            names = {"-m", "--module"},
            required = true,
            paramLabel = "MODULE",
            description = "The module.")
    private String module = "";

    @Option(names = "--text", paramLabel = "TEXT", description = "set: why, for people.")
    private String text = "";

    @Override
    int work() {
        return switch (verb) {
            case "get" -> get();
            case "set" -> set();
            default -> throw Failure.usage("'%s' is not get or set".formatted(verb), "");
        };
    }

    private int get() {
        List<Json> all = daemon().get(Paths.module(module)).list("resources");
        List<Json> shown =
                all.stream()
                        .filter(r -> resource.isEmpty() || r.text("name").equals(resource))
                        .toList();
        if (shown.isEmpty() && !resource.isEmpty()) {
            throw Failure.usage(
                    "%s has no resource '%s'".formatted(module, resource),
                    all.isEmpty()
                            ? ""
                            : "it has "
                                    + String.join(
                                            ", ", all.stream().map(r -> r.text("name")).toList()));
        }
        for (Json one : shown) {
            String why = one.text("text");
            say(
                    isJson()
                            ? one.toString()
                            : one.text("name")
                                    + " "
                                    + one.text("value")
                                    + (why.isEmpty() ? "" : " " + why));
        }
        return dev.understudy.tools.Exit.DONE;
    }

    private int set() {
        if (!resource.matches("custom[.][A-Za-z0-9_.-]{1,56}")) {
            throw Failure.usage(
                    "'%s' is not a resource that can be set".formatted(resource),
                    "only custom.<id>: the others are what checkers find");
        }
        if (!List.of("up", "down").contains(value)) {
            throw Failure.usage("'%s' is not up or down".formatted(value), "");
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("resource", resource);
        body.put("value", value);
        if (!text.isEmpty()) body.put("text", text);
        Json done = daemon().send("PUT", Paths.module(module) + "/resources", body);
        return answer(done, done.text("text"));
    }
}
