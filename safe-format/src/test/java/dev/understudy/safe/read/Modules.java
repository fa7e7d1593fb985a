package dev.understudy.safe.read;

import dev.understudy.safe.Archive;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// Small modules for tests.
public final class Modules {
    /// A manifest with one parameter of each common kind.
    public static final String MANIFEST =
            """
            format: 1
            name: shop
            version: 1.0.0
            kind: mirror
            platforms: [linux]
            parameters:
              virtual-ip: {type: ip, description: Address of the service}
              data-dir: {type: path, description: Data, default: {debian: /var/lib/shop, redhat: /srv/shop}}
              conf-dir: {type: path, description: Configuration, optional: on}
              port: {type: port, description: Port, default: 8080}
            permissions: {services: from-userconfig}
            """;

    /// A configuration that uses them.
    public static final String CONFIG =
            """
            format: 1
            module: {boot: on, failover: on, restart-limit: {count: 3, within: 24h}}
            virtual-ips: [{id: main, address: $(virtual-ip), interface: auto}]
            replication:
              directories:
                - {id: data, path: $(data-dir), exclude: [/tmp/**], require: [shop.db]}
                - {id: conf, path: $(conf-dir), when: set}
            services:
              - id: app
                type: command
                start: [/usr/bin/shop, --port, $(port), '--data=$(data-dir)/x']
                stop: [/usr/bin/shop, stop]
                ok-codes: {start: [0, 2]}
                ready: {tcp: $(port), within: 30s}
            checkers: [{id: web, type: tcp, port: $(port), interval: 10s, timeout: 5s, action: restart}]
            """;

    private Modules() {}

    /// Gives the files of the small module, some of them replaced: path, text, path, text …
    public static Archive archive(String... replaced) {
        Map<String, Archive.File> files = new LinkedHashMap<>();
        files.put("module.yaml", file(MANIFEST));
        files.put("conf/userconfig.yaml", file(CONFIG));
        files.put("README.md", file("# shop\n"));
        for (int i = 0; i < replaced.length; i += 2) {
            files.put(replaced[i], file(replaced[i + 1]));
        }
        return Archive.of(files);
    }

    /// Makes a file of a text.
    public static Archive.File file(String text) {
        return new Archive.File(text.getBytes(StandardCharsets.UTF_8), false);
    }
}
