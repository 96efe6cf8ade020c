package dev.windlass.kubernetes;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.StandardHttpClient;
import io.fabric8.kubernetes.client.http.StandardHttpClientBuilder;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.http.StandardWebSocketBuilder;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * fabric8's HTTP client as one owner sees it: over the cluster's shared transport, each request in the owner's ledger, under
 * the cluster's cap, refused once the owner has been cancelled. Closing it closes nothing: it ends with its owner.
 */
final class ClusterHttpClient
        extends
            StandardHttpClient<ClusterHttpClient, HttpClient.Factory, ClusterHttpClient.Builder> {

    private final OwnedRequests requests;

    private ClusterHttpClient(Builder builder) {
        super(builder, new AtomicBoolean());
        this.requests = builder.requests;
    }

    static ClusterHttpClient create(OwnedRequests requests) {
        return new Factory(requests).newBuilder().build();
    }

    @Override
    public CompletableFuture<HttpResponse<AsyncBody>> consumeBytes(HttpRequest request,
            AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        requests.admit(Exchange.isWrite(request.method()));
        return super.consumeBytes(request, consumer);
    }

    @Override
    public CompletableFuture<HttpResponse<AsyncBody>> consumeBytesDirect(StandardHttpRequest request,
            AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        return requests.send(request, consumer);
    }

    @Override
    public WebSocket.Builder newWebSocketBuilder() {
        requests.admit(false);
        return super.newWebSocketBuilder();
    }

    /** Only exec, attach and port-forward get here: watches use chunked HTTP. They end with their owner. */
    @Override
    public CompletableFuture<WebSocketResponse> buildWebSocketDirect(StandardWebSocketBuilder builder,
            WebSocket.Listener listener) {
        return requests.open(builder, listener);
    }

    @Override
    protected void doClose() {
        // The transport belongs to the cluster, the requests to the owner.
    }

    /** Gives fabric8 this client, whatever it asks for. */
    static final class Factory implements HttpClient.Factory {

        private final OwnedRequests requests;

        Factory(OwnedRequests requests) {
            this.requests = requests;
        }

        @Override
        public Builder newBuilder(io.fabric8.kubernetes.client.Config config) {
            return newBuilder();
        }

        @Override
        public Builder newBuilder() {
            Builder builder = new Builder(this, requests);
            builder.tag(requests.transport().endpoint().config().getRequestConfig());
            builder.addOrReplaceInterceptor("CLUSTER", requests.transport().credentials());
            return builder;
        }
    }

    static final class Builder extends StandardHttpClientBuilder<ClusterHttpClient, HttpClient.Factory, Builder> {

        private final OwnedRequests requests;

        Builder(HttpClient.Factory factory, OwnedRequests requests) {
            super(factory);
            this.requests = requests;
        }

        @Override
        public ClusterHttpClient build() {
            return new ClusterHttpClient(this);
        }

        @Override
        protected Builder newInstance(HttpClient.Factory factory) {
            return new Builder(factory, requests);
        }
    }
}
