package dev.understudy.node.api;

import dev.understudy.node.api.Access.Who;
import dev.understudy.node.api.Operations.Answer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.HttpException;
import io.vertx.ext.web.openapi.router.OpenAPIRoute;
import io.vertx.ext.web.openapi.router.RequestExtractor;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.validation.ValidatedRequest;
import io.vertx.openapi.validation.ValidatorException;
import java.util.Map;
import java.util.Objects;
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
    private static final String WHO = "who";
    private static final Logger LOG = LoggerFactory.getLogger(ApiRouter.class);

    private final Vertx vertx;
    private final OpenAPIContract contract;
    private final Operations operations;
    private final Access access;
    private final ApiServer.Doors doors;
    private final BodyHandler small = BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX);
    private final BodyHandler nobodys = BodyHandler.create(false).setBodyLimit(NOBODYS_BYTES_MAX);
    private final BodyHandler archive = BodyHandler.create(false).setBodyLimit(ARCHIVE_BYTES_MAX);
    private final Executor threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("api-", 0).factory());

    ApiRouter(
            Vertx vertx,
            OpenAPIContract contract,
            Operations operations,
            Access access,
            ApiServer.Doors doors) {
        this.vertx = vertx;
        this.contract = contract;
        this.operations = operations;
        this.access = access;
        this.doors = doors;
    }

    Router router() {
        RouterBuilder builder =
                RouterBuilder.create(vertx, contract, RequestExtractor.withBodyHandler());
        builder.rootHandler(this::admit);
        builder.rootHandler(this::readBody);
        builder.rootHandler(this::passOn);
        for (OpenAPIRoute route : builder.getRoutes()) {
            String id = route.getOperation().getOperationId();
            Operations.Operation operation = operations.all().get(id);
            if (operation == null) throw new IllegalStateException("nothing serves " + id);
            route.addHandler(ctx -> serve(ctx, id, operation));
            route.addFailureHandler(this::failed);
        }
        Router router = Router.router(vertx);
        router.route("/api/v1/*").subRouter(builder.createRouter());
        router.route()
                .handler(ctx ->
                        answer(
                                ctx,
                                Problem.notFound(
                                        "nothing is served at " + ctx.request().path(),
                                        "see the API's document, openapi.yaml")))
                .failureHandler(this::failed);
        return router;
    }

    private void admit(RoutingContext ctx) {
        HttpServerRequest request = ctx.request();
        HttpServerResponse response = ctx.response();
        response.putHeader("X-Content-Type-Options", "nosniff");
        response.putHeader("Cache-Control", "no-store");
        try {
            Who who = access.identify(request);
            ctx.put(WHO, who);
            // A call for another node is judged there, by the role that is passed on.
            if (request.getHeader(NODE_HEADER) == null) {
                Operation operation = operation(ctx);
                if (operation == null) {
                    throw Problem.notFound(
                            "nothing is served at %s %s"
                                    .formatted(request.method(), request.path()),
                            "see the API's document, openapi.yaml");
                }
                access.require(who, role(operation), request);
            } else {
                access.require(who, "monitor", request);
            }
            ctx.next();
        } catch (Problem.Refused refused) {
            answer(ctx, refused);
        }
    }

    private static Who who(RoutingContext ctx) {
        return Objects.requireNonNull(ctx.get(WHO), "every call is admitted first");
    }

    private @Nullable Operation operation(RoutingContext ctx) {
        return contract.findOperation(ctx.normalizedPath(), ctx.request().method());
    }

    private static String role(Operation operation) {
        Object role = operation.getOpenAPIModel().getValue("x-role");
        if (role instanceof String word) return word;
        throw new IllegalStateException(operation.getOperationId() + " has no x-role");
    }

    private void readBody(RoutingContext ctx) {
        Who who = who(ctx);
        boolean isArchive = ctx.normalizedPath().startsWith("/api/v1/archives/");
        (who.isKnown() ? isArchive ? archive : small : nobodys).handle(ctx);
    }

    /// Passes the call on if it is for another node.
    private void passOn(RoutingContext ctx) {
        String node = ctx.request().getHeader(NODE_HEADER);
        Who who = who(ctx);
        if (node == null || node.equals(doors.cluster().view().self())) {
            if (node != null) {
                Operation operation = operation(ctx);
                try {
                    if (operation != null) access.require(who, role(operation), ctx.request());
                } catch (Problem.Refused refused) {
                    answer(ctx, refused);
                    return;
                }
            }
            ctx.next();
            return;
        }
        if (who.isPeer()) {
            answer(
                    ctx,
                    Problem.badRequest("a call is passed on once only", "name the node itself"));
            return;
        }
        Buffer body = ctx.body().buffer();
        Context context = vertx.getOrCreateContext();
        String type = ctx.request().getHeader("Content-Type");
        threads.execute(() -> {
            try {
                PeerProxy.Answer got =
                        doors.peers()
                                .call(
                                        node,
                                        ctx.request().method().name(),
                                        ctx.request().uri(),
                                        type == null ? "" : type,
                                        body == null ? new byte[0] : body.getBytes(),
                                        who.caller());
                context.runOnContext(_ ->
                        send(
                                ctx,
                                got.status(),
                                got.contentType(),
                                got.etag(),
                                Buffer.buffer(got.body())));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                context.runOnContext(_ -> answer(ctx, interrupted));
            } catch (RuntimeException failed) {
                context.runOnContext(_ -> answer(ctx, failed));
            }
        });
    }

    private void serve(RoutingContext ctx, String id, Operations.Operation operation) {
        Who who = who(ctx);
        ValidatedRequest valid =
                Objects.requireNonNull(ctx.get(RouterBuilder.KEY_META_DATA_VALIDATED_REQUEST));
        Context context = vertx.getOrCreateContext();
        threads.execute(() -> {
            try {
                Answer answer = operation.call(new Operations.Call(who.caller(), valid));
                audit(ctx, who, id, answer.detail(), "done");
                boolean isBytes = answer.body() instanceof byte[];
                byte[] body = answer.body() instanceof byte[] raw ? raw : Json.bytes(answer.body());
                context.runOnContext(_ ->
                        send(
                                ctx,
                                answer.status(),
                                isBytes ? "application/octet-stream" : "application/json",
                                answer.etag(),
                                Buffer.buffer(body)));
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                context.runOnContext(_ -> answer(ctx, interrupted));
            } catch (Exception | LinkageError failed) {
                Problem problem = Problem.of(failed, place(ctx));
                audit(ctx, who, id, "", problem.code() + " " + problem.message());
                if (id.equals("admitMember") && problem.status() == 403) {
                    access.wrongSecret(ctx.request());
                }
                context.runOnContext(_ -> answer(ctx, failed));
            }
        });
    }

    private void audit(RoutingContext ctx, Who who, String id, String detail, String outcome) {
        if (ctx.request().method().equals(HttpMethod.GET)) return;
        String path = ctx.normalizedPath().replaceFirst("^/api/v1/", "");
        String call = id + " " + path + (detail.isEmpty() ? "" : " " + detail);
        doors.node().audit(who.caller(), call, outcome);
    }

    private void failed(RoutingContext ctx) {
        Throwable failure = ctx.failure();
        switch (failure) {
            case null ->
                    answer(
                            ctx,
                            new Problem.Refused(
                                    ctx.statusCode(), "HA-4304", "status " + ctx.statusCode(), ""));
            case ValidatorException invalid -> answer(ctx, invalid(invalid));
            case HttpException http when http.getStatusCode() == 413 ->
                    answer(
                            ctx,
                            new Problem.Refused(
                                    413,
                                    "HA-4308",
                                    "the body is larger than this call takes",
                                    "archives may have 64 MiB, other bodies 1 MiB"));
            case HttpException http ->
                    answer(
                            ctx,
                            http.getCause() instanceof ValidatorException invalid
                                    ? invalid(invalid)
                                    : new Problem.Refused(
                                            http.getStatusCode(),
                                            "HA-4304",
                                            String.valueOf(http.getPayload()),
                                            ""));
            default -> answer(ctx, failure);
        }
    }

    private static Problem.Refused invalid(ValidatorException invalid) {
        return Problem.badRequest(
                String.valueOf(invalid.getMessage()), "see the API's document, openapi.yaml");
    }

    private String place(RoutingContext ctx) {
        String node = doors.cluster().view().self();
        return (node.isEmpty() ? "this node" : node)
                + " "
                + ctx.request().method()
                + " "
                + ctx.request().path();
    }

    private void answer(RoutingContext ctx, Throwable failed) {
        Problem problem = Problem.of(failed, place(ctx));
        if (problem.status() == 500) LOG.error("call failed at={}", problem.where(), failed);
        JsonObject body =
                new JsonObject(
                        Map.of(
                                "code", problem.code(),
                                "message", problem.message(),
                                "where", problem.where(),
                                "remedy", problem.remedy()));
        if (problem.status() == 401) ctx.response().putHeader("WWW-Authenticate", "Bearer");
        send(ctx, problem.status(), "application/json", "", body.toBuffer());
    }

    private static void send(
            RoutingContext ctx, int status, String contentType, String etag, Buffer body) {
        HttpServerResponse response = ctx.response();
        if (response.ended() || response.closed()) return;
        response.setStatusCode(status);
        if (!contentType.isEmpty()) response.putHeader("Content-Type", contentType);
        if (!etag.isEmpty()) response.putHeader("ETag", etag);
        response.end(body).onFailure(gone -> LOG.debug("client went away before its answer", gone));
    }
}
