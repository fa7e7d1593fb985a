package dev.understudy.node.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whatever a caller sends, the API refuses it in its own form, and goes on.
///
/// `-Dfuzz.seconds` (1) and `-Dfuzz.seed`; a failure names the seed and the call.
class RestFuzzTest {
    private static final long SECONDS = Long.getLong("fuzz.seconds", 1);
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final String DIGEST = "0a".repeat(32);

    /// A call that would be carried out.
    private record Call(String method, String path, String body) {}

    private static final List<Call> GOOD =
            List.of(
                    new Call(
                            "POST",
                            "/api/v1/modules/db/commands",
                            "{\"command\":\"start\",\"force\":true}"),
                    new Call(
                            "PUT", "/api/v1/modules/db/config", "{\"values\":{\"port\":\"5433\"}}"),
                    new Call(
                            "POST",
                            "/api/v1/modules",
                            "{\"archive\":\""
                                    + DIGEST
                                    + "\",\"values\":{\"a\":\"b\"},\"expectedRevision\":3}"),
                    new Call(
                            "PUT",
                            "/api/v1/archives/" + DIGEST + "/signature",
                            "{\"signature\":\"-----BEGIN SSH SIGNATURE-----\"}"),
                    new Call(
                            "PUT",
                            "/api/v1/cluster/signatures",
                            "{\"policy\":\"require\",\"signers\":[\"ann ssh-ed25519 AAAA\"]}"),
                    new Call(
                            "POST",
                            "/api/v1/cluster/init",
                            "{\"name\":\"demo\",\"member\":{\"name\":\"n\",\"addresses\":{\"lan\":\"10.0.0.1\"},\"ports\":{\"api\":1}}}"),
                    new Call(
                            "POST",
                            "/api/v1/tokens",
                            "{\"name\":\"ci\",\"role\":\"monitor\",\"validDays\":3}"),
                    new Call("GET", "/api/v1/journal?limit=3&after=-4&waitMs=0", ""),
                    new Call("GET", "/api/v1/modules/db?changedFrom=x", ""));

    private static final List<String> WORDS =
            List.of(
                    "null",
                    "{}",
                    "[]",
                    "\"",
                    "\\u0000",
                    "1e999",
                    "-1",
                    "9223372036854775808",
                    "true",
                    "{\"a\":",
                    "[[[[[[",
                    ",",
                    ":",
                    "%00",
                    "%2e%2e/",
                    "../",
                    "?",
                    "&",
                    "=",
                    "\\",
                    " ",
                    "é");

    @TempDir Path folder;

    @Test
    @Timeout(3600)
    void nothingThatIsSentBreaksTheServer() throws IOException, InterruptedException {
        FakeDoors fake = new FakeDoors();
        Path socket = folder.resolve("api.sock");
        try (ApiServer server =
                new ApiServer(fake.doors(folder), socket, Clock.systemUTC(), System::nanoTime)) {
            server.start();
            RawClient client = new RawClient(socket);
            SplittableRandom random = new SplittableRandom(SEED);
            long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
            long calls = 0;
            long refused = 0;
            while (System.nanoTime() < end) {
                Call good = GOOD.get(random.nextInt(GOOD.size()));
                boolean isPath = good.body().isEmpty() || random.nextInt(6) == 0;
                String path =
                        isPath
                                ? "/" + mutated(good.path().substring(1), random, true)
                                : good.path();
                String body = good.body().isEmpty() ? "" : mutated(good.body(), random, false);
                calls++;
                String what =
                        "seed=%d call %d: %s %s %s"
                                .formatted(SEED, calls, good.method(), path, body);
                RawClient.Answer answer =
                        client.call(
                                good.method(),
                                path,
                                body.isEmpty() ? "" : "application/json",
                                body.getBytes(StandardCharsets.UTF_8));
                refused += check(what, answer);
            }
            assertTrue(
                    calls > 20 && refused > calls / 10, calls + " calls, " + refused + " refused");
            assertEquals(200, client.get("/api/v1/health").status());
            System.out.printf(
                    "{\"reader\":\"rest\",\"seed\":%d,\"inputs\":%d,\"refused\":%d}%n",
                    SEED, calls, refused);
        }
    }

    private static int check(String what, RawClient.Answer answer) {
        int status = answer.status();
        boolean isOurFault = status >= 500 && status != 502 && status != 503;
        assertFalse(isOurFault, what + "\n" + status + " " + answer.body());
        if (status < 400) return 0;
        // a request that is no HTTP is refused before there is anything to say in JSON
        if (!answer.body().isEmpty()) {
            JsonObject problem = new JsonObject(answer.body());
            assertTrue(problem.getString("code").startsWith("HA-"), what + "\n" + answer.body());
            assertFalse(problem.getString("message").contains("Exception"), what + answer.body());
        }
        return 1;
    }

    private static String mutated(String from, SplittableRandom random, boolean isPath) {
        StringBuilder text = new StringBuilder(from);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = text.isEmpty() ? 0 : random.nextInt(text.length());
            switch (random.nextInt(5)) {
                case 0 -> text.insert(at, WORDS.get(random.nextInt(WORDS.size())));
                case 1 -> text.setLength(at);
                case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(12)));
                case 3 -> text.insert(at, (char) (32 + random.nextInt(95)));
                default -> text.insert(at, repeated(random));
            }
        }
        String made = text.toString();
        // blanks and what is not ASCII would end the request line of the test's own client
        return isPath ? made.replaceAll("[^!-~]", "%20") : made;
    }

    private static String repeated(SplittableRandom random) {
        char[] many = new char[1 << random.nextInt(13)];
        Arrays.fill(many, "[{\"9a".charAt(random.nextInt(5)));
        return new String(many);
    }
}
