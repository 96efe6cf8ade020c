package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.auth.Access;
import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/** Requests to be led on to a node, a pod or a service. They come as far as in a cluster in which nobody listens there. Thread-safe. */
final class Connections {
    static final String PROXY = "proxy";

    private static final List<String> SCHEMES = List.of("", "http", "https");

    private final Resources resources;
    private final Kubelets kubelets;
    private final AdmissionChain admission;
    private final Authorizer authorizer;

    Connections(Resources resources, Kubelets kubelets, Access access) {
        this.resources = resources;
        this.kubelets = kubelets;
        this.admission = new AdmissionChain(resources);
        this.authorizer = access.authorizer();
    }

    static boolean appliesTo(Target target) {
        Subresource part = target.type().subresource(target.subresource());
        return part != null && part.connects();
    }

    /** Why it comes no further. */
    ApiException failure(Target target, Call call) {
        if (call.dryRun()) {
            return ApiException.badRequest("dryRun is not supported");
        }
        List<String> warnings = admission.connect(target, options(target, call), call);
        try {
            return switch (target.subresource() + " " + target.type().plural()) {
                case "proxy pods" -> podProxy(target);
                case "proxy services" -> serviceProxy(target);
                case "proxy nodes" -> nodeProxy(target);
                default -> stream(target, call);
            };
        } catch (ApiException e) {
            return e.warning(warnings);
        }
    }

    /** What the request is told as. */
    private static ObjectNode options(Target target, Call call) {
        Subresource part = Objects.requireNonNull(target.type().subresource(target.subresource()));
        ObjectNode options = Json.object().put("kind", part.kind()).put("apiVersion", target.type().apiVersion());
        switch (target.subresource()) {
            case PROXY -> {
                String before = "/" + target.name() + "/" + PROXY;
                String path = call.path().substring(call.path().indexOf(before) + before.length());
                putText(options, "path", path);
            }
            case "portforward" -> ports(call, options);
            default -> {
                for (String flag : List.of("stdin", "stdout", "stderr", "tty")) {
                    if (call.flag(flag)) {
                        options.put(flag, true);
                    }
                }
                putText(options, "container", call.parameterOrEmpty("container"));
                if (target.subresource().equals("exec")) {
                    List<String> command = call.query().getOrDefault("command", List.of());
                    ArrayNode told = Json.array();
                    command.forEach(told::add);
                    options.set("command", command.isEmpty() ? NullNode.getInstance() : told);
                }
            }
        }
        return options;
    }

    private static void putText(ObjectNode object, String field, String text) {
        if (!text.isEmpty()) {
            object.put(field, text);
        }
    }

    private static void ports(Call call, ObjectNode options) {
        List<String> given = call.query().getOrDefault("ports", List.of());
        if (given.isEmpty()) {
            return;
        }
        ArrayNode ports = options.putArray("ports");
        for (String list : given) {
            for (String port : list.split(",", -1)) {
                try {
                    ports.add(Integer.parseUnsignedInt(port));
                } catch (NumberFormatException _) {
                    throw ApiException.badRequest("cannot convert to []int32: strconv.ParseUint: parsing "
                            + GoText.quoted(port)
                            + (port.matches("\\d+") ? ": value out of range" : ": invalid syntax"));
                }
            }
        }
    }

    private ApiException stream(Target target, Call call) {
        RequestInfo info = RequestInfo.of(call.method(), call.path(), call.query());
        Authorizer.Decision mayCreate = authorizer.decide(call.user(), info.withVerb("create"));
        if (!mayCreate.allowed()) {
            // A WebSocket is opened by a GET, and whoever may only read must not run anything.
            return ApiException.forbidden("", "pods", target.name(), mayCreate.reason(), List.of());
        }
        ObjectNode pod = Codec.decode(resources.require(target), target.type());
        if (!target.subresource().equals("portforward")) {
            Containers.choose(pod, call.parameterOrEmpty("container"));
        }
        String node = Json.textOrEmpty(pod, "spec", "nodeName");
        if (node.isEmpty()) {
            return ApiException.badRequest("pod " + target.name() + " does not have a host assigned");
        }
        Kubelets.Address kubelet = kubelets.of(node, target.type());
        return call.upgrade().isEmpty()
                ? ApiException.badRequest("Upgrade request required")
                : ApiException.of(500, "", "error dialing backend: " + kubelet.refusal());
    }

    /** What a name in the path stands for: {@code name}, {@code name:port} or {@code scheme:name:port}. */
    private record Place(String scheme, String name, String port) {
        static Place of(Target target) {
            String[] parts = target.name().split(":", -1);
            int count = parts.length;
            String scheme = count == 3 ? parts[0] : "";
            String name = parts[count == 3 ? 1 : 0];
            if (count > 3 || name.isEmpty() || !SCHEMES.contains(scheme)) {
                throw ApiException.badRequest("invalid " + target.type().singular() + " request "
                        + GoText.quoted(target.name()));
            }
            return new Place(scheme, name, count == 1 ? "" : parts[count - 1]);
        }

        int portOr(int other) {
            return port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : other;
        }

        int usualPort() {
            return scheme.equals("https") ? 443 : 80;
        }
    }

    private ApiException podProxy(Target target) {
        Place place = Place.of(target);
        Stored stored = resources.find(target.type(), target.namespace(), place.name());
        if (stored == null) {
            return ApiException.notFound("", "pods", place.name());
        }
        ObjectNode pod = Codec.decode(stored, target.type());
        String address = pod.path("status").path("podIPs").path(0).path("ip").stringValue("");
        int first = pod.path("spec").path("containers").valueStream().map(each -> each.path("ports").path(0))
                .filter(JsonNode::isObject).map(each -> each.path("containerPort").intValue(0)).findFirst()
                .orElse(place.usualPort());
        return reach(new Kubelets.Address(address, place.portOr(first)));
    }

    private ApiException nodeProxy(Target target) {
        Place place = Place.of(target);
        Kubelets.Address kubelet = kubelets.of(place.name(), target.type());
        return reach(new Kubelets.Address(kubelet.host(), place.portOr(kubelet.port())));
    }

    private static ApiException reach(Kubelets.Address address) {
        return Addresses.isGlobalUnicast(address.host())
                ? ApiException.of(503, "ServiceUnavailable", "error trying to reach service: " + address.refusal())
                : ApiException.badRequest("address not allowed");
    }

    /** Nobody is behind a service: only pods that run are. */
    private ApiException serviceProxy(Target target) {
        Place place = Place.of(target);
        if (place.port().matches("[-+]?[0-9]{1,18}")) {
            long port = Long.parseLong(place.port());
            ResourceType services = target.type();
            Stored stored = resources.find(services, target.namespace(), place.name());
            if (stored == null) {
                return ApiException.notFound("", "services", place.name());
            }
            boolean served = Codec.decode(stored, services).path("spec").path("ports").valueStream()
                    .anyMatch(each -> each.path("port").longValue(0) == port);
            if (!served) {
                return ApiException.of(503, "ServiceUnavailable", "no service port " + port
                        + " found for service " + GoText.quoted(place.name()));
            }
        }
        return ApiException.of(503, "ServiceUnavailable",
                "no endpoints available for service " + GoText.quoted(place.name()));
    }
}
