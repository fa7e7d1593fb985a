package dev.understudy.tools.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// `safe quarantine` and what `safe second --force` sends.
class QuarantineCommandTest extends WithDaemon {
    @Test
    void givingUpACopyKeepsUnlessToldOtherwise() {
        daemon.on("POST /api/v1/modules/db/commands", 202, "{\"id\":\"c\"}");
        assertEquals(0, safe("second", "-m", "db", "--force", "--no-wait"), err);
        assertTrue(daemon.calls.getLast().endsWith("{\"command\":\"second\",\"force\":true}"));
        assertEquals(0, safe("second", "-m", "db", "--force", "--discard", "--no-wait"), err);
        assertTrue(daemon.calls.getLast().contains("\"discard\":true"));
    }

    @Test
    void quarantineIsListedAndShown() {
        String entry =
                "{\"id\":\"20260102-030405\",\"madeAtMs\":0,\"expiresAtMs\":1767225600000,"
                        + "\"isEverything\":false,\"isDamaged\":false,\"files\":1,\"bytes\":4711,"
                        + "\"folder\":\"/q/files\"}";
        String damaged = entry.replace("\"isDamaged\":false", "\"isDamaged\":true");
        daemon.on(
                "GET /api/v1/modules/db/quarantine",
                200,
                "{\"folder\":\"/q\",\"bytes\":1,\"bytesMax\":2,\"entries\":["
                        + entry
                        + ","
                        + damaged
                        + "]}");
        daemon.on(
                "GET /api/v1/modules/db/quarantine/20260102-030405",
                200,
                "{\"entry\":"
                        + entry
                        + ",\"files\":[{\"name\":\"data/a b\",\"type\":\"file\",\"bytes\":4711,"
                        + "\"modifiedMs\":1767225600000}]}");
        assertEquals(0, safe("quarantine", "list", "-m", "db"), err);
        assertTrue(out.contains("4,711"), out);
        assertTrue(out.contains("what only this copy had"), out);
        assertTrue(out.contains("record damaged; its files are in /q/files"), out);
        assertEquals(0, safe("quarantine", "show", "-m", "db", "20260102-030405"), err);
        assertTrue(out.contains("data/a b"), out);
        assertTrue(out.contains("in /q/files"), out);
        assertEquals(2, safe("quarantine", "show", "-m", "db", "../x"));
    }

    @Test
    void quarantineIsExportedRestoredAndDropped() {
        String path = "/api/v1/modules/db/quarantine/e1";
        daemon.on("POST " + path + "/export", 200, "{\"text\":\"exported\"}");
        daemon.on("POST " + path + "/restore", 200, "{\"text\":\"restored\"}");
        daemon.on("DELETE " + path, 200, "{\"text\":\"removed\"}");
        assertEquals(0, safe("quarantine", "export", "-m", "db", "e1", "/root/kept"), err);
        assertEquals("exported\n", out);
        assertEquals(
                "POST " + path + "/export " + "{\"to\":\"/root/kept\"}", daemon.calls.getLast());
        assertEquals(0, safe("quarantine", "restore", "-m", "db", "e1", "data/a", "data/d/"), err);
        assertEquals(
                "POST " + path + "/restore " + "{\"files\":[\"data/a\",\"data/d\"]}",
                daemon.calls.getLast());
        assertEquals(
                0, safe("quarantine", "restore", "-m", "db", "e1", "data/a", "--replace"), err);
        assertEquals(
                "POST " + path + "/restore " + "{\"files\":[\"data/a\"],\"replace\":true}",
                daemon.calls.getLast());
        assertEquals(2, safe("quarantine", "restore", "-m", "db", "e1"), "all of it by accident");
        assertEquals(0, safe("quarantine", "drop", "-m", "db", "e1"), err);
        assertEquals("removed\n", out);
        assertEquals(2, safe("quarantine"), "which command");
    }
}
