package dev.understudy.safe.lint;

import dev.understudy.safe.Node;
import java.util.regex.Pattern;

/// Finds addresses of one site inside of a module.
final class SiteAddress implements ConfigRule {
    // Others than these are errors already.
    private static final Pattern UNICAST =
            Pattern.compile(
                    "(?!127\\.|169\\.254\\.|22[4-9]\\.|23\\d\\.)(\\d{1,2}|1\\d\\d|2[0-4]\\d|25[0-5])(\\.(\\d{1,2}|1\\d\\d|2[0-4]\\d|25[0-5])){3}");

    @Override
    public String id() {
        return "C057";
    }

    @Override
    public void check(ConfigView view, Sink sink) {
        if (view.module().configTree().get("virtual-ips") instanceof Node.Sequence list) {
            for (Node item : list.items()) {
                if (item instanceof Node.Mapping m
                        && m.get("address") instanceof Node.Scalar address
                        && UNICAST.matcher(address.text()).matches()) {
                    sink.add(
                            address.position(),
                            "the address %s is that of one site".formatted(address.text()),
                            "make it a parameter of type ip: $(virtual-ip)");
                }
            }
        }
    }
}
