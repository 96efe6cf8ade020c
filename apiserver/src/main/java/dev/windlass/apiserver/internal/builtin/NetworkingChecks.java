package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** What the kinds of networking.k8s.io allow, but for ingresses; what is declared at their types is told after the rest. Stateless. */
final class NetworkingChecks {
    private static final Pattern HTTP_PATH = Pattern.compile("[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+");
    private static final int MAX_CONTROLLER = 250;

    private NetworkingChecks() {
    }

    static void policy(Field now, Field before) {
        Field spec = now.at("spec");
        spec.at("podSelector").labelSelector();
        Set<String> known = new HashSet<>();
        for (Field peer : peers(before)) {
            known.add(peer.at("ipBlock", "cidr").text());
            known.addAll(peer.at("ipBlock", "except").texts());
        }
        for (String[] direction : List.of(new String[]{"ingress", "from"}, new String[]{"egress", "to"})) {
            for (Field rule : spec.at(direction[0]).items()) {
                rule.at("ports").items().forEach(NetworkingChecks::port);
                rule.at(direction[1]).items().forEach(peer -> peer(peer, known));
            }
        }
        Field types = spec.at("policyTypes");
        if (types.value().size() > 2) {
            types.invalid("may not specify more than two policyTypes");
        } else {
            types.items().forEach(type -> type.oneOf("Ingress", "Egress"));
        }
        for (Field peer : peers(now)) {
            if (peer.at("ipBlock").isSet()) {
                peer.at("ipBlock", "cidr").mustBeSet("");
            }
        }
    }

    static List<Field> peers(Field policy) {
        List<Field> peers = new ArrayList<>();
        policy.at("spec", "ingress").items().forEach(rule -> peers.addAll(rule.at("from").items()));
        policy.at("spec", "egress").items().forEach(rule -> peers.addAll(rule.at("to").items()));
        return peers;
    }

    private static void port(Field rule) {
        rule.at("protocol").oneOfIfSet("TCP", "UDP", "SCTP");
        Field port = rule.at("port");
        Field end = rule.at("endPort");
        if (!port.isSet()) {
            if (end.isSet()) {
                end.invalid("may not be specified when `port` is not specified");
            }
        } else if (port.value().isString()) {
            if (end.isSet()) {
                end.invalid("may not be specified when `port` is non-numeric");
            }
            port.named(NameRules::portName);
        } else {
            port.port();
            if (end.isSet()) {
                if (end.number() < port.number()) {
                    end.invalid("must be greater than or equal to `port`");
                }
                end.port();
            }
        }
    }

    private static void peer(Field peer, Set<String> known) {
        boolean selects = false;
        for (String selector : List.of("podSelector", "namespaceSelector")) {
            selects |= peer.at(selector).isSet();
            peer.at(selector).labelSelector();
        }
        Field block = peer.at("ipBlock");
        if (block.isSet() && !block.at("cidr").isEmpty()) {
            block(block, known);
        }
        if (!selects && !block.isSet()) {
            peer.required("must specify a peer");
        } else if (selects && block.isSet()) {
            peer.forbidden("may not specify both ipBlock and another peer");
        }
    }

    private static void block(Field block, Set<String> known) {
        Function<String, List<String>> rule = text -> known.contains(text) ? List.of() : Addresses.cidr(text);
        block.at("cidr").named(rule);
        Addresses.Range range = Addresses.range(block.at("cidr").text());
        if (range == null) {
            return;
        }
        for (Field except : block.at("except").items()) {
            except.named(rule);
            Addresses.Range excepted = Addresses.range(except.text());
            if (excepted != null && !range.contains(excepted)) {
                except.invalid("must be a strict subset of `cidr`");
            }
        }
    }

    static void ingressClass(Field now, Field before) {
        Field controller = now.at("spec", "controller");
        if (before.isSet() && controller.differs(before.at("spec", "controller"))) {
            controller.invalid(controller.text(), "field is immutable");
        }
        if (controller.text().length() > MAX_CONTROLLER) {
            controller.tooLong(MAX_CONTROLLER);
        }
        domainPrefixedPath(controller);
        Field parameters = now.at("spec", "parameters");
        if (parameters.isSet()) {
            parameters(parameters);
            parameters.at("kind").mustBeSet("");
            parameters.at("name").mustBeSet("");
        }
    }

    private static void domainPrefixedPath(Field field) {
        if (!field.mustBeSet("")) {
            return;
        }
        String[] parts = field.text().split("/", 2);
        if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            field.invalid("must be a domain-prefixed path (such as \"acme.io/foo\")");
            return;
        }
        NameRules.subdomain(parts[0]).forEach(problem -> field.invalid(parts[0], problem));
        if (!HTTP_PATH.matcher(parts[1]).matches()) {
            field.invalid(parts[1], "Invalid path (regex used for validation is '" + HTTP_PATH.pattern() + "')");
        }
    }

    private static void parameters(Field parameters) {
        if (parameters.at("apiGroup").isSet()) {
            parameters.at("apiGroup").named(NameRules::subdomain);
        }
        parameters.at("kind").named(NameRules::pathSegment);
        parameters.at("name").named(NameRules::pathSegment);
        Field namespace = parameters.at("namespace");
        Field scope = parameters.at("scope");
        if (!scope.isSet()) {
            scope.required("");
            return;
        }
        scope.textOneOf("Cluster", "Namespace");
        if (scope.text().equals("Cluster") && namespace.isSet()) {
            namespace.forbidden("`parameters.scope` is set to 'Cluster'");
        } else if (scope.text().equals("Namespace")) {
            if (namespace.isSet()) {
                namespace.named(NameRules::label);
            } else {
                namespace.required("`parameters.scope` is set to 'Namespace'");
            }
        }
    }

    static void address(Field now, Field before) {
        Field parent = now.at("spec", "parentRef");
        if (!parent.at("group").isEmpty()) {
            parent.at("group").named(NameRules::subdomain);
        }
        for (String field : List.of("resource", "name", "namespace")) {
            parent.at(field).named(NameRules::pathSegment);
        }
        if (!parent.isSet()) {
            parent.required("");
        }
        if (before.isSet() && parent.differs(before.at("spec", "parentRef"))) {
            parent.declaredImmutable(before.at("spec", "parentRef"));
        } else if (parent.isSet()) {
            parent.at("resource").mustBeSet("");
            parent.at("name").mustBeSet("");
        }
    }

    static void serviceRange(Field now, Field before) {
        Field ranges = now.at("spec", "cidrs");
        List<String> old = before.at("spec", "cidrs").texts();
        if (before.isSet() && old.size() != ranges.value().size() && !(old.size() == 1 && ranges.value().size() == 2)) {
            ranges.immutable(before.at("spec", "cidrs"));
            return;
        }
        for (int i = 0; i < old.size(); i++) {
            Field range = ranges.items().get(i);
            if (!range.text().equals(old.get(i))) {
                range.invalid("field is immutable");
            }
        }
        if (!before.isSet() || old.size() != ranges.value().size()) {
            ranges(now, ranges);
        }
    }

    private static void ranges(Field now, Field ranges) {
        if (!ranges.mustBeSet("at least one CIDR required")) {
            return;
        }
        List<Field> items = ranges.items();
        if (items.size() > 2) {
            now.at("spec").invalid(ranges, "may only hold up to 2 values");
            return;
        }
        items.forEach(range -> range.named(Addresses::canonicalCidr));
        if (items.size() == 2) {
            Addresses.Range first = Addresses.range(items.getFirst().text());
            Addresses.Range second = Addresses.range(items.getLast().text());
            if (first != null && second != null && first.address().length == second.address().length) {
                ranges.invalid(
                        "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
            }
        }
    }
}
