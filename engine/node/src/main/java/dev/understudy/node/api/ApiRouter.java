package dev.understudy.node.api;

import dev.understudy.node.api.Access.Who;
import dev.understudy.node.api.Contract.Match;
import dev.understudy.node.api.Operations.Answer;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way of a call: who, may they, how large, for which node, does it fit the contract, do it,
/// write it down.
final class ApiRouter {
    /// Largest body of most calls.
    static final long BODY_BYTES_MAX = 1 << 20;

    /// Largest archive; the reader's limit is 64 MiB with everything.
    static final long ARCHIVE_BYTES_MAX = 64L << 20;

    private static final long NOBODYS_BYTES_MAX = 64 * 1024;
    private static final String NODE_HEADER = "Understudy-Node";
    private static final String JSON = "application/json";
    private static final Logger LOG = LoggerFactory.getLogger(ApiRouter.class);

    private final Vertx vertx;
    private final Contract contract;
    private final Operations operations;
    private final Access access;
    private final ApiServer.Doors doors;
    private final Executor threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("api-", 0).factory());

    /// A call that may be made; its body follows.
    ///
    /// @param match null for a call that goes to another node and is judged there
    private record Admitted(HttpServerRequest request, Who who, @Nullable Match match) {}

    /// @throws IllegalStateException if the contract has an operation that nothing serves
    ApiRouter(
            Vertx vertx,
            Contract contract,
            Operations operations,
            Access access,
            ApiServer.Doors doors) {
        this.vertx = vertx;
        this.contract = contract;
        this.operations = operations;
        this.access = access;
        this.doors = doors;
        for (Contract.Operation operation : contract.operations()) {
            if (!operations.all().containsKey(operation.id())) {
                throw new IllegalStateException("nothing serves " + operation.id());
            }
        }
    }

    /// Takes a call as its head arrives; on the event loop.
    void take(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        response.putHeader("X-Content-Type-Options", "nosniff");
        response.putHeader("Cache-Control", "no-store");
        try {
            if ("/metrics".equals(request.path()) && request.method().equals(HttpMethod.GET)) {
                metrics(request);
                return;
            }
            Admitted admitted = admit(request);
            readBody(admitted, limit(admitted));
        } catch (RuntimeException failed) {
            answer(request, failed);
        }
    }

    /// Where Prometheus looks by itself; the same as /api/v1/metrics.
    private void metrics(HttpServerRequest request) {
        access.require(access.identify(request), "monitor", request);
        Context context = vertx.getOrCreateContext();
        threads.execute(() -> {
            try {
                Buffer text = Buffer.buffer(operations.metrics());
                context.runOnContext(_ -> send(request, 200, Metrics.TYPE, "", text));
            } catch (RuntimeException failed) {
                context.runOnContext(_ -> answer(request, failed));
            }
        });
    }

    private Admitted admit(HttpServerRequest request) {
        String path = String.valueOf(request.path());
        if (!path.startsWith("/api/v1/")) throw nothingThere(request);
        Who who = access.identify(request);
        Match match = contract.find(request.method().name(), path);
        String node = request.getHeader(NODE_HEADER);
        boolean isForOther = node != null && !node.equals(doors.cluster().view().self());
        if (isForOther) {
            // Judged there, by the role that is passed on.
            access.require(who, "monitor", request);
            if (who.isPeer()) {
                throw Problem.badRequest("a call is passed on once only", "name the node itself");
            }
            if (path.equals("/api/v1/events")) {
                throw Problem.badRequest(
                        "events are not passed on", "ask node " + node + " itself");
            }
            return new Admitted(request, who, null);
        }
        if (match == null) throw nothingThere(request);
        access.require(who, match.operation().role(), request);
        return new Admitted(request, who, match);
    }

    private static Problem.Refused nothingThere(HttpServerRequest request) {
        return Problem.notFound(
                "nothing is served at %s %s".formatted(request.method(), request.path()),
                "see the API's document, openapi.yaml");
    }

    private static long limit(Admitted admitted) {
        String path = String.valueOf(admitted.request().path());
        boolean isLarge = path.startsWith("/api/v1/archives/") || path.equals("/api/v1/probe");
        if (!admitted.who().isKnown()) return NOBODYS_BYTES_MAX;
        return isLarge ? ARCHIVE_BYTES_MAX : BODY_BYTES_MAX;
    }

    /// Gathers the body; what comes after the limit is thrown away.
    private void readBody(Admitted admitted, long bytesMax) {
        HttpServerRequest request = admitted.request();
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (request.response().ended()) return;
            if (body.length() + part.length() > bytesMax) {
                answer(request, tooLarge());
            } else {
                body.appendBuffer(part);
            }
        });
        request.exceptionHandler(gone -> LOG.debug("client went away within its call", gone));
        request.endHandler(_ -> {
            if (request.response().ended()) return;
            try {
                go(admitted, body.getBytes());
            } catch (RuntimeException failed) {
                answer(request, failed);
            }
        });
    }

    private static Problem.Refused tooLarge() {
        return new Problem.Refused(
                413,
                "HA-4308",
                "the body is larger than this call takes",
                "archives may have 64 MiB, other bodies 1 MiB");
    }

    private void go(Admitted admitted, byte[] body) {
        Match match = admitted.match();
        if (match == null) {
            passOn(admitted, body);
        } else {
            serve(admitted, match, fitting(admitted, match, body));
        }
    }

    private Operations.Call fitting(Admitted admitted, Match match, byte[] bytes) {
        Map<String, String> query = new LinkedHashMap<>();
        MultiMap given = admitted.request().params();
        given.forEach(entry -> query.putIfAbsent(entry.getKey(), entry.getValue()));
        Map<String, Object> values = new LinkedHashMap<>(contract.parameters(match, query));
        String last = admitted.request().getHeader(Operations.LAST_EVENT);
        if (last != null) values.put(Operations.LAST_EVENT, last);
        Contract.Body kind = match.operation().body();
        if (kind == null) {
            return new Operations.Call(
                    admitted.who().caller(), values, new JsonObject(), new byte[0]);
        }
        requireType(admitted.request(), kind.mediaType());
        if (!kind.mediaType().equals(JSON)) {
            return new Operations.Call(admitted.who().caller(), values, new JsonObject(), bytes);
        }
        Object tree = Json.tree(bytes);
        contract.requireFit(kind, tree);
        return new Operations.Call(admitted.who().caller(), values, object(tree), new byte[0]);
    }

    @SuppressWarnings("unchecked") // the keys of JSON are texts
    private static JsonObject object(Object tree) {
        if (tree instanceof Map<?, ?> map) return new JsonObject((Map<String, Object>) map);
        throw Contract.misfit("the body is no object");
    }

    private static void requireType(HttpServerRequest request, String mediaType) {
        String header = request.getHeader("Content-Type");
        String type = header == null ? "" : header.replaceFirst(";.*", "").strip();
        if (!type.toLowerCase(Locale.ROOT).equals(mediaType)) {
            throw Contract.misfit(
                    "the body has Content-Type '%s' where %s is expected"
                            .formatted(type, mediaType));
        }
    }

    private void passOn(Admitted admitted, byte[] body) {
        HttpServerRequest request = admitted.request();
        String node = String.valueOf(request.getHeader(NODE_HEADER));
        String type = request.getHeader("Content-Type");
        Context context = vertx.getOrCreateContext();
        threads.execute(() -> {
            try {
                PeerProxy.Answer got =
                        doors.peers()
                                .call(
                                        node,
                                        request.method().name(),
                                        request.uri(),
                                        type == null ? "" : type,
                                        body,
                                        admitted.who().caller());
                context.runOnContext(_ ->
                        send(
                                request,
                                got.status(),
                                got.contentType(),
                                got.etag(),
                                Buffer.buffer(got.body())));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                context.runOnContext(_ -> answer(request, interrupted));
            } catch (RuntimeException failed) {
                context.runOnContext(_ -> answer(request, failed));
            }
        });
    }

    private void serve(Admitted admitted, Match match, Operations.Call call) {
        HttpServerRequest request = admitted.request();
        Who who = admitted.who();
        String id = match.operation().id();
        Operations.Operation operation = operations.all().get(id);
        if (operation == null) throw new IllegalStateException("nothing serves " + id);
        Context context = vertx.getOrCreateContext();
        threads.execute(() -> {
            try {
                Answer answer = operation.call(call);
                audit(request, who, id, answer.detail(), "done");
                if (answer.body() instanceof Streaming stream) {
                    context.runOnContext(_ -> goOn(request, context, stream));
                    return;
                }
                Buffer body = body(answer);
                context.runOnContext(
                        _ -> send(request, answer.status(), type(answer), answer.etag(), body));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                context.runOnContext(_ -> answer(request, interrupted));
            } catch (Exception | LinkageError failed) {
                Problem problem = Problem.of(failed, place(request));
                audit(request, who, id, "", problem.code() + " " + problem.message());
                if (id.equals("admitMember") && problem.status() == 403) {
                    access.wrongSecret(request);
                }
                context.runOnContext(_ -> answer(request, failed));
            }
        });
    }

    private static String type(Answer answer) {
        return switch (answer.body()) {
            case byte[] _ -> "application/octet-stream";
            case Operations.Plain plain -> plain.type();
            default -> JSON;
        };
    }

    private static Buffer body(Answer answer) {
        return switch (answer.body()) {
            case byte[] raw -> Buffer.buffer(raw);
            case Operations.Plain plain -> Buffer.buffer(plain.text());
            default -> Buffer.buffer(Json.bytes(answer.body()));
        };
    }

    /// Answers with something that goes on until the client leaves.
    private void goOn(HttpServerRequest request, Context context, Streaming stream) {
        Streaming.Sink sink =
                new Streaming.Sink(context, request.response(), "text/event-stream; charset=utf-8");
        threads.execute(() -> {
            try {
                stream.run(sink);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException failed) {
                LOG.error("a stream of events ended", failed);
            } finally {
                sink.end();
            }
        });
    }

    private void audit(
            HttpServerRequest request, Who who, String id, String detail, String outcome) {
        if (request.method().equals(HttpMethod.GET)) return;
        String path = String.valueOf(request.path()).replaceFirst("^/api/v1/", "");
        String call = id + " " + path + (detail.isEmpty() ? "" : " " + detail);
        doors.node().audit(who.caller(), call, outcome);
    }

    private String place(HttpServerRequest request) {
        String node = doors.cluster().view().self();
        return (node.isEmpty() ? "this node" : node)
                + " "
                + request.method()
                + " "
                + request.path();
    }

    private void answer(HttpServerRequest request, Throwable failed) {
        Problem problem = Problem.of(failed, place(request));
        if (problem.status() == 500) LOG.error("call failed at={}", problem.where(), failed);
        JsonObject body =
                new JsonObject(
                        Map.of(
                                "code", problem.code(),
                                "message", problem.message(),
                                "where", problem.where(),
                                "remedy", problem.remedy()));
        if (problem.status() == 401) request.response().putHeader("WWW-Authenticate", "Bearer");
        send(request, problem.status(), JSON, "", body.toBuffer());
    }

    private static void send(
            HttpServerRequest request, int status, String contentType, String etag, Buffer body) {
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) return;
        response.setStatusCode(status);
        if (!contentType.isEmpty()) response.putHeader("Content-Type", contentType);
        if (!etag.isEmpty()) response.putHeader("ETag", etag);
        response.end(body).onFailure(gone -> LOG.debug("client went away before its answer", gone));
    }
}
