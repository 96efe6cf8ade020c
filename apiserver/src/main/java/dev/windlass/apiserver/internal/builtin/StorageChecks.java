package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the kinds of storage.k8s.io allow. What the real server declares at its types (required and immutable fields) it tells after what it has written out,
 * and so do we.
 */
final class StorageChecks {
    private static final int MAX_PARAMETERS = 512;
    private static final int MAX_PARAMETER_SIZE = 256 * 1024;
    private static final int MAX_DRIVER_NAME = 63;
    private static final int MAX_NODE_ID = 256;
    private static final int MIN_UPDATE_PERIOD = 10;
    private static final int MIN_TOKEN_SECONDS = 600;
    private static final long MAX_TOKEN_SECONDS = 1L << 32;

    private StorageChecks() {
    }

    static void storageClass(Field now, Field before) {
        provisioner(now.at("provisioner"));
        parameters(now.at("parameters"), true);
        Field policy = now.at("reclaimPolicy");
        if (!policy.isEmpty()) {
            policy.oneOf("Delete", "Retain");
        }
        now.at("volumeBindingMode").oneOf("Immediate", "WaitForFirstConsumer");
        topologies(now.at("allowedTopologies"));
        now.at("provisioner").mustBeSet("");
        if (before.isSet()) {
            for (String field : List.of("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode")) {
                now.at(field).declaredImmutable(before.at(field));
            }
        }
    }

    private static void provisioner(Field provisioner) {
        if (!provisioner.isEmpty()) {
            String name = provisioner.text().toLowerCase(Locale.ROOT);
            NameRules.qualifiedName(name).forEach(problem -> provisioner.invalid(name, problem));
        }
    }

    private static void parameters(Field parameters, boolean mayBeEmpty) {
        int size = 0;
        if (parameters.value().size() > MAX_PARAMETERS) {
            parameters.tooLong(MAX_PARAMETERS);
        }
        for (var parameter : parameters.value().properties()) {
            if (parameter.getKey().isEmpty()) {
                parameters.invalid("", "field can not be empty.");
            }
            size += parameter.getKey().length() + parameter.getValue().asString("").length();
        }
        if (size > MAX_PARAMETER_SIZE) {
            parameters.tooLong(MAX_PARAMETER_SIZE);
        }
        if (!mayBeEmpty) {
            parameters.mustBeSet("must contain at least one key/value pair");
        }
    }

    private static void topologies(Field topologies) {
        // The real server compares each with nothing too, so that one in which nothing is comes twice.
        Set<Map<String, Set<String>>> seen = new HashSet<>(Set.of(Map.of()));
        for (Field term : topologies.items()) {
            Map<String, Set<String>> values = new HashMap<>();
            for (Field requirement : term.at("matchLabelExpressions").items()) {
                values.put(requirement.at("key").text(), new HashSet<>(requirement.at("values").texts()));
                requirement.at("values").mustBeSet("");
                requirement.at("values").unique();
                requirement.at("key").named(NameRules::qualifiedName);
            }
            term.at("matchLabelExpressions").unique("key");
            if (!seen.add(values)) {
                term.at("matchLabelExpressions").duplicate(JsonNodeFactory.instance.stringNode(""));
            }
        }
    }

    static void attributesClass(Field now, Field before) {
        if (before.isSet()) {
            for (String field : List.of("driverName", "parameters")) {
                if (now.at(field).differs(before.at(field))) {
                    now.at(field).forbidden("updates to " + field + " are forbidden.");
                }
            }
        }
        now.at("driverName").mustBeSet("");
        provisioner(now.at("driverName"));
        parameters(now.at("parameters"), false);
    }

    /** The name of a driver of storage, as which it is registered. */
    static void driverName(Field name) {
        driverName(name, text -> NameRules.subdomain(text.toLowerCase(Locale.ROOT)));
    }

    private static void driverName(Field name, Function<String, List<String>> rule) {
        if (name.mustBeSet("")) {
            if (name.text().length() > MAX_DRIVER_NAME) {
                name.tooLong(MAX_DRIVER_NAME);
            }
            name.named(rule);
        }
    }

    static void driver(Field now, Field before) {
        Field spec = now.at("spec");
        spec.at("fsGroupPolicy").oneOfIfSet("File", "None", "ReadWriteOnceWithFSType");
        spec.at("tokenRequests").items().forEach(StorageChecks::tokenRequest);
        spec.at("tokenRequests").unique("audience");
        spec.at("volumeLifecycleModes").items().forEach(mode -> {
            // Told of the list, not of the item.
            mode.as("spec.volumeLifecycleModes").oneOf("Persistent", "Ephemeral");
        });
        Field period = spec.at("nodeAllocatableUpdatePeriodSeconds");
        if (period.isSet() && period.number() < MIN_UPDATE_PERIOD) {
            period.invalid("must be greater than or equal to 10 seconds");
        }
        Field secrets = spec.at("serviceAccountTokenInSecrets");
        if (secrets.isSet() && spec.at("tokenRequests").isEmpty()) {
            secrets.invalid("serviceAccountTokenInSecrets is set but no tokenRequests are specified");
        }
        if (before.isSet()) {
            // The real server calls the first one so, though the field has another name.
            spec.at("attachRequired").as("spec.attachedRequired")
                    .immutable(before.at("spec", "attachRequired"));
            spec.at("volumeLifecycleModes").immutable(before.at("spec", "volumeLifecycleModes"));
        }
    }

    private static void tokenRequest(Field request) {
        Field seconds = request.at("expirationSeconds");
        if (seconds.isSet() && seconds.number() < MIN_TOKEN_SECONDS) {
            seconds.invalid("may not specify a duration less than 10 minutes");
        }
        if (seconds.number() > MAX_TOKEN_SECONDS) {
            seconds.invalid("may not specify a duration larger than 2^32 seconds");
        }
    }

    static void node(Field now, Field before) {
        Field drivers = now.at("spec", "drivers");
        Set<String> names = new HashSet<>();
        for (Field driver : drivers.items()) {
            driverName(driver.at("name"));
            Field id = driver.at("nodeID");
            id.mustBeSet("");
            if (id.text().length() > MAX_NODE_ID) {
                id.invalid("must be " + MAX_NODE_ID + " characters or less");
            }
            driver.at("allocatable", "count").notNegative();
            if (!names.add(driver.at("name").text())) {
                driver.at("name").duplicate();
            }
            Set<String> keys = new HashSet<>();
            for (Field key : driver.at("topologyKeys").items()) {
                Field at = key.as(driver.path());
                at.mustBeSet("");
                if (!keys.add(key.text())) {
                    at.duplicate();
                }
                at.named(NameRules::qualifiedName);
            }
        }
        for (Field old : before.at("spec", "drivers").items()) {
            for (Field driver : drivers.items()) {
                boolean same = driver.at("name").text().equals(old.at("name").text());
                if (same && (driver.at("nodeID").differs(old.at("nodeID"))
                        || driver.at("topologyKeys").differs(old.at("topologyKeys")))) {
                    // What can be allocated may change, and is not shown either.
                    ObjectNode rest = (ObjectNode) driver.value().deepCopy();
                    rest.remove("allocatable");
                    driver.as(drivers.path()).invalid(rest, "field is immutable");
                }
            }
        }
    }

    static void attachment(Field now, Field before) {
        boolean changed = before.isSet() && now.at("spec").differs(before.at("spec"));
        if (changed) {
            // What is declared of the parts of a specification is not looked at when the whole is refused.
            driverName(now.at("spec", "attacher"));
        }
        Field source = now.at("spec", "source");
        Field volume = source.at("persistentVolumeName");
        Field inline = source.at("inlineVolumeSpec");
        if (volume.isSet() == inline.isSet()) {
            String problem = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
            if (volume.isSet()) {
                source.forbidden(problem);
            } else {
                source.required(problem);
            }
        } else if (volume.isSet()) {
            volume.mustBeSet("must specify non empty persistentVolumeName");
        } else {
            PersistentVolumeChecks.inline(inline);
        }
        now.at("spec", "nodeName").named(NameRules::subdomain);
        StatusChecks.attachment(now.at("status"));
        if (volume.isSet()) {
            volume.named(NameRules::subdomain);
        }
        if (changed) {
            now.at("spec").declaredImmutable(before.at("spec"));
        } else {
            driverName(now.at("spec", "attacher"), NameRules::caselessSubdomain);
        }
    }

    static void capacity(Field now, Field before) {
        now.at("nodeTopology").labelSelector();
        now.at("storageClassName").named(NameRules::subdomain);
        Field capacity = now.at("capacity");
        if (capacity.text().startsWith("-")) {
            capacity.invalid("must be greater than or equal to 0");
        }
        if (before.isSet()) {
            now.at("nodeTopology").immutable(before.at("nodeTopology"));
            if (!now.at("storageClassName").text().equals(before.at("storageClassName").text())) {
                now.at("storageClassName").invalid(now.at("storageClassName").text(), "field is immutable");
            }
        }
    }
}
