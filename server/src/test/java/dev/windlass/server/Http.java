package dev.windlass.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of its own, so that what is tested is what went over the wire. */
final class Http implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client = HttpClient.newHttpClient();

    HttpResponse<String> get(URI base, String path, String... headers) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request(base, path, headers).build(), BodyHandlers.ofString());
        ApiAnswers.check("get", path, answer);
        return answer;
    }

    HttpResponse<String> post(URI base, String path, String... headers) throws IOException, InterruptedException {
        HttpResponse<String> answer = client
                .send(request(base, path, headers).POST(HttpRequest.BodyPublishers.noBody()).build(),
                        BodyHandlers.ofString());
        ApiAnswers.check("post", path, answer);
        return answer;
    }

    Stream<String> lines(URI base, String path, String... headers) throws IOException, InterruptedException {
        return client.send(request(base, path, headers).build(), BodyHandlers.ofLines()).body()
                .peek(line -> {
                    if (!line.isBlank()) {
                        ApiAnswers.checkEvent(line);
                    }
                });
    }

    static JsonNode json(HttpResponse<String> response) {
        return JSON.readTree(response.body());
    }

    static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    private static HttpRequest.Builder request(URI base, String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        return headers.length == 0 ? request : request.headers(headers);
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
