package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.GoValues;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Logs of pods: nothing is in that of a pod without a node, and on a node nobody runs who could tell. Thread-safe. */
final class PodLogs {
    static final String NAME = "log";

    private static final List<String> REPRESENTATIONS = List.of("text/plain", "application/json", "application/yaml",
            "application/vnd.kubernetes.protobuf");

    private final Resources resources;
    private final Kubelets kubelets;

    PodLogs(Resources resources, Kubelets kubelets) {
        this.resources = resources;
        this.kubelets = kubelets;
    }

    static boolean appliesTo(Target target) {
        return target.type().is("", "pods") && target.subresource().equals(NAME);
    }

    Reply answer(Target target, Call call) {
        if (Accepted.mediaTypes(call.accept()).stream()
                .noneMatch(media -> media.equals("*/*") || REPRESENTATIONS.contains(media))) {
            throw ApiException.noRepresentation(REPRESENTATIONS);
        }
        Accepted.document(call.accept(), false);
        Map<String, String> options = options(target, call);
        ObjectNode pod = Codec.decode(resources.require(target), target.type());
        String container = Containers.choose(pod, call.parameterOrEmpty("container"));
        String node = Json.textOrEmpty(pod, "spec", "nodeName");
        if (node.isEmpty()) {
            return new Reply.Whole(204, "", ByteBuffer.allocate(0), 0, List.of());
        }
        Kubelets.Address kubelet = kubelets.of(node, target.type());
        String query = options.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        String path = "/containerLogs/" + target.namespace() + "/" + target.name() + "/" + container;
        throw ApiException.of(500, "", "Get \"https://" + kubelet + path + (query.isEmpty() ? "" : "?" + query) + "\": "
                + kubelet.refusal());
    }

    /** What the kubelet would be asked. */
    private static Map<String, String> options(Target target, Call call) {
        Map<String, String> options = new TreeMap<>();
        flag(call, "follow", options);
        flag(call, "previous", options);
        Long sinceSeconds = number(call, "sinceSeconds", options);
        String sinceTime = call.parameterOrEmpty("sinceTime");
        if (!sinceTime.isEmpty()) {
            String problem = GoValues.timeProblem(sinceTime, false);
            if (problem != null) {
                throw ApiException.badRequest(problem);
            }
            options.put("sinceTime",
                    OffsetDateTime.parse(sinceTime).toInstant().truncatedTo(ChronoUnit.SECONDS).toString());
        }
        flag(call, "timestamps", options);
        Long tailLines = number(call, "tailLines", options);
        Long limitBytes = number(call, "limitBytes", options);
        List<FieldError> errors = new ArrayList<>();
        atLeast(0, "tailLines", tailLines, "must be greater than or equal to 0", errors);
        atLeast(1, "limitBytes", limitBytes, "must be greater than 0", errors);
        if (sinceSeconds != null && !sinceTime.isEmpty()) {
            errors.add(FieldError.forbidden("[]", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
        } else {
            atLeast(1, "sinceSeconds", sinceSeconds, "must be greater than 0", errors);
        }
        if (call.parameter("stream") != null) {
            errors.add(FieldError.forbidden("stream", "may not be specified"));
        }
        if (!errors.isEmpty()) {
            throw ApiException.invalid("", "PodLogOptions", target.name(), errors);
        }
        return options;
    }

    private static void flag(Call call, String name, Map<String, String> options) {
        if (call.flag(name)) {
            options.put(name, "true");
        }
    }

    private static @Nullable Long number(Call call, String name, Map<String, String> options) {
        if (call.parameter(name) == null) {
            return null;
        }
        long number = call.number(name, 0);
        options.put(name, Long.toString(number));
        return number;
    }

    private static void atLeast(long least, String field, @Nullable Long number, String why, List<FieldError> errors) {
        if (number != null && number < least) {
            errors.add(FieldError.invalid(field, JsonNodeFactory.instance.numberNode(number), why));
        }
    }
}
