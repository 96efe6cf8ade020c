package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.auth.Access;
import dev.windlass.apiserver.internal.auth.Impersonation;
import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.discovery.Discovery;
import dev.windlass.apiserver.internal.discovery.OpenApi;
import dev.windlass.apiserver.internal.discovery.Swagger;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.net.ClientChain;
import dev.windlass.apiserver.internal.rest.Accepted;
import dev.windlass.apiserver.internal.rest.Api;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Paths;
import dev.windlass.apiserver.internal.rest.Reply;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.schema.GoDuration;
import dev.windlass.apiserver.internal.status.ApiException;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes requests from Jetty, on a virtual thread each, and sends the answers. */
public final class ApiHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(ApiHandler.class);
    private static final int LARGEST_BODY = 3 * 1024 * 1024;
    private static final String AUDIT_ID = "Audit-Id";
    /** What those who verify tokens read again and again. */
    private static final Set<String> KEPT = Set.of("/.well-known/openid-configuration",
            "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/");

    private static final Set<String> LONG_VERBS = Set.of("watch", "proxy");
    private static final Set<String> LONG_SUBRESOURCES = Set.of("attach", "exec", "proxy", "log", "portforward");

    private final Resources resources;
    private final Api api;
    private final Documents documents;
    private final Witness witness;
    private final Streams streams;
    private final FaultRules faults;
    private final Access access;

    public ApiHandler(Resources resources, Api api, Discovery discovery, Witness witness, Streams streams,
            FaultRules faults, Access access) {
        this.resources = resources;
        this.api = api;
        this.documents = new Documents(discovery,
                new OpenApiDocuments(new OpenApi(resources.catalog(), resources.types()),
                        new Swagger(resources.catalog(), resources.types())),
                access.tokens());
        this.witness = witness;
        this.streams = streams;
        this.faults = faults;
        this.access = access;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        witness.begun();
        name(request, response);
        Asked asked = new Asked(request, resources.surroundings().clock().instant());
        Reply reply;
        try {
            reply = reply(request, asked);
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("path", path(request)).setCause(e)
                    .log("request body could not be read");
            witness.ended();
            callback.failed(e);
            return true;
        }
        try {
            respond(reply, asked, request, response, callback);
        } catch (RuntimeException | Error e) {
            witness.ended();
            throw e;
        }
        return true;
    }

    /** By what a client and the one who looks after the server speak of the same request. */
    private void name(Request request, Response response) {
        String given = request.getHeaders().get(AUDIT_ID);
        response.getHeaders().put(AUDIT_ID,
                given == null || given.isEmpty() ? resources.surroundings().uid() : given);
    }

    private void respond(Reply reply, Asked asked, Request request, Response response, Callback callback) {
        switch (reply) {
            case Reply.Whole whole -> {
                witness.answered(asked.seen(whole.code()));
                send(request, response, faults.sink(asked.fault, response),
                        whole.asAccepted(header(request, HttpHeader.ACCEPT)),
                        Callback.from(callback, witness::ended));
            }
            case Reply.Streaming watch -> {
                witness.answered(asked.seen(200));
                response.setStatus(200);
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, watch.plan().contentType());
                response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache, private");
                addWarnings(response, watch.warnings());
                streams.begin(watch.plan(), request, faults.sink(asked.fault, response), callback);
                witness.ended();
            }
        }
    }

    /** What a request turns out to ask, for the log. */
    private static final class Asked {
        private final Request request;
        private final Instant time;
        private final long began = System.nanoTime();
        private RequestInfo info;
        private User user = User.ANONYMOUS;
        private @Nullable User impersonated;
        private boolean dryRun;
        private FaultEffect fault = new FaultEffect.Nothing();

        Asked(Request request, Instant time) {
            this.request = request;
            this.time = time;
            this.info = RequestInfo.of(request.getMethod(), path(request), Map.of());
        }

        Witness.Seen seen(int code) {
            return new Witness.Seen(info, request.getHttpURI().getPathQuery(), user, impersonated, userAgent(request),
                    code, dryRun, time, Duration.ofNanos(System.nanoTime() - began));
        }
    }

    private Reply reply(Request request, Asked asked) throws IOException {
        try {
            // Before anybody is refused: what is left of a body would stand before the next request on the connection.
            Call sent = read(request);
            checkTimeout(sent);
            asked.user = access.authenticator().authenticate(request.getHeaders().get(HttpHeader.AUTHORIZATION),
                    ClientChain.of(request));
            Call call = authorize(sent.as(asked.user), asked);
            if (!asked.info.forResource() && RequestInfo.isCutShort(call.path())) {
                return cutShort(call.path());
            }
            Target target = Paths.resolve(call, asked.info, resources.catalog());
            String verb = target == null ? asked.info.verb() : target.verb();
            asked.fault = faults.meet(request, verb, target, call);
            return FaultRules.spoil(asked.fault, answer(call, target));
        } catch (ApiException e) {
            return Reply.error(e, Accepted.prefersYaml(header(request, HttpHeader.ACCEPT)));
        } catch (RuntimeException | StackOverflowError e) {
            LOG.atError().addKeyValue("method", request.getMethod())
                    .addKeyValue("path", path(request)).setCause(e)
                    .log("request failed");
            return Reply.error(ApiException.internal(String.valueOf(e)), false);
        }
    }

    /** How long a client would wait is read of all requests that are to end, and of no account. */
    private static void checkTimeout(Call call) {
        String timeout = call.parameterOrEmpty("timeout");
        String problem = timeout.isEmpty() ? null : GoDuration.problem(timeout);
        if (problem == null) {
            return;
        }
        RequestInfo info = RequestInfo.of(call.method(), call.path(), call.query());
        if (!LONG_VERBS.contains(info.verb()) && !LONG_SUBRESOURCES.contains(info.subresource())) {
            throw ApiException.badRequest("invalid timeout specified in the request URL - " + problem);
        }
    }

    /** @return the same call, for the user that it is answered for */
    private Call authorize(Call call, Asked asked) {
        asked.info = RequestInfo.of(call.method(), call.path(), call.query());
        asked.dryRun = call.dryRun();
        List<Impersonation.Header> headers = asked.request.getHeaders().stream()
                .map(field -> new Impersonation.Header(field.getName(), field.getValue())).toList();
        User user = Impersonation.apply(call.user(), headers, asked.info, access.authorizer());
        asked.impersonated = user.equals(call.user()) ? null : user;
        access.authorizer().require(user, asked.info);
        return call.as(user);
    }

    private static Reply cutShort(String path) {
        return Reply.text(500, "Internal Server Error: " + GoText.quoted(path)
                + ": failed to create RequestInfo: unable to determine kind and namespace from url, " + path + "\n");
    }

    private Reply answer(Call call, @Nullable Target target) {
        if (target != null) {
            return api.answer(target, call);
        }
        Reply document = documents.answer(call);
        return document != null ? document : Reply.text(404, "404 page not found\n");
    }

    private static Call read(Request request) throws IOException {
        String method = request.getMethod();
        byte[] body = new byte[0];
        if (!method.equals("GET") && !method.equals("HEAD")) {
            if (request.getLength() > LARGEST_BODY) {
                throw tooLarge();
            }
            try (var in = Content.Source.asInputStream(request)) {
                body = in.readNBytes(LARGEST_BODY + 1);
            }
            if (body.length > LARGEST_BODY) {
                throw tooLarge();
            }
        }
        return new Call(method, decode(path(request).replace("+", "%2B")),
                query(request.getHttpURI().getQuery()),
                header(request, HttpHeader.ACCEPT),
                header(request, HttpHeader.CONTENT_TYPE), userAgent(request), header(request, HttpHeader.UPGRADE),
                User.ANONYMOUS, body);
    }

    /** As it was sent: with what Jetty takes for ambiguous, which names nothing here. */
    static String path(Request request) {
        return request.getHttpURI().getPath();
    }

    private static ApiException tooLarge() {
        return ApiException.of(413, "RequestEntityTooLarge", "Request entity too large: limit is " + LARGEST_BODY);
    }

    private static String userAgent(Request request) {
        return header(request, HttpHeader.USER_AGENT);
    }

    private static String header(Request request, HttpHeader header) {
        List<String> values = request.getHeaders().getValuesList(header);
        return String.join(",", values);
    }

    private static Map<String, List<String>> query(@Nullable String query) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        if (query == null || query.isEmpty()) {
            return parameters;
        }
        for (String part : query.split("&", -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "" : part.substring(equals + 1);
            parameters.computeIfAbsent(decode(name), _ -> new ArrayList<>()).add(decode(value));
        }
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            throw ApiException.badRequest("invalid URL escape \"" + text + "\"");
        }
    }

    private static void send(Request request, Response response, Content.Sink sink, Reply.Whole reply,
            Callback callback) {
        response.setStatus(reply.code());
        if (!reply.contentType().isEmpty()) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, reply.contentType());
        }
        if (reply.code() >= 400 && reply.contentType().startsWith("text/plain")) {
            response.getHeaders().put("X-Content-Type-Options", "nosniff");
        }
        boolean kept = reply.code() == 200 && KEPT.contains(path(request));
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, kept ? "public, max-age=3600" : "no-cache, private");
        if (reply.retryAfterSeconds() > 0) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, Integer.toString(reply.retryAfterSeconds()));
        }
        addWarnings(response, reply.warnings());
        EntityTags.Outcome outcome = EntityTags.tag(request, response, reply);
        if (outcome != EntityTags.Outcome.WHOLE) {
            boolean unchanged = outcome == EntityTags.Outcome.UNCHANGED;
            response.setStatus(unchanged ? 304 : 301);
            if (unchanged) {
                response.getHeaders().remove(HttpHeader.CONTENT_TYPE);
            }
            sink.write(true, ByteBuffer.allocate(0), callback);
            return;
        }
        ByteBuffer body = Compression.maybe(request, response, reply.body());
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.remaining());
        sink.write(true, request.getMethod().equals("HEAD") ? ByteBuffer.allocate(0) : body, callback);
    }

    private static void addWarnings(Response response, List<String> warnings) {
        WarningHeaders.of(warnings).forEach(warning -> response.getHeaders().add("Warning", warning));
    }
}
