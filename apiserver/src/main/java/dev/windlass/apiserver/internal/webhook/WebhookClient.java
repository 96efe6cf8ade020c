package dev.windlass.apiserver.internal.webhook;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.JsonSyntax;
import dev.windlass.apiserver.internal.json.MalformedYamlException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Sends webhooks what they are asked. Thread-safe; it keeps no connection and no thread of its own. */
public final class WebhookClient {
    private static final int MOST_BUNDLES = 64;
    private static final int LONGEST_MESSAGE = 2048;

    private final ServiceAddresses services;
    private final ScheduledExecutorService timer;
    private final Map<String, SSLContext> contexts = new ConcurrentHashMap<>();

    /** @param timer ends calls that take too long */
    public WebhookClient(ServiceAddresses services, ScheduledExecutorService timer) {
        this.services = services;
        this.timer = timer;
    }

    /**
     * Asks a webhook.
     *
     * @param timeout
     *            for all of it, in whole seconds
     * @throws CallFailedException
     *             when no object has come
     */
    public ObjectNode post(Endpoint endpoint, JsonNode question, Duration timeout) throws CallFailedException {
        String path = endpoint.path() + "?timeout=" + timeout.toSeconds() + "s";
        AtomicBoolean late = new AtomicBoolean();
        HttpExchange.Answer answer;
        try (Socket plain = new Socket()) {
            Future<?> end = timer.schedule(() -> giveUp(plain, late), timeout.toMillis(), TimeUnit.MILLISECONDS);
            try {
                answer = exchange(plain, endpoint, path, Json.bytes(question));
            } finally {
                end.cancel(false);
            }
        } catch (IOException | CallFailedException e) {
            throw new CallFailedException("Post \"https://" + endpoint.authority() + path + "\": "
                    + (late.get() ? "context deadline exceeded" : e.getMessage()), e);
        }
        return read(answer);
    }

    /** Fails whatever waits for the connection. */
    private static @Nullable Void giveUp(Socket connection, AtomicBoolean late) throws IOException {
        late.set(true);
        connection.close();
        return null;
    }

    private HttpExchange.Answer exchange(Socket plain, Endpoint endpoint, String path, byte[] json)
            throws IOException, CallFailedException {
        SSLContext context = context(endpoint.bundle());
        connect(plain, address(endpoint));
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(plain, endpoint.host(),
                endpoint.port(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (endpoint.service() != null) {
            parameters.setServerNames(List.of(new SNIHostName(endpoint.host())));
        }
        secured.setSSLParameters(parameters);
        try {
            secured.startHandshake();
        } catch (IOException e) {
            throw new CallFailedException(Trust.problem(e), e);
        }
        return HttpExchange.post(new BufferedInputStream(secured.getInputStream()), secured.getOutputStream(),
                endpoint.authority(), path, json);
    }

    private SSLContext context(String bundle) throws CallFailedException {
        SSLContext known = contexts.get(bundle);
        if (known != null) {
            return known;
        }
        if (contexts.size() >= MOST_BUNDLES) {
            contexts.clear(); // they are of configurations that came and went
        }
        SSLContext made = Trust.context(bundle);
        contexts.put(bundle, made);
        return made;
    }

    private InetSocketAddress address(Endpoint endpoint) throws CallFailedException {
        Endpoint.Service service = endpoint.service();
        if (service != null) {
            return services.find(service.namespace(), service.name(), endpoint.port());
        }
        return new InetSocketAddress(endpoint.host(), endpoint.port());
    }

    private static void connect(Socket plain, InetSocketAddress to) throws CallFailedException {
        String dial = "dial tcp";
        try {
            InetAddress address = to.getAddress() == null ? InetAddress.getByName(to.getHostString()) : to.getAddress();
            InetSocketAddress resolved = new InetSocketAddress(address, to.getPort());
            dial += " " + (address.getHostAddress().contains(":")
                    ? "[" + address.getHostAddress() + "]"
                    : address.getHostAddress()) + ":" + to.getPort();
            plain.connect(resolved);
        } catch (UnknownHostException e) {
            throw new CallFailedException(dial + ": lookup " + to.getHostString() + ": no such host", e);
        } catch (NoRouteToHostException e) {
            throw new CallFailedException(dial + ": connect: no route to host", e);
        } catch (ConnectException e) {
            String why = String.valueOf(e.getMessage());
            throw new CallFailedException(
                    dial + (why.contains("refused") ? ": connect: connection refused" : ": connect: " + why), e);
        } catch (IOException e) {
            throw new CallFailedException(dial + ": " + e.getMessage(), e);
        }
    }

    private static ObjectNode read(HttpExchange.Answer answer) throws CallFailedException {
        if (answer.code() < 200 || answer.code() > 206) {
            throw new CallFailedException(refusal(answer));
        }
        if (answer.body().length == 0) {
            throw new CallFailedException("0-length response with status code: " + answer.code()
                    + " and content type: " + answer.header("content-type"));
        }
        JsonNode parsed;
        try {
            parsed = parse(answer.body());
        } catch (MalformedYamlException e) {
            String problem = JsonSyntax.problem(answer.body());
            throw new CallFailedException("couldn't get version/kind; json parse error: "
                    + (problem == null ? e.getMessage() : problem), e);
        }
        if (!(parsed instanceof ObjectNode object)) {
            throw new CallFailedException("couldn't get version/kind; json parse error: json: cannot unmarshal "
                    + (parsed.isArray() ? "array" : parsed.getNodeType().name().toLowerCase(java.util.Locale.ROOT))
                    + " into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\";"
                    + " Kind string \"json:\\\"kind,omitempty\\\"\" }");
        }
        if (isStatus(object) && !Json.textOrEmpty(object, "status").equals("Success")) {
            throw new CallFailedException(Json.textOrEmpty(object, "message"));
        }
        return object;
    }

    private static JsonNode parse(byte[] body) {
        try {
            return Json.parse(body);
        } catch (JacksonException _) {
            return Json.parseYaml(body); // which the real server takes as well
        }
    }

    private static boolean isStatus(JsonNode object) {
        return Json.textOrEmpty(object, "kind").equals("Status") && Json.textOrEmpty(object, "apiVersion").equals("v1");
    }

    private static String refusal(HttpExchange.Answer answer) {
        try {
            JsonNode status = Json.parse(answer.body());
            if (status != null && isStatus(status)) {
                return Json.textOrEmpty(status, "message");
            }
        } catch (JacksonException _) {
            // then it is the text itself that says why
        }
        String type = answer.header("content-type");
        String body = new String(answer.body(), 0, Math.min(answer.body().length, LONGEST_MESSAGE),
                StandardCharsets.UTF_8).strip();
        String said = type.isEmpty() || type.startsWith("text/") ? body : "unknown";
        return switch (answer.code()) {
            case 400 -> "the server rejected our request for an unknown reason";
            case 401 -> "the server has asked for the client to provide credentials";
            case 403, 415 -> said;
            case 404 -> "the server could not find the requested resource";
            case 405 -> "the server does not allow this method on the requested resource";
            case 406 -> said.isEmpty() || said.equals("unknown")
                    ? "the server was unable to respond with a content type that the client supports"
                    : said;
            case 409 -> "the server reported a conflict";
            case 422 -> "the server rejected our request due to an error in our request";
            case 429 -> "the server has received too many requests and has asked us to try again later";
            case 503 -> "the server is currently unable to handle the request";
            case 504 -> "the server was unable to return a response in the time allotted,"
                    + " but may still be processing the request";
            default -> answer.code() >= 500
                    ? "an error on the server (" + GoText.quoted(said)
                            + ") has prevented the request from succeeding"
                    : "the server responded with the status code " + answer.code()
                            + " but did not return more information";
        };
    }
}
