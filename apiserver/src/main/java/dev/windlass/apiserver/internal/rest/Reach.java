package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What a change reaches of an object: all but its status, or what a sub-resource is about. */
record Reach(ResourceType type, KindRule rule, String subresource, @Nullable Part part) {

    static Reach of(Target target, Resources resources) {
        KindRule rule = resources.ruleOf(target.type());
        return new Reach(target.type(), rule, target.subresource(), rule.part(target.subresource()));
    }

    /** Whether it is the object itself, of which a scale is a view. */
    boolean isWhole() {
        return subresource.isEmpty() || subresource.equals(Scales.NAME);
    }

    boolean isStatus() {
        return subresource.equals("status");
    }

    /** Whether it is about what is wanted, rather than what is. */
    boolean isWanted() {
        return isWhole() || part != null;
    }

    /** Whether finalizers need no domain: of the status of a cron job only that is checked which is checked of all kinds. */
    boolean anyFinalizer() {
        return type.traits().anyFinalizer() || (isStatus() && type.is("batch", "cronjobs"));
    }

    /** The half of the object that stays as it is. */
    String kept() {
        return isWanted() ? "status" : "spec";
    }

    /** The fields of which nobody becomes the manager. */
    ObjectNode unmanaged() {
        ObjectNode fields = Json.object();
        switch (subresource) {
            case "", "finalize" -> {
                if (type.hasStatus()) {
                    fields.putObject("f:status");
                }
            }
            case Scales.NAME -> {
                // changes nothing but the replicas
            }
            default -> {
                if (part != null) {
                    break; // the real server tells also who has sent what does not count
                }
                fields.putObject("f:spec");
                if (type.traits().statusKeepsMetadata()) {
                    fields.putObject("f:metadata");
                } else if (type.is("", "pods")) {
                    ObjectNode metadata = fields.putObject("f:metadata");
                    metadata.putObject("f:deletionTimestamp");
                    metadata.putObject("f:ownerReferences");
                } else if (type.is("apps", "deployments")) {
                    fields.putObject("f:metadata").putObject("f:labels");
                }
            }
        }
        return fields;
    }

    /** What may be changed, as it is desired, over what may not, as it is; the desired object may become the result. */
    ObjectNode merge(ObjectNode old, ObjectNode desired) {
        ObjectNode object = switch (subresource) {
            case "", "finalize", Scales.NAME -> {
                if (type.hasStatus()) {
                    Json.share("status", old, desired);
                }
                yield desired;
            }
            case "status" -> mergeStatus(old, desired);
            default -> {
                if (part == null) {
                    throw ApiException.methodNotAllowed();
                }
                yield part.merge(old, desired);
            }
        };
        boolean tellsItself = type.isCustom() && isWanted(); // a wrong kind is refused
        return tellsItself ? object : object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
    }

    private ObjectNode mergeStatus(ObjectNode old, ObjectNode desired) {
        ObjectNode object = old.deepCopy();
        Json.share("status", desired, object);
        if (type.traits().statusKeepsMetadata()) {
            shareInMetadata("managedFields", desired, object);
            if (!type.isCustom()) {
                shareInMetadata("uid", desired, object); // the wrong one is refused
                shareInMetadata("generateName", desired, object);
                shareInMetadata("deletionGracePeriodSeconds", desired, object);
            }
        } else {
            object.set("metadata", desired.path("metadata"));
            if (type.is("apps", "deployments")) {
                shareInMetadata("labels", old, object);
            }
        }
        return object;
    }

    /**
     * Adds what the kind finds wrong.
     *
     * @param old null when the object is new
     */
    void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        if (old != null && part != null) {
            part.validate(object, old, errors);
        } else if (old != null && isStatus()) {
            rule.validateStatus(object, old, errors);
        } else {
            rule.validate(object, old, errors);
        }
    }

    /**
     * Adds what the client should know of an object in which nothing has been found wrong.
     *
     * @param old
     *            null when the object is new
     */
    void warn(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        if (old != null && isStatus()) {
            rule.warnOfValidStatus(object, old, warnings);
        } else {
            rule.warnOfValid(object, old, warnings);
        }
    }

    static void shareInMetadata(String field, ObjectNode from, ObjectNode to) {
        Json.share(field, Metadata.of(from), Metadata.of(to));
    }
}
