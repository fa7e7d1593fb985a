package dev.understudy.node.api;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The body of an answer that goes on until the client leaves. Called on a virtual thread.
@FunctionalInterface
interface Streaming {
    /// Writes until `sink` is closed.
    void run(Sink sink) throws InterruptedException;

    /// Where it is written.
    final class Sink {
        private static final long WRITE_SECONDS_MAX = 30;

        private final Context context;
        private final HttpServerResponse response;
        private volatile boolean isClosed;

        /// Begins the answer; on the context's thread.
        Sink(Context context, HttpServerResponse response, String contentType) {
            this.context = context;
            this.response = response;
            response.closeHandler(_ -> isClosed = true);
            response.exceptionHandler(_ -> isClosed = true);
            response.setChunked(true).putHeader("Content-Type", contentType);
        }

        boolean isClosed() {
            return isClosed;
        }

        /// Writes and waits until it is on its way; a client that does not read for half a minute
        /// is left.
        void write(String text) throws InterruptedException {
            if (isClosed) return;
            CompletableFuture<Void> written = new CompletableFuture<>();
            boolean posted =
                    post(() -> {
                        if (response.closed() || response.ended()) {
                            isClosed = true;
                            written.complete(null);
                        } else {
                            response.write(Buffer.buffer(text))
                                    .onComplete(result -> {
                                        if (result.failed()) isClosed = true;
                                        written.complete(null);
                                    });
                        }
                    });
            if (!posted) return;
            try {
                written.get(WRITE_SECONDS_MAX, TimeUnit.SECONDS);
            } catch (ExecutionException impossible) {
                throw new IllegalStateException("it is never completed exceptionally", impossible);
            } catch (TimeoutException slow) {
                isClosed = true;
            }
        }

        /// Ends the answer.
        void end() {
            isClosed = true;
            boolean _ =
                    post(() -> {
                        if (response.closed() || response.ended()) return;
                        response.reset().onFailure(_ -> isClosed = true);
                    });
        }

        /// @return false if the server has closed meanwhile, and the connection with it
        private boolean post(Runnable work) {
            try {
                context.runOnContext(_ -> work.run());
                return true;
            } catch (RejectedExecutionException closed) {
                isClosed = true;
                return false;
            }
        }
    }
}
