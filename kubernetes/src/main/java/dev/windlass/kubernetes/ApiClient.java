package dev.windlass.kubernetes;

import dev.windlass.kubernetes.ApiException.ApiCall;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/** The client of one owner on one cluster. */
final class ApiClient implements Client {

    private static final String JSON = "application/json";
    private static final String APPLY = "application/apply-patch+yaml";

    private final OwnedRequests requests;
    private final ClusterHttpClient http;
    private final Serializations serializations;
    /** Of the code that the client was made for: a module's never makes the host's remember anything of the module. */
    private final Serialization serialization;
    private final Object lock = new Object();
    private @Nullable KubernetesClient fabric8;

    ApiClient(OwnedRequests requests, Serializations serializations) {
        this.requests = requests;
        this.http = ClusterHttpClient.create(requests);
        this.serializations = serializations;
        this.serialization = serializations.of(Thread.currentThread().getContextClassLoader());
    }

    @Override
    public String cluster() {
        return requests.transport().cluster();
    }

    @Override
    public <T extends HasMetadata> Optional<T> get(Class<T> type, ObjectKey key) {
        ResourceType<T> resource = ResourceType.of(type);
        ApiCall call = call("get", resource, key);
        Answer answer = send(call, "GET", resource.path(namespaceOf(resource, key), key.name()), null, null);
        if (answer.code() == 404) {
            ApiException missing = answer.failure(call, serialization);
            if (missing.isKindMissing()) {
                throw missing;
            }
            return Optional.empty();
        }
        return Optional.of(decode(call, answer, resource));
    }

    @Override
    public <T extends HasMetadata> List<T> list(WatchSpec<T> spec) {
        ResourceType<T> resource = spec.resource();
        ApiCall call = new ApiCall(cluster(), "list", resource.resource(), spec.namespace(), null);
        StringBuilder query = new StringBuilder();
        append(query, "labelSelector", spec.labelSelector());
        append(query, "fieldSelector", spec.fieldSelector());
        Answer answer = send(call, "GET", resource.path(spec.namespace(), null) + query, null, null);
        ObjectDecoder<T> decoder = new ObjectDecoder<>(of(resource.type()), resource);
        List<T> objects = new ArrayList<>();
        byte[] body = answer.require(call, serialization);
        try (ObjectScanner scanner = new ObjectScanner(serialization.json(), new ByteArrayInputStream(body),
                OmittedFields.of(spec.omit()), resource.metadataOnly())) {
            scanner.readList(scanned -> objects.add(decoder.decode(scanned.json())));
        } catch (JacksonException | MalformedAnswerException e) {
            throw new ApiException(call, new IOException("malformed answer: " + e.getMessage(), e), false);
        }
        return objects;
    }

    private static void append(StringBuilder query, String name, String value) {
        if (!value.isEmpty()) {
            query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(Urls.encode(value));
        }
    }

    @Override
    public <T extends HasMetadata> T create(T object) {
        ResourceType<T> resource = ResourceType.of(object);
        String name = object.getMetadata().getName();
        String namespace = namespaceOf(resource, object);
        ApiCall call = new ApiCall(cluster(), "create", resource.resource(), namespace, name);
        return decode(call, send(call, "POST", resource.path(namespace, null), JSON, text(object)), resource);
    }

    @Override
    public <T extends HasMetadata> T update(T object) {
        return put(object, "");
    }

    private <T extends HasMetadata> T put(T object, String subresource) {
        ResourceType<T> resource = ResourceType.of(object);
        ApiCall call = call("update", resource, ObjectKey.of(object), subresource);
        return decode(call, send(call, "PUT", pathOf(resource, object) + subresource, JSON, text(object)), resource);
    }

    @Override
    public <T extends HasMetadata> T apply(T object, FieldOwner owner) {
        ObjectNode tree = of(object.getClass()).mapper().valueToTree(object);
        return apply(object, tree, owner, "");
    }

    private <T extends HasMetadata> T apply(T object, ObjectNode tree, FieldOwner owner, String subresource) {
        ResourceType<T> resource = ResourceType.of(object);
        ApiCall call = call("apply", resource, ObjectKey.of(object), subresource);
        if (tree.get("metadata") instanceof ObjectNode metadata) {
            // The server refuses an apply that brings its own bookkeeping along.
            metadata.remove("managedFields");
        }
        String path = pathOf(resource, object) + subresource + "?fieldManager=" + Urls.encode(owner.name())
                + (owner.force() ? "&force=true" : "");
        return decode(call, send(call, "PATCH", path, APPLY, serialization.mapper().writeValueAsString(tree)),
                resource);
    }

    @Override
    public <T extends HasMetadata> T patch(T object, Patch patch) {
        return patch(object, patch, "");
    }

    private <T extends HasMetadata> T patch(T object, Patch patch, String subresource) {
        ResourceType<T> resource = ResourceType.of(object);
        ApiCall call = call("patch", resource, ObjectKey.of(object), subresource);
        return decode(call,
                send(call, "PATCH", pathOf(resource, object) + subresource, patch.type().mediaType(), patch.body()),
                resource);
    }

    @Override
    public boolean delete(HasMetadata object) {
        ResourceType<? extends HasMetadata> resource = ResourceType.of(object);
        String uid = object.getMetadata().getUid();
        String body = uid == null
                ? null
                : serialization.mapper().writeValueAsString(Map.of("kind", "DeleteOptions", "apiVersion", "v1",
                        "preconditions", Map.of("uid", uid)));
        ApiCall call = call("delete", resource, ObjectKey.of(object));
        Answer answer = send(call, "DELETE", pathOf(resource, object), body == null ? null : JSON, body);
        if (answer.code() == 409 && uid != null) {
            return false;
        }
        return deleted(call, answer);
    }

    @Override
    public boolean delete(Class<? extends HasMetadata> type, ObjectKey key) {
        ResourceType<? extends HasMetadata> resource = ResourceType.of(type);
        ApiCall call = call("delete", resource, key);
        return deleted(call, send(call, "DELETE", resource.path(namespaceOf(resource, key), key.name()), null, null));
    }

    private boolean deleted(ApiCall call, Answer answer) {
        if (answer.code() == 404) {
            ApiException missing = answer.failure(call, serialization);
            if (missing.isKindMissing()) {
                throw missing;
            }
            return false;
        }
        answer.require(call, serialization);
        return true;
    }

    // ---- status

    @Override
    public Status status() {
        return new StatusClient();
    }

    private final class StatusClient implements Status {

        @Override
        public <T extends HasMetadata> T update(T object) {
            return put(object, "/status");
        }

        @Override
        public <T extends HasMetadata> T apply(T object, FieldOwner owner) {
            ObjectNode full = of(object.getClass()).mapper().valueToTree(object);
            ObjectNode tree = serialization.mapper().createObjectNode();
            tree.set("apiVersion", full.get("apiVersion"));
            tree.set("kind", full.get("kind"));
            ObjectNode metadata = tree.putObject("metadata");
            if (full.get("metadata") instanceof ObjectNode given) {
                List.of("name", "namespace", "resourceVersion").stream().filter(given::has)
                        .forEach(field -> metadata.set(field, given.get(field)));
            }
            if (full.has("status")) {
                tree.set("status", full.get("status"));
            }
            return ApiClient.this.apply(object, tree, owner, "/status");
        }

        @Override
        public <T extends HasMetadata> T patch(T object, Patch patch) {
            return ApiClient.this.patch(object, patch, "/status");
        }
    }

    // ---- fabric8

    @Override
    public KubernetesClient fabric8() {
        synchronized (lock) {
            if (fabric8 == null) {
                fabric8 = new KubernetesClientBuilder()
                        .withConfig(requests.transport().endpoint().config())
                        .withHttpClientFactory(new ClusterHttpClient.Factory(requests))
                        .withKubernetesSerialization(serialization.kubernetes())
                        .withTaskExecutor(task -> requests.owner().fork("client task", task::run))
                        .build();
            }
            return fabric8;
        }
    }

    // ---- the wire

    private Answer send(ApiCall call, String method, String path, @Nullable String contentType, @Nullable String body) {
        HttpRequest.Builder request = http.newHttpRequestBuilder()
                .uri(requests.transport().endpoint().url(path));
        request.header("Accept", JSON);
        request.method(method, contentType, body);
        boolean write = Exchange.isWrite(method);
        try {
            HttpResponse<byte[]> response = http.sendAsync(request.build(), byte[].class).get();
            if (response.code() == 401) {
                requests.transport().unauthorized();
            }
            return new Answer(response.code(), response.body() == null ? new byte[0] : response.body(),
                    response.header("Retry-After"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(call, new IOException("interrupted while waiting for the answer", e), write);
        } catch (ExecutionException e) {
            IOException cause = Failures.unwrap(e);
            throw new ApiException(call, cause, write && !(cause instanceof NotSentException));
        }
    }

    private static final class Answer {

        private final int code;
        private final byte[] body;
        private final @Nullable String retryAfter;

        Answer(int code, byte[] body, @Nullable String retryAfter) {
            this.code = code;
            this.body = body;
            this.retryAfter = retryAfter;
        }

        int code() {
            return code;
        }

        byte[] require(ApiCall call, Serialization serialization) {
            if (code < 200 || code > 299) {
                throw failure(call, serialization);
            }
            return body;
        }

        ApiException failure(ApiCall call, Serialization serialization) {
            return Failures.of(call, code, body, retryAfter, serialization.mapper());
        }
    }

    private <T extends HasMetadata> T decode(ApiCall call, Answer answer, ResourceType<T> resource) {
        byte[] body = answer.require(call, serialization);
        try {
            return of(resource.type()).mapper().readerFor(resource.type()).readValue(body);
        } catch (JacksonException e) {
            throw new ApiException(call,
                    new IOException("the answer cannot be read as " + resource.type().getName() + ": "
                            + e.getOriginalMessage(), e),
                    false);
        }
    }

    private String text(HasMetadata object) {
        return of(object.getClass()).mapper().writeValueAsString(object);
    }

    private Serialization of(Class<?> type) {
        return serializations.of(type, serialization);
    }

    private ApiCall call(String verb, ResourceType<?> resource, ObjectKey key) {
        return call(verb, resource, key, "");
    }

    private ApiCall call(String verb, ResourceType<?> resource, ObjectKey key, String subresource) {
        return new ApiCall(cluster(), verb, resource.resource() + subresource, key.namespace(), key.name());
    }

    private static String pathOf(ResourceType<?> resource, HasMetadata object) {
        return resource.path(namespaceOf(resource, object), ObjectKey.of(object).name());
    }

    private static String namespaceOf(ResourceType<?> resource, HasMetadata object) {
        String namespace = object.getMetadata().getNamespace();
        return requireNamespace(resource, namespace == null ? "" : namespace, object.getMetadata().getName());
    }

    private static String namespaceOf(ResourceType<?> resource, ObjectKey key) {
        return requireNamespace(resource, key.namespace(), key.name());
    }

    private static String requireNamespace(ResourceType<?> resource, String namespace, @Nullable String name) {
        if (resource.namespaced() && namespace.isEmpty()) {
            throw new IllegalArgumentException(
                    resource.kind() + " " + name + " has no namespace: set metadata.namespace");
        }
        return namespace;
    }
}
