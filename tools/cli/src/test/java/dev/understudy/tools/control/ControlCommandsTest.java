package dev.understudy.tools.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.understudy.safe.Archive;
import dev.understudy.tools.Safe;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ControlCommandsTest extends WithDaemon {
    private static final String STATE =
            """
            {"module":"db","version":"1.0.0","digest":"ab","kind":"mirror","node":"node1",
             "state":"PRIM","status":"READY","health":"good","data":"UP_TO_DATE","reason":"the peer is in sync",
             "rule":"X","sinceMs":0,"activity":"",
             "peer":{"node":"node2","isReachable":true,"silentMs":120,"state":"SECOND",
                     "data":"UP_TO_DATE"},
             "register":{"epoch":7,"inSync":["node1","node2"],"primary":"node1","generation":"g",
                         "policy":"protect"},
             "replication":{"link":"up","lagOperations":3,"unconfirmedBytes":8192,"dirtyBytes":0,
                            "dirtyFiles":0},
             "resync":null,
             "addresses":[{"id":"main","address":"10.0.0.9","networkInterface":"eth0",
                           "isRaised":true}],
             "resources":[{"name":"tcp.port","value":"up","atMs":0,"text":"","action":"restart"}],
             "rules":[{"id":"worse","condition":"tcp.port == down","forMs":3000,"action":"swap",
                       "state":"idle","sinceMs":null}],
             "warnings":[]}
            """;
    private static final String RUNNING =
            """
            {"id":"c1","module":"db","command":"start","node":"node1","startedAtMs":0,
             "journalAfter":4,"isRunning":true,"outcome":null}
            """;

    private static String ended(String outcome) {
        return RUNNING.replace("true", "false")
                .replace("\"outcome\":null", "\"outcome\":" + outcome);
    }

    @Test
    void stateOfAllIsATable() {
        daemon.on("GET /api/v1/modules", 200, "{\"modules\":[" + STATE + "]}");
        assertEquals(0, safe("state"), err);
        assertEquals(
                """
                MODULE  NODE   STATE  STATUS  DATA        PEER          REASON
                db      node1  PRIM   ready   up to date  node2 SECOND  the peer is in sync
                """,
                out);
        assertEquals(0, safe("state", "--check"), out);
    }

    @Test
    void stateOfOneTellsEverything() {
        daemon.on("GET /api/v1/modules/db", 200, STATE);
        assertEquals(0, safe("state", "-m", "db"), err);
        assertEquals(
                """
                module        db 1.0.0 (mirror) on node1
                state         PRIM, ready, since -
                reason        the peer is in sync
                data          up to date
                peer          node2: SECOND, data up to date, heard 120 ms ago
                register      epoch 7, in sync node1 and node2, primary node1, policy protect
                replication   link up, 3 operations on the way, 8.0 KiB unconfirmed, 0 B dirty in 0 files
                address main  10.0.0.9 on eth0
                tcp.port      up; when down: restart
                rule worse    if tcp.port == down for 3 s then swap
                """,
                out);
    }

    @Test
    void quietStateIsTheExitCodeAlone() throws IOException {
        for (Map.Entry<String, Integer> state :
                Map.of("STOP", 0, "WAIT", 1, "ALONE", 2, "UP", 2, "PRIM", 3, "SECOND", 4)
                        .entrySet()) {
            try (FakeDaemon own = new FakeDaemon(folder.resolve(state.getKey()))) {
                own.on(
                        "GET /api/v1/modules/db",
                        200,
                        STATE.replace(
                                "\"state\":\"PRIM\"", "\"state\":\"" + state.getKey() + "\""));
                FakeDaemon before = daemon;
                daemon = own;
                assertEquals(state.getValue(), safe("state", "-m", "db", "-q"));
                assertEquals("", out);
                daemon = before;
            }
        }
        assertEquals(69, safe("state", "-m", "absent", "-q"));
        daemon.close();
        assertEquals(69, safe("state", "-m", "db", "-q"));
    }

    @Test
    void checkAnswersByTheWorstHealth() throws IOException {
        for (Map.Entry<String, Integer> health :
                Map.of("good", 0, "degraded", 10, "transient", 11, "waiting", 12, "stopped", 13)
                        .entrySet()) {
            try (FakeDaemon own = new FakeDaemon(folder.resolve(health.getKey()))) {
                String other = STATE.replace("\"good\"", "\"" + health.getKey() + "\"");
                own.on("GET /api/v1/modules", 200, "{\"modules\":[" + STATE + "," + other + "]}");
                FakeDaemon before = daemon;
                daemon = own;
                assertEquals(health.getValue(), safe("state", "--check"), out);
                daemon = before;
            }
        }
    }

    @Test
    void degradedIsSaidAloud() {
        String alone =
                STATE.replace("PRIM", "ALONE")
                        .replace("\"good\"", "\"degraded\"")
                        .replace("\"warnings\":[]", "\"warnings\":[\"no second\"]");
        daemon.on("GET /api/v1/modules", 200, "{\"modules\":[" + alone + "]}");
        daemon.on("GET /api/v1/modules/db", 200, alone);
        assertEquals(10, safe("state", "--check"));
        assertTrue(out.contains("ALONE  DEGRADED"), out);
        assertTrue(out.contains("degraded: db is ALONE: no second"), out);
        assertEquals(10, safe("state", "-m", "db", "--check"));
        assertTrue(out.contains("ALONE, DEGRADED, since"), out);
    }

    private static final String EXPLAINED =
            """
            {"module":"db","node":"node1","kind":"mirror","atMs":0,"isNow":true,"state":"PRIM",
             "sinceMs":0,"reason":"the peer holds everything",
             "moves":[{"atMs":0,"from":"ALONE","to":"PRIM","rule":305,"name":"PAIR_FORMED",
                       "reason":"count it in sync","inputs":{"peer":"WAIT READY"}}],
             "degraded":[],
             "prospects":[{"failure":"power","where":"node1","event":"node1 loses power",
                           "text":"node2 serves in about 2.0 s, alone","servedBy":"node2",
                           "gapMs":2000,"isBothServing":false,"ends":[]}],
             "applicationStartMs":1300}
            """;

    @Test
    void explainTellsWhyAndWhatWouldHappen() {
        daemon.on("GET /api/v1/modules/db/explain", 200, EXPLAINED);
        assertEquals(0, safe("explain", "-m", "db"), err);
        String zero = Words.fineTime(0);
        assertEquals(
                """
                db (mirror) on node1 is PRIM
                the peer holds everything

                Why, by the journal:
                  @0  ALONE -> PRIM  rule 305 PAIR_FORMED: count it in sync
                      saw peer=WAIT READY

                Degraded:
                  nothing

                What would happen right now:
                  if node1 loses power: node2 serves in about 2.0 s, alone
                  (without the start of the application, which took 1.3 s here last time; with a ping witness that answers)
                """
                        .replace("@0", zero),
                out);
        assertEquals(0, safe("explain", "-m", "db", "--format", "json"), err);
        assertTrue(out.contains("\"gapMs\":2000"), out);
        assertEquals(2, safe("explain", "-m", "db", "--at", "yesterday"));
        assertEquals(2, safe("explain"));
    }

    @Test
    void supportIsWrittenForTheOwnerAlone() throws IOException {
        daemon.on("GET /api/v1/support", 200, "PK zip");
        Path file = folder.resolve("x.zip");
        assertEquals(0, safe("support", "-o", file.toString()), err);
        assertEquals("PK zip", Files.readString(file));
        assertEquals(
                "rw-------",
                java.nio.file.attribute.PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(file)));
        assertEquals(1, safe("support", "-o", file.toString()));
        assertTrue(err.contains("is there already"), err);
        assertEquals(3, safe("support", "-o", folder.resolve("no/x.zip").toString()), err);
        assertEquals(2, safe("support"));
    }

    @Test
    void bootIsSetAndShown() {
        String boot = "{\"module\":\"db\",\"value\":\"off\",\"from\":\"operator\"}";
        daemon.on("GET /api/v1/modules/db/boot", 200, boot);
        daemon.on("PUT /api/v1/modules/db/boot", 200, boot);
        assertEquals(0, safe("boot", "off", "-m", "db"), err);
        assertEquals("db: off, said by the operator\n", out);
        assertEquals(0, safe("boot", "status", "-m", "db"), err);
        assertEquals(2, safe("boot", "maybe", "-m", "db"));
    }

    @Test
    void resourcesAreShownAndSet() {
        daemon.on("GET /api/v1/modules/db", 200, STATE);
        daemon.on("PUT /api/v1/modules/db/resources", 200, "{\"text\":\"custom.x: down\"}");
        assertEquals(0, safe("resource", "get", "-m", "db"), err);
        assertEquals("tcp.port up\n", out);
        assertEquals(0, safe("resource", "get", "-m", "db", "tcp.port"), err);
        assertEquals(2, safe("resource", "get", "-m", "db", "tcp.none"));
        assertEquals(0, safe("resource", "set", "-m", "db", "custom.x", "down"), err);
        assertEquals("custom.x: down\n", out);
        assertEquals(2, safe("resource", "set", "-m", "db", "tcp.port", "down"));
        assertEquals(2, safe("resource", "set", "-m", "db", "custom.x", "gone"));
    }

    @Test
    void checkersAreSwitched() {
        daemon.on("PUT /api/v1/modules/db/checkers", 200, "{\"text\":\"tcp.port: off\"}");
        assertEquals(0, safe("checker", "off", "-m", "db", "-r", "tcp.port"), err);
        assertEquals("tcp.port: off\n", out);
        assertEquals(2, safe("checker", "maybe", "-m", "db"));
    }

    @Test
    void momentsAreReadAsPeopleWriteThem() {
        java.time.ZoneId zone = java.time.ZoneId.of("Europe/Berlin");
        java.time.Instant wanted = java.time.Instant.parse("2026-11-26T13:03:20Z");
        for (String text :
                List.of("2026-11-26 14:03:20", "2026-11-26T14:03:20", "2026-11-26T13:03:20Z")) {
            assertEquals(wanted, ExplainCommand.moment(text, zone), text);
        }
        assertEquals(
                java.time.LocalDate.now(zone).atTime(9, 5).atZone(zone).toInstant(),
                ExplainCommand.moment("9:05", zone));
    }

    @Test
    void aCommandWaitsForItsOutcomeAndShowsTheJournal() {
        daemon.on("POST /api/v1/modules/db/commands", 202, RUNNING);
        daemon.on("GET /api/v1/commands/c1", 200, RUNNING);
        daemon.on(
                "GET /api/v1/commands/c1",
                200,
                ended(
                        "{\"result\":\"done\",\"code\":\"\",\"text\":\"db is"
                                + " ALONE\",\"remedy\":\"\"}"));
        daemon.on(
                "GET /api/v1/journal",
                200,
                "{\"entries\":[{\"number\":5,\"atMs\":0,\"node\":\"node1\",\"module\":\"db\","
                        + "\"severity\":\"info\",\"event\":\"START\",\"text\":\"begins\","
                        + "\"fields\":{}}]}");
        assertEquals(0, safe("start", "-m", "db", "--cause", "test", "--node", "node2"), err);
        assertEquals("db is ALONE\n", out);
        assertTrue(err.contains("node1 db START: begins"), err);
        assertEquals(
                "POST /api/v1/modules/db/commands @node2"
                        + " {\"command\":\"start\",\"cause\":\"test\"}",
                daemon.calls.getFirst());
        assertTrue(
                daemon.calls.stream().anyMatch(c -> c.contains("after=5")),
                daemon.calls.toString());
    }

    @Test
    void aRefusedCommandNamesReasonAndRemedy() {
        daemon.on(
                "POST /api/v1/modules/db/commands",
                202,
                ended(
                        "{\"result\":\"refused\",\"code\":\"peer-is-primary\",\"text\":\"node2 is"
                                + " PRIM\",\"remedy\":\"use safe swap\"}"));
        assertEquals(1, safe("prim", "-m", "db", "--fullsync"));
        assertEquals("safe: peer-is-primary node2 is PRIM\n  remedy: use safe swap\n", err);
        assertEquals("", out);
        assertEquals(1, safe("prim", "-m", "db", "--format", "json"));
        assertEquals(
                "{\"error\":{\"code\":\"peer-is-primary\",\"message\":\"node2 is PRIM\","
                        + "\"where\":\"node1\",\"remedy\":\"use safe swap\"}}\n",
                out);
    }

    @Test
    void waitingEndsAtItsTimeout() {
        daemon.on("POST /api/v1/modules/db/commands", 202, RUNNING);
        daemon.on("GET /api/v1/commands/c1", 200, RUNNING);
        daemon.on("GET /api/v1/journal", 200, "{\"entries\":[]}");
        assertEquals(4, safe("stop", "-m", "db", "--timeout", "0"));
        assertTrue(err.contains("stop of db has not ended after 0 s"), err);
        daemon.on("GET /api/v1/modules/db", 200, STATE, "t1");
        assertEquals(4, safe("state", "-m", "db", "--until", "STOP", "--timeout", "0"));
        assertEquals(0, safe("state", "-m", "db", "--until", "alone,prim"), err);
    }

    @Test
    void noDaemonIsExitCodeThreeWithARemedy() throws IOException {
        daemon.close();
        assertEquals(3, safe("state"));
        assertTrue(err.contains("nobody answers on"), err);
        Files.delete(daemon.home.resolve("run").resolve("api.sock"));
        assertEquals(3, safe("state"));
        assertTrue(err.contains("no daemon runs here"), err);
        assertTrue(err.contains("remedy:"), err);
    }

    @Test
    void usageIsCheckedBeforeAnythingIsSent() {
        assertEquals(2, safe("start"));
        assertEquals(2, safe("start", "-m", "no such"));
        assertEquals(2, safe("state", "-w"));
        assertEquals(2, safe("state", "-m", "db", "--until", "FLYING"));
        assertEquals(2, safe("cluster"));
        assertEquals(2, safe("token", "create", "x", "--role", "king"));
        assertEquals(2, safe("log", "-n", "0"));
        assertEquals(2, safe("state", "--url", "http://x"));
        assertEquals(
                2,
                safe(
                        "cluster",
                        "init",
                        "--name",
                        "d",
                        "--node-name",
                        "n",
                        "--address",
                        "1.2.3.4",
                        "--address",
                        "1.2.3.5"));
        assertTrue(err.contains("two addresses for network 'default'"), err);
        assertEquals(List.of(), daemon.calls);
    }

    @Test
    void clusterCommandsSendWhatWasSaid() {
        String cluster =
                "{\"name\":\"demo\",\"id\":\"0\",\"revision\":2,\"self\":\"node2\",\"networks\":[\"lan\"],"
                        + "\"members\":[{\"name\":\"node1\",\"role\":\"data\",\"addresses\":{\"lan\":\"10.0.0.1\"}},"
                        + "{\"name\":\"node2\",\"role\":\"data\",\"addresses\":{\"lan\":\"10.0.0.2\"}}]}";
        daemon.on("POST /api/v1/cluster/init", 200, cluster);
        daemon.on("POST /api/v1/cluster/join", 200, cluster);
        daemon.on("GET /api/v1/cluster", 200, cluster);
        daemon.on(
                "GET /api/v1/node",
                200,
                "{\"node\":\"node2\",\"peers\":[{\"name\":\"node1\",\"isReachable\":true,\"silentMs\":5,"
                        + "\"networks\":[{\"name\":\"lan\",\"isUp\":true,\"roundTripUs\":210}]}],\"warnings\":[\"guard"
                        + " is not running\"]}");
        daemon.on(
                "POST /api/v1/cluster/tokens",
                200,
                "{\"token\":\"us1-ABC\",\"validSeconds\":1800,\"via\":[\"fd00::1\"],\"port\":9453}");
        assertEquals(
                0,
                safe(
                        "cluster",
                        "init",
                        "--name",
                        "demo",
                        "--node-name",
                        "node1",
                        "--address",
                        "lan=10.0.0.1",
                        "--api-port",
                        "9000"),
                err);
        assertEquals(
                "POST /api/v1/cluster/init {\"name\":\"demo\",\"member\":{\"name\":\"node1\","
                        + "\"addresses\":{\"lan\":\"10.0.0.1\"},\"ports\":{\"api\":9000}}}",
                daemon.calls.getLast());
        assertEquals(
                0,
                safe(
                        "cluster",
                        "join",
                        "us1-ABC",
                        "--via",
                        "[fd00::1]:9000",
                        "--node-name",
                        "node2",
                        "--address",
                        "lan=10.0.0.2"),
                err);
        assertTrue(
                daemon.calls.getLast().contains("\"via\":\"fd00::1\",\"port\":9000"),
                daemon.calls.getLast());
        assertEquals("node2 is in cluster demo (node1, node2)\n", out);
        assertEquals(0, safe("cluster", "token"), err);
        assertEquals("us1-ABC\n", out);
        assertTrue(err.contains("--via [fd00::1]"), err);
        assertEquals(0, safe("cluster", "state"), err);
        assertEquals(
                """
                cluster demo, revision 2, seen from node2
                NODE   ROLE  NETWORK  ADDRESS   HEARTBEAT
                node1  data  lan      10.0.0.1  up, 210 us
                node2  data  lan      10.0.0.2  this node
                two votes: each node decides by its own evidence
                warning: guard is not running
                """,
                out);
    }

    @Test
    void theThirdVoteComesAndGoes() {
        String cluster =
                "{\"name\":\"demo\",\"id\":\"0\",\"revision\":4,\"self\":\"node1\",\"networks\":[],\"members\":[],"
                        + "\"votes\":{\"form\":\"majority\",\"era\":2,\"blocked\":\"\",\"seats\":["
                        + "{\"node\":\"node1\",\"isVoter\":true,\"isUp\":true},"
                        + "{\"node\":\"third\",\"isVoter\":true,\"isUp\":false}]}}";
        daemon.on("GET /api/v1/cluster", 200, cluster);
        daemon.on("GET /api/v1/node", 200, "{\"node\":\"node1\",\"peers\":[],\"warnings\":[]}");
        daemon.on("POST /api/v1/cluster/witness/remove", 200, cluster);
        daemon.on(
                "POST /api/v1/cluster/tokens",
                200,
                "{\"token\":\"us1-W\",\"validSeconds\":1800,\"via\":[\"10.0.0.1\"],\"port\":9453}");
        assertEquals(0, safe("cluster", "state"), err);
        assertTrue(out.contains("node1 votes, answers\n  third votes, does not answer\n"), out);
        assertEquals(0, safe("cluster", "witness", "add"), err);
        assertEquals("us1-W\n", out);
        assertTrue(daemon.calls.getLast().contains("\"role\":\"witness\""), daemon.calls.getLast());
        int before = daemon.calls.size();
        assertEquals(0, safe("cluster", "witness", "replace"), err);
        assertEquals(
                List.of("POST /api/v1/cluster/witness/remove", "POST /api/v1/cluster/tokens"),
                daemon.calls.subList(before, daemon.calls.size()).stream()
                        .map(call -> call.replaceAll(" [{].*", "").strip())
                        .toList());
        assertEquals(0, safe("cluster", "witness", "remove"), err);
    }

    @Test
    void installReadsTheArchiveBeforeItSendsIt() throws IOException {
        Path file = folder.resolve("m.safe");
        byte[] archive =
                Archive.of(
                                Map.of(
                                        "module.yaml",
                                        file("format: 1\nname: db\nversion: 1.0.0\nkind: mirror\n"),
                                        "conf/userconfig.yaml",
                                        file("format: 1\n")))
                        .toBytes();
        Files.write(file, archive);
        daemon.on("PUT /api/v1/archives/" + Archive.digest(archive), 200, "{\"text\":\"stored\"}");
        daemon.on(
                "POST /api/v1/modules",
                200,
                "{\"module\":\"db\",\"version\":\"1.0.0\",\"revision\":1,\"nodes\":["
                        + "{\"node\":\"node1\",\"isDone\":true,\"text\":\"in force\"},"
                        + "{\"node\":\"node2\",\"isDone\":false,\"text\":\"away\"}],"
                        + "\"warnings\":[\"node2 is away\"]}");
        assertEquals(0, safe("install", file.toString(), "--set", "a=b=c"), err);
        assertEquals(
                """
                db 1.0.0 installed, revision 1
                  node1: in force
                  node2: away
                  warning: node2 is away
                """,
                out);
        assertTrue(daemon.calls.getLast().contains("\"values\":{\"a\":\"b=c\"}"));
        daemon.calls.clear();
        archive[60] ^= 1;
        Files.write(file, archive);
        assertEquals(1, safe("install", file.toString()));
        assertTrue(err.contains("is not a good module"), err);
        assertEquals(3, safe("install", folder.resolve("absent.safe").toString()));
        assertTrue(err.contains("no such file"), err);
        assertEquals(List.of(), daemon.calls);
    }

    private byte[] archive(String version, String more) {
        return Archive.of(
                        Map.of(
                                "module.yaml",
                                file(
                                        "format: 1\nname: db\nversion: "
                                                + version
                                                + "\nkind: mirror\n"
                                                + more),
                                "conf/userconfig.yaml",
                                file("format: 1\n")))
                .toBytes();
    }

    private void inForce(byte[] archive) {
        String digest = Archive.digest(archive);
        daemon.on(
                "GET /api/v1/modules/db/config",
                200,
                "{\"module\":\"db\",\"version\":\"1.0.0\",\"digest\":\""
                        + digest
                        + "\",\"revision\":3,\"parameters\":[]}");
        daemon.on(
                "GET /api/v1/archives/" + digest,
                200,
                new String(archive, StandardCharsets.ISO_8859_1));
        daemon.on("PUT /api/v1/archives/*", 200, "{\"text\":\"stored\"}");
        daemon.on(
                "POST /api/v1/modules",
                200,
                "{\"module\":\"db\",\"version\":\"1.1.0\",\"revision\":4,\"nodes\":[],\"warnings\":[]}");
    }

    @Test
    void anUpgradeSaysWhatChangesAndAsksForNewPermissions() throws IOException {
        inForce(archive("1.0.0", ""));
        Path next = folder.resolve("next.safe");
        Files.write(
                next,
                archive("1.1.0", "permissions: {programs: [{path: /usr/bin/id, user: nobody}]}\n"));
        assertEquals(1, safe("upgrade", next.toString()));
        assertTrue(err.contains("program /usr/bin/id as nobody; nothing was changed"), err);
        assertTrue(daemon.calls.stream().noneMatch(call -> call.startsWith("POST")), err);
        assertEquals(0, safe("upgrade", "--accept", next.toString()), err);
        assertTrue(err.contains("module         version 1.0.0 -> 1.1.0"), err);
        assertEquals("db 1.1.0 upgraded, revision 4\n", out);
        assertTrue(daemon.calls.getLast().contains("\"expectedRevision\":3"), "" + daemon.calls);
    }

    @Test
    void aPlanIsCarriedOutOnlyWhileNothingHasChanged() throws IOException {
        inForce(archive("1.0.0", ""));
        String cluster = "{\"id\":\"c1\",\"revision\":%d,\"members\":[]}";
        daemon.on("GET /api/v1/cluster", 200, cluster.formatted(2));
        daemon.on("GET /api/v1/cluster", 200, cluster.formatted(2));
        daemon.on("GET /api/v1/cluster", 200, cluster.formatted(3));
        Path next = folder.resolve("next.safe");
        Files.write(next, archive("1.1.0", "parameters: {key: {type: secret, optional: on}}\n"));
        Path plan = folder.resolve("up.plan");
        assertEquals(
                0,
                safe("plan", next.toString(), "--set", "key=geheim", "-o", plan.toString()),
                err);
        assertTrue(out.contains("key: (secret)") && !out.contains("geheim"), out);
        assertTrue(out.contains("revision 3 of db -> 4"), out);
        assertEquals(
                "rw-------",
                java.nio.file.attribute.PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(plan)));
        assertTrue(daemon.calls.stream().noneMatch(call -> call.startsWith("POST")));
        assertEquals(0, safe("apply", plan.toString()), err);
        assertTrue(daemon.calls.getLast().contains("\"expectedRevision\":3"), "" + daemon.calls);
        assertTrue(daemon.calls.getLast().contains("\"key\":\"geheim\""), "" + daemon.calls);
        assertEquals(1, safe("apply", plan.toString()), out);
        assertTrue(err.contains("revision 3 of c1; nothing was changed"), err);
        Files.write(next, archive("1.2.0", ""));
        assertEquals(1, safe("apply", plan.toString()), out);
        assertTrue(err.contains("another archive than the plan was made for"), err);
    }

    @Test
    void signaturesAreAskedForWithTheKeysOfAFile() throws IOException {
        daemon.on(
                "GET /api/v1/cluster",
                200,
                "{\"id\":\"c1\",\"signatures\":{\"policy\":\"off\",\"signers\":[]}}");
        daemon.on(
                "PUT /api/v1/cluster/signatures",
                200,
                "{\"signatures\":{\"policy\":\"require\",\"signers\":[\"ann K\"]}}");
        assertEquals(1, safe("cluster", "signatures", "require"));
        assertTrue(err.contains("nobody may sign"), err);
        String line = "ann " + dev.understudy.safe.sign.SigningKey.generate().key().line();
        Path allowed = folder.resolve("allowed");
        Files.writeString(allowed, "# who may\n" + line + "\n");
        assertEquals(
                0,
                safe("cluster", "signatures", "require", "--allowed-signers", allowed.toString()),
                err);
        assertEquals("signatures of modules: require\n  ann K\n", out);
        assertTrue(daemon.calls.getLast().contains(line), "" + daemon.calls);
        assertEquals(2, safe("cluster", "signatures", "maybe"));
    }

    private static String facts(String node, long nowMs, String directory, String users) {
        return """
        {"node":"%s","nowMs":%d,"directories":[{"id":"data","path":"/d","isThere":true,"isWhole":true,%s,
         "gids":[]}],"missing":[],"conflicts":[],"users":{"root":0,%s},"groups":{},
         "links":[{"peer":"other","bytesPerSecond":104857600,"roundTripUs":200}]}
        """
                .formatted(node, nowMs, directory, users);
    }

    private static List<String> judged(String one, String two) throws IOException {
        List<PreflightReport.Seen> seen = new ArrayList<>();
        for (String text : List.of(one, two)) {
            Json json = Json.parse(text.getBytes(StandardCharsets.UTF_8));
            seen.add(new PreflightReport.Seen(json, json.number("nowMs"), 100));
        }
        return PreflightReport.of(seen, 0).stream()
                .map(l -> l.level() + " " + l.node() + " " + l.text())
                .toList();
    }

    @Test
    void preflightComparesTheNodes() throws IOException {
        String full = "\"files\":4000,\"bytes\":10737418240,\"freeBytes\":99,\"uids\":[0,103]";
        String empty = "\"files\":1,\"bytes\":0,\"freeBytes\":99999999999,\"uids\":[0]";
        assertEquals(
                List.of(
                        "info a directory 'data' (/d): 4000 files, 10 GiB; 99 B free",
                        "info b directory 'data' (/d): 1 files, 0 B; 93 GiB free",
                        "info a the link to other: 100 MiB/s, 200 us there and back; first copy about 105 s,"
                                + " 1 GiB of changes about 11 s",
                        "info b the link to other: 100 MiB/s, 200 us there and back; first copy about 105 s,"
                                + " 1 GiB of changes about 11 s",
                        "info  the clocks differ by 500 ms at most"),
                judged(
                        facts("a", 300, full, "\"postgres\":103"),
                        facts("b", 0, empty, "\"postgres\":103")));
        List<String> bad =
                judged(
                        facts("a", 9000, full, "\"postgres\":103"),
                        facts("b", 0, empty.replace("99999999999", "1048576"), "\"postgres\":107"));
        assertTrue(bad.contains("warning  the clocks of a and b differ by 9000 ms"), "" + bad);
        assertTrue(
                bad.contains(
                        "error b user postgres has number 107 here and 103 on a: the application could"
                                + " not read its files"),
                "" + bad);
        assertTrue(
                bad.stream().anyMatch(l -> l.startsWith("error b directory 'data' has no room")),
                "" + bad);
        List<String> absent =
                judged(
                        facts("a", 0, full, "\"postgres\":103"),
                        facts("b", 0, empty, "\"other\":5"));
        assertTrue(
                absent.contains(
                        "error b user postgres, who owns files, is not there (a has it as 103)"),
                "" + absent);
    }

    @Test
    void preflightAsksEachNodeAndSaysWhenOneIsAway() {
        daemon.on(
                "GET /api/v1/cluster",
                200,
                "{\"members\":[{\"name\":\"a\",\"role\":\"data\"},{\"name\":\"w\",\"role\":\"witness\"}]}");
        daemon.on(
                "GET /api/v1/modules/db/preflight",
                200,
                facts(
                                "a",
                                System.currentTimeMillis(),
                                "\"files\":1,\"bytes\":1,\"freeBytes\":1,\"uids\":[]",
                                "\"x\":1")
                        .replace(
                                "\"missing\":[]",
                                "\"missing\":[\"service 'x': no unit x.service\"]"));
        assertEquals(1, safe("preflight", "-m", "db"));
        assertTrue(
                out.contains(
                        "error   a: service 'x': no unit x.service; install the application on this node"
                                + " too"),
                out);
        assertTrue(out.contains("only one node answers") && out.endsWith("not ready\n"), out);
        assertTrue(daemon.calls.toString().contains("preflight @a"), "" + daemon.calls);
    }

    private static Archive.File file(String text) {
        return new Archive.File(text.getBytes(StandardCharsets.UTF_8), false);
    }

    @Test
    void configShowsAndChanges() {
        daemon.on(
                "GET /api/v1/modules/db/config",
                200,
                "{\"module\":\"db\",\"version\":\"1.0.0\",\"digest\":\"d\",\"configDigest\":\"0123456789abcdef\","
                        + "\"revision\":3,\"parameters\":["
                        + "{\"name\":\"port\",\"type\":\"port\",\"title\":\"Port\",\"value\":\"5432\",\"isDefault\":true},"
                        + "{\"name\":\"key\",\"type\":\"secret\",\"title\":\"\",\"value\":null,\"isDefault\":false}]}");
        daemon.on(
                "PUT /api/v1/modules/db/config",
                409,
                "{\"code\":\"HA-4405\",\"message\":\"db is"
                        + " PRIM\",\"where\":\"node1\",\"remedy\":\"stop it\"}");
        assertEquals(0, safe("config", "-m", "db"), err);
        assertEquals(
                """
                db 1.0.0, revision 3, digest 0123456789ab
                PARAMETER  TYPE    VALUE              TITLE
                port       port    5432      default  Port
                key        secret  (secret)  set
                """,
                out);
        assertEquals(1, safe("config", "-m", "db", "--set", "port=5433"));
        assertEquals("safe: HA-4405 db is PRIM\n  remedy: stop it\n", err);
    }

    @Test
    void helpHasExamples() {
        for (List<String> command :
                List.of(
                        List.of("cluster"),
                        List.of("cluster", "init"),
                        List.of("cluster", "join"),
                        List.of("install"),
                        List.of("upgrade"),
                        List.of("plan"),
                        List.of("preflight"),
                        List.of("start"),
                        List.of("state"),
                        List.of("explain"),
                        List.of("boot"),
                        List.of("checker"),
                        List.of("quarantine"),
                        List.of("second"),
                        List.of("support"),
                        List.of("log"),
                        List.of("token"))) {
            List<String> args = new ArrayList<>(command);
            args.add("--help");
            StringWriter text = new StringWriter();
            int code =
                    Safe.run(
                            new PrintWriter(text, true),
                            new PrintWriter(text, true),
                            args.toArray(String[]::new));
            assertEquals(0, code, command.toString());
            assertTrue(text.toString().contains("safe "), text.toString());
        }
    }
}
