package dev.understudy.tools.author;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Archive;
import dev.understudy.safe.Finding;
import dev.understudy.safe.ReadResult;
import dev.understudy.safe.Service;
import dev.understudy.safe.read.Resolver;
import dev.understudy.safe.read.SafeReader;
import dev.understudy.tools.importer.Importer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/// Modules of the reference product become modules of ours that pass lint; what is lost is said.
class ImportTest {
    private static final String WINDOWS =
            """
            <!DOCTYPE safe>
            <safe>
              <macro name="SERVICES" value="MSSQLSERVER, SQLSERVERAGENT"/>
              <macro name="DATA" value="C:\\MSSQL\\DATA"/>
              <service mode="mirror" boot="on" maxloop="2" loop_interval="12" defaultprim="lastprim">
                <heart><heartbeat name="default"/></heart>
                <vip><interface_list><interface><real_interface>
                  <virtual_addr addr="192.0.2.100" where="one_side_alias"/></real_interface></interface></interface_list></vip>
                <rfs acl="off" async="second" syncdelta="30m">
                  <replicated dir="%DATA%"><notreplicated path="tempdb.mdf"/><notreplicated regexpath=".*[.]tmp"/>
                    <tocheck path="master.mdf"/></replicated>
                </rfs>
                <user nicestoptimeout="120"/>
                <errd polltimer="10"><proc name="sqlservr.exe" action="restart" class="prim"/></errd>
                <check>
                  <tcp ident="port" when="prim"><to addr="127.0.0.1" port="1433"/></tcp>
                  <splitbrain ident="witness" exec="ping" arg="192.0.2.1 192.0.2.2"/>
                  <custom ident="query" when="prim" exec="query.ps1"/>
                </check>
                <vhost/>
              </service>
            </safe>
            """;

    private static final String FARM =
            """
            <safe><service mode="farm">
              <farm><lan name="default"/></farm>
              <vip><interface_list><interface><virtual_interface type="vmac_directed">
                <virtual_addr addr="192.0.2.50"/></virtual_interface></interface></interface_list>
                <loadbalancing_list><group name="web"><rule port="80" proto="tcp" filter="on_addr"/></group></loadbalancing_list></vip>
              <user/>
            </service></safe>
            """;

    private static byte[] zip(Map<String, String> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, String> e : new TreeMap<>(files).entrySet()) {
                zip.putNextEntry(new ZipEntry(e.getKey()));
                zip.write(e.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    private static ReadResult module(Importer.Result result) {
        Map<String, Archive.File> files = new TreeMap<>();
        result.files().forEach((path, bytes) -> files.put(path, new Archive.File(bytes, false)));
        Archive archive = Archive.of(files);
        List<Finding> findings = new Source("", archive, SafeReader.of(archive)).lint();
        assertFalse(Finding.anyError(findings), findings::toString);
        return SafeReader.of(archive);
    }

    private static String lost(Importer.Result result) {
        StringBuilder text = new StringBuilder();
        result.notes().stream()
                .filter(Importer.Note::isLost)
                .forEach(n -> text.append(n.line()).append(' ').append(n.what()).append('\n'));
        return text.toString();
    }

    @Test
    void aWindowsMirrorKeepsWhatItSaid() throws IOException {
        Importer.Result result =
                Importer.read(
                        "sql",
                        zip(
                                Map.of(
                                        "conf/userconfig.xml", WINDOWS,
                                        "bin/start_prim.cmd", "rem",
                                        "bin/transition.ps1", "#",
                                        "bin/start_sec.cmd", "rem",
                                        "bin/query.ps1", "#",
                                        "web/index.html", "<html>")));
        var module = module(result).module().orElseThrow();
        var platform = Platforms.of("windows").orElseThrow();
        var config = Resolver.example(module, platform).resolved().config().orElseThrow();
        assertEquals(
                List.of(
                        new Service.WindowsService("MSSQLSERVER"),
                        new Service.WindowsService("SQLSERVERAGENT")),
                config.services().stream().map(Service::kind).toList());
        assertTrue(config.services().stream().allMatch(Service::manualBoot));
        var directory = config.replication().directories().getFirst();
        assertEquals("C:\\MSSQL\\DATA", directory.path());
        assertEquals(List.of("/tempdb.mdf"), directory.exclude());
        assertEquals(List.of("master.mdf"), directory.require());
        assertEquals(List.of("192.0.2.1", "192.0.2.2"), config.isolation().witnesses());
        assertEquals(2, config.module().restartLimit().count());
        assertEquals("last", config.module().preferredPrimary());
        assertEquals(120, config.timeouts().stop().toSeconds());
        assertTrue(result.files().containsKey("lib/native/start_prim.cmd"));
        assertTrue(result.files().containsKey("scripts/transition.js"));
        assertFalse(result.files().containsKey("scripts/start_prim.js")); // services: does it
        assertEquals(
                """
                0 bin/start_sec.cmd
                0 web/index.html
                9 rfs syncdelta=30m
                10 notreplicated regexpath=.*[.]tmp
                18 custom checker query
                20 <vhost>
                """,
                lost(result));
    }

    @Test
    void aLinuxFarmBecomesAFarmWithItsScriptsWired() throws IOException {
        Importer.Result result =
                Importer.read(
                        "web",
                        zip(
                                Map.of(
                                        "conf/userconfig.xml", FARM,
                                        "bin/start_both", "#!/bin/sh",
                                        "bin/stop_both", "#!/bin/sh")));
        var module = module(result).module().orElseThrow();
        assertEquals("FARM", module.manifest().kind().name());
        assertTrue(module.hook("start_both").isPresent());
        assertTrue(module.hook("stop_both").isPresent());
        assertEquals("", lost(result));
    }

    private static String became(String xml, String what) throws IOException {
        return Importer.read("x", zip(Map.of("conf/userconfig.xml", xml))).notes().stream()
                .filter(n -> n.what().startsWith(what))
                .map(Importer.Note::became)
                .findFirst()
                .orElse("no note");
    }

    @Test
    void detectionStaysOursAndTheReportNamesTheOldTimes() throws IOException {
        String slow =
                """
                <safe><service mode="mirror">
                  <heart pulse="1000" timeout="30s"><heartbeat name="a"/><heartbeat name="b" timeout="9000"/></heart>
                  <errd polltimer="60"><proc name="x" class="prim"/></errd></service></safe>
                """;
        assertEquals(
                "heartbeats: of ours are kept, interval 200ms and timeout 2s; there it was pulse"
                        + " 1000ms, timeout 30000ms; on b timeout 9000ms",
                became(slow, "<heart>"));
        assertEquals(
                "processes: x; interval: 10s of ours is kept, there it was polltimer 60000ms",
                became(slow, "proc x"));
        String text = configuration(slow);
        assertFalse(text.contains("heartbeats"), text);
        assertTrue(text.contains("interval: 10s"), text);
        String fast = slow.replace("polltimer=\"60\"", "polltimer=\"4\"");
        assertEquals("processes: x", became(fast, "proc x"));
        assertTrue(configuration(fast).contains("interval: 4000ms"), configuration(fast));
    }

    private static String configuration(String xml) throws IOException {
        byte[] bytes =
                Importer.read("x", zip(Map.of("conf/userconfig.xml", xml)))
                        .files()
                        .get("conf/userconfig.yaml");
        return new String(java.util.Objects.requireNonNull(bytes), StandardCharsets.UTF_8);
    }

    @Test
    void hostileArchivesAreRefused() throws IOException {
        assertRefused(zip(Map.of("../evil", "x")), "points outside");
        assertRefused(zip(Map.of("..\\..\\evil", "x")), "points outside");
        assertRefused(zip(Map.of("/etc/passwd", "x")), "points outside");
        assertRefused(zip(Map.of("C:/x", "x")), "points outside");
        assertRefused(zip(Map.of("bin/x", "x")), "no module");
        assertRefused(new byte[0], "no ZIP archive");
        assertRefused(zip(Map.of("conf/userconfig.xml", "0".repeat(70 << 20))), "unpacks to more");
        assertRefused(zip(Map.of("conf/userconfig.xml", "<safe><service")), "not XML");
        assertRefused(zip(Map.of("conf/userconfig.xml", "<a>".repeat(100_000))), "nested too deep");
        String entities =
                "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><safe><service mode='mirror'>&a;</service></safe>";
        try {
            Importer.Result result =
                    Importer.read("x", zip(Map.of("conf/userconfig.xml", entities)));
            assertFalse(new String(result.files().toString()).contains("root:"));
        } catch (IOException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("not XML"), e::toString);
        }
    }

    private static void assertRefused(byte[] archive, String why) {
        IOException e = assertThrows(IOException.class, () -> Importer.read("x", archive));
        assertTrue(String.valueOf(e == null ? "" : e.getMessage()).contains(why), () -> "" + e);
    }
}
