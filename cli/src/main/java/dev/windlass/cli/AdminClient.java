package dev.windlass.cli;

import dev.windlass.server.AdminEndpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Speaks to one manager's admin API.
 *
 * <p>Over {@link HttpURLConnection}: the newer client takes longer to start than the whole command.
 */
final class AdminClient {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int DELETE = 0x7f;
    private static final String MODULES = "/api/v1/modules";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final URI address;
    private final String token;

    private AdminClient(URI address, String token) {
        this.address = address;
        this.token = token;
    }

    /** To the manager that the user named, or the only one that runs. */
    static AdminClient connect(Windlass root) {
        if (root.address == null && root.tokenFile != null) {
            throw new BadUsageException("--token-file is the token of the manager at --address: add --address");
        }
        try {
            List<AdminEndpoint> running = AdminEndpoint.find(AdminEndpoint.defaultDirectory());
            return root.address == null ? only(running) : named(address(root.address), root.tokenFile, running);
        } catch (IOException e) {
            throw new CliException("the descriptions of running managers in %s cannot be read: %s"
                    .formatted(AdminEndpoint.defaultDirectory(), e.getMessage()), e);
        }
    }

    private static AdminClient only(List<AdminEndpoint> running) throws IOException {
        if (running.isEmpty()) {
            throw new CliException(
                    "no demo is running: start one with \"./windlass demo\" in another terminal, or name a manager with --address");
        }
        if (running.size() > 1) {
            throw new CliException("%d managers are running: choose one with --address%n%s".formatted(running.size(),
                    running.stream().map(endpoint -> "  --address %s  (%s, process %d)".formatted(
                            endpoint.address().getAuthority(), endpoint.manager(), endpoint.pid()))
                            .collect(Collectors.joining(System.lineSeparator()))));
        }
        AdminEndpoint endpoint = running.getFirst();
        return new AdminClient(endpoint.address(), endpoint.token());
    }

    private static AdminClient named(URI address, @Nullable String tokenFile, List<AdminEndpoint> running)
            throws IOException {
        if (tokenFile != null) {
            try {
                return new AdminClient(address, token(Path.of(tokenFile)));
            } catch (CharacterCodingException e) {
                throw new CliException("token file \"%s\" is not text: name the file that holds the token"
                        .formatted(tokenFile), e);
            } catch (IOException e) {
                throw new CliException("token file \"%s\" cannot be read: %s".formatted(tokenFile, reason(e)), e);
            }
        }
        for (AdminEndpoint endpoint : running) {
            if (endpoint.address().getPort() == address.getPort()) {
                return new AdminClient(endpoint.address(), endpoint.token());
            }
        }
        throw new CliException("no manager of yours listens at %s: %s".formatted(address.getAuthority(),
                running.isEmpty()
                        ? "none is running; start one with \"./windlass demo\", or name its token with --token-file"
                        : "running are " + running.stream().map(endpoint -> endpoint.address().getAuthority())
                                .collect(Collectors.joining(", "))
                                + "; for another one name its token with --token-file"));
    }

    /** Checked here: what refuses it later shows it. */
    private static String token(Path file) throws IOException {
        String token = Files.readString(file).strip();
        if (!token.chars().allMatch(c -> c > ' ' && c < DELETE)) {
            throw new CliException("token file \"%s\" holds more than a token: a token is one line without spaces"
                    .formatted(file));
        }
        return token;
    }

    private static URI address(String text) {
        try {
            URI address = URI.create(text.contains("://") ? text : "http://" + text);
            if ("http".equals(address.getScheme()) && address.getHost() != null && address.getPort() > 0
                    && address.getPort() <= Windlass.HIGHEST_PORT) {
                return URI.create("http://" + address.getAuthority());
            }
        } catch (IllegalArgumentException e) {
            // Said below, like every other text that is not an address.
        }
        throw new BadUsageException(
                "--address is \"%s\": use HOST:PORT, for example 127.0.0.1:41233, as the demo prints it"
                        .formatted(text));
    }

    JsonNode units() {
        return send("GET", "/api/v1/units");
    }

    JsonNode manager() {
        return send("GET", "/api/v1/manager");
    }

    JsonNode describe(String unit) {
        return send("GET", "/api/v1/units/" + encoded(unit));
    }

    JsonNode threads(String unit) {
        return send("GET", "/api/v1/units/" + encoded(unit) + ":threads");
    }

    JsonNode act(String unit, String action, Map<String, String> options) {
        String query = query(options);
        return send("POST", "/api/v1/units/" + encoded(unit) + ":" + action + (query.isEmpty() ? "" : "?" + query));
    }

    JsonNode modules() {
        return modules("GET", "");
    }

    /** What has become of the modules that were unloaded, oldest first; empty when the manager may load none. */
    List<JsonNode> unloads() {
        try {
            return send("GET", MODULES).path("unloads").valueStream().toList();
        } catch (CliException e) {
            if (isNoSuchPath(e)) {
                return List.of();
            }
            throw e;
        }
    }

    JsonNode module(String name) {
        return modules("GET", "/" + encoded(name));
    }

    /** @param path what follows the modules: {@code :load}, {@code /billing:reload} */
    JsonNode moduleAction(String path, Map<String, String> options) {
        return modules("POST", path + "?" + query(options));
    }

    private JsonNode modules(String method, String path) {
        try {
            return send(method, MODULES + path);
        } catch (CliException e) {
            if (isNoSuchPath(e)) {
                throw new CliException(
                        "the manager at %s was not started with --modules DIR, the folder from which it may load modules"
                                .formatted(address.getAuthority()),
                        e);
            }
            throw e;
        }
    }

    private static boolean isNoSuchPath(CliException e) {
        return String.valueOf(e.getMessage()).startsWith("no such path");
    }

    JsonNode quota() {
        return send("GET", "/api/v1/quota");
    }

    JsonNode whatIf(Map<String, String> options) {
        return send("GET", "/api/v1/quota:what-if?" + query(options));
    }

    JsonNode setLimits(Map<String, String> options) {
        return send("POST", "/api/v1/quota:set?" + query(options));
    }

    private static String query(Map<String, String> options) {
        return options.entrySet().stream()
                .map(option -> option.getKey() + "=" + URLEncoder.encode(option.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }

    /** Calls back when there is a connection, and for each event, until one says false or the manager closes the stream. */
    void events(BooleanSupplier connected, Predicate<JsonNode> listener) {
        try {
            HttpURLConnection connection = open("GET", "/api/v1/events");
            require(connection);
            if (!connected.getAsBoolean()) {
                return;
            }
            try (BufferedReader lines = new BufferedReader(
                    new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (!line.isBlank() && !listener.test(JSON.readTree(line))) {
                        connection.disconnect(); // closing alone would first read what is still to come, without end
                        return;
                    }
                }
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private JsonNode send(String method, String path) {
        try {
            HttpURLConnection connection = open(method, path);
            require(connection);
            try (InputStream body = connection.getInputStream()) {
                return JSON.readTree(body);
            } catch (JacksonException e) {
                throw stranger(connection, e);
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private HttpURLConnection open(String method, String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(address + path).toURL().openConnection();
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setRequestMethod(method);
        connection.setRequestProperty("Authorization", "Bearer " + token);
        return connection;
    }

    private void require(HttpURLConnection connection) throws IOException {
        int code = connection.getResponseCode();
        if (code < 400) {
            return;
        }
        String body;
        try (InputStream in = connection.getErrorStream()) {
            body = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        String message = message(body);
        if (message.isEmpty()) {
            throw stranger(connection, null);
        }
        if (code == 401) {
            message = "the manager at %s refused the token: %s".formatted(address.getAuthority(), message);
        }
        throw code == 400 ? new BadUsageException(message) : new CliException(message);
    }

    private CliException stranger(HttpURLConnection connection, @Nullable Throwable cause) throws IOException {
        return new CliException("what listens at %s is no windlass manager: it answered %d to %s".formatted(
                address.getAuthority(), connection.getResponseCode(), connection.getURL().getPath()), cause);
    }

    /** What a manager says of a failure; empty when it is none that speaks. */
    private static String message(String body) {
        try {
            return UnitTable.text(JSON.readTree(body), "message");
        } catch (JacksonException e) {
            return "";
        }
    }

    private CliException unreachable(IOException e) {
        return new CliException(
                "the manager at %s does not answer: %s; \"windlass get\" without --address finds those that run"
                        .formatted(address.getAuthority(), reason(e)),
                e);
    }

    /** Messages of file system exceptions are only the path. */
    private static String reason(IOException e) {
        return e instanceof NoSuchFileException
                ? "it does not exist"
                : e instanceof AccessDeniedException
                        ? "permission denied"
                        : String.valueOf(e.getMessage());
    }

    static String encoded(String unit) {
        return URLEncoder.encode(unit, StandardCharsets.UTF_8).replace("%2F", "/").replace("+", "%20");
    }
}
