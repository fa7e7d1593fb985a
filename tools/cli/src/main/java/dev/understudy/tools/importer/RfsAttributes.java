package dev.understudy.tools.importer;

import java.util.List;
import java.util.Map;

/// Says what became of each attribute of <rfs>.
final class RfsAttributes {
    private static final Map<String, String> BECAME =
            Map.ofEntries(
                    Map.entry(
                            "async",
                            "a write is acknowledged when both servers have it; durability: disk waits for both disks"),
                    Map.entry("acl", "owner, mode and extended attributes are always replicated"),
                    Map.entry("reiallowedbw", "replication.resync.bandwidth-limit"),
                    Map.entry("mountoversuffix", "no directory is renamed: nothing to set"),
                    Map.entry("packetsize", "nothing to set"),
                    Map.entry("reipacketsize", "nothing to set"),
                    Map.entry("ruzone_blocksize", "blocks of 4 KiB are tracked: nothing to set"),
                    Map.entry("iotimeout", "replication.acknowledge-within (2s)"),
                    Map.entry("locktimeout", "replication.acknowledge-within (2s)"),
                    Map.entry("sendtimeout", "replication.acknowledge-within (2s)"),
                    Map.entry("nbrei", "nothing to set"),
                    Map.entry(
                            "namespacepolicy",
                            "what differs is remembered through crashes and reboots"),
                    Map.entry("reitimeout", "nothing to set"),
                    Map.entry("reicommit", "nothing to set"),
                    Map.entry("reidetail", "safe log shows it"),
                    Map.entry("allocthreshold", "nothing to set"),
                    Map.entry("nbremconn", "one ordered stream: nothing to set"),
                    Map.entry("checktime", "nothing to set"),
                    Map.entry("checkintv", "nothing to set"),
                    Map.entry("flow", "replication.network"));

    private static final Map<String, String> LOST =
            Map.of(
                    "scripts", "no callbacks of the replication; use hooks",
                    "syncdelta",
                            "an outdated copy never serves by itself; an operator decides with safe prim --force",
                    "syncat", "replication is continuous; there is no scheduled copy",
                    "roflags", "the other server's copy is read-only for everybody",
                    "nfsbox_options", "mount points inside of a directory are not followed");

    private RfsAttributes() {}

    static void report(Element rfs, List<Importer.Note> notes) {
        for (String name : rfs.attributes().keySet()) {
            String what = "rfs " + name + "=" + rfs.attribute(name, "");
            String became = BECAME.get(name);
            notes.add(
                    new Importer.Note(
                            rfs.line(),
                            what,
                            became == null
                                    ? LOST.getOrDefault(name, "no equivalent is known")
                                    : became,
                            became == null));
        }
    }
}
