package dev.windlass.testkit;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** A watch on a connection of its own. */
final class OpenedWatch implements AutoCloseable {

    private final HttpClient client;

    OpenedWatch(String kubeconfig, String path) throws IOException, InterruptedException {
        client = HttpClient.newBuilder().sslContext(Clients.context(kubeconfig)).build();
        var request = HttpRequest.newBuilder(Clients.server(kubeconfig).resolve(path + "?watch=true"))
                .header("Authorization", "Bearer " + Clients.token(kubeconfig)).build();
        int status = client.send(request, BodyHandlers.ofInputStream()).statusCode();
        if (status != 200) {
            throw new IOException("the watch was answered with " + status);
        }
    }

    boolean isOpen() {
        return !client.isTerminated();
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
