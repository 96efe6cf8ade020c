package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.List;

/** What ingresses allow. Stateless. */
final class IngressChecks {
    private IngressChecks() {
    }

    static void ingress(Field now, Field before) {
        Field spec = now.at("spec");
        if (spec.at("rules").isEmpty() && !spec.at("defaultBackend").isSet()) {
            spec.invalid(spec.at("rules").isSet() ? spec.at("rules").value() : null,
                    "either `defaultBackend` or `rules` must be specified");
        }
        if (spec.at("defaultBackend").isSet()) {
            backend(spec.at("defaultBackend"));
        }
        spec.at("rules").items().forEach(IngressChecks::rule);
        for (Field tls : spec.at("tls").items()) {
            tls.at("hosts").items().forEach(IngressChecks::host);
            if (!tls.at("secretName").isEmpty()) {
                tls.at("secretName").named(NameRules::subdomain);
            }
        }
        Field name = spec.at("ingressClassName");
        if (name.isSet()) {
            name.named(NameRules::subdomain);
        }
        String annotated = now.at("metadata", "annotations").at(IngressRule.CLASS_ANNOTATION).text();
        if (!before.isSet() && name.isSet() && !annotated.isEmpty() && !annotated.equals(name.text())) {
            now.at("annotations").at(IngressRule.CLASS_ANNOTATION).invalid(annotated,
                    "must match `ingressClassName` when both are specified");
        }
    }

    private static void rule(Field rule) {
        Field host = rule.at("host");
        if (!host.isEmpty()) {
            if (Addresses.parse(host.text()) != null) {
                host.invalid("must be a DNS name, not an IP address");
            }
            host(host);
        }
        Field http = rule.at("http");
        if (http.isSet()) {
            http.at("paths").mustBeSet("");
            http.at("paths").items().forEach(IngressChecks::path);
        }
    }

    private static void host(Field host) {
        host.named(host.text().contains("*") ? NameRules::wildcardSubdomain : NameRules::subdomain);
    }

    private static void path(Field rule) {
        Field type = rule.at("pathType");
        Field path = rule.at("path");
        if (!type.isSet()) {
            type.required("pathType must be specified");
            return;
        }
        switch (type.text()) {
            case "Exact", "Prefix" -> {
                absolute(path);
                for (String sequence : List.of("//", "/./", "/../", "%2f", "%2F")) {
                    if (path.text().contains(sequence)) {
                        path.invalid("must not contain '" + sequence + "'");
                    }
                }
                for (String suffix : List.of("/..", "/.")) {
                    if (path.text().endsWith(suffix)) {
                        path.invalid("cannot end with '" + suffix + "'");
                    }
                }
            }
            case "ImplementationSpecific" -> {
                if (!path.isEmpty()) {
                    absolute(path);
                }
            }
            default -> type.oneOf("Exact", "ImplementationSpecific", "Prefix");
        }
        backend(rule.at("backend"));
    }

    private static void absolute(Field path) {
        if (!path.text().startsWith("/")) {
            path.invalid(path.text(), "must be an absolute path");
        }
    }

    private static void backend(Field backend) {
        Field resource = backend.at("resource");
        Field service = backend.at("service");
        if (resource.isSet() && service.isSet()) {
            backend.invalid("", "cannot set both resource and service backends");
        } else if (resource.isSet()) {
            if (resource.at("apiGroup").isSet()) {
                resource.at("apiGroup").named(NameRules::subdomain);
            }
            resource.at("kind").requiredName(NameRules::pathSegment);
            resource.at("name").requiredName(NameRules::pathSegment);
        } else if (service.isSet()) {
            service.at("name").requiredName(NameRules::label);
            port(backend, service);
        } else {
            backend.invalid("", "resource or service backend is required");
        }
    }

    private static void port(Field backend, Field service) {
        Field name = service.at("port", "name");
        Field number = service.at("port", "number");
        boolean numbered = number.number() != 0;
        if (!name.isEmpty() && numbered) {
            backend.invalid("", "cannot set both port name & port number");
        } else if (!name.isEmpty()) {
            name.named(NameRules::portName);
        } else if (numbered) {
            number.port();
        } else {
            backend.required("port name or number is required");
        }
    }
}
