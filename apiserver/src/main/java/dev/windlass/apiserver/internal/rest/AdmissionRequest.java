package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is about to be done, for those who are asked about it.
 *
 * @param operation
 *            CREATE, UPDATE, DELETE or CONNECT
 * @param target
 *            its name is empty when many are deleted, or when it has yet to be made up
 * @param object
 *            as it is to be; it may be changed where it is asked to. Null when it is to be deleted
 * @param old
 *            as it is; null when it is new
 * @param before
 *            where that comes from; null when the object is new
 * @param options
 *            of the operation, an object of meta.k8s.io/v1; null when it has none but the object
 * @param reading
 *            what somebody has made of the object is read by it; it may refuse it
 * @param own
 *            what the server itself makes of the object before others are asked
 * @param warnings
 *            takes what the client should know
 */
public record AdmissionRequest(String operation, Target target, @Nullable ObjectNode object, @Nullable ObjectNode old,
        @Nullable Before before, @Nullable ObjectNode options, User user, boolean dryRun, Reading reading, Runnable own,
        List<String> warnings) {

    /** Reads what somebody has made of an object. */
    @FunctionalInterface
    public interface Reading {
        /** It is taken as it is. */
        Reading NONE = (made, _) -> made;

        /**
         * @param made
         *            it may be changed
         * @param as
         *            the type of which it is
         * @return it in the form in which it is taken
         */
        ObjectNode read(ObjectNode made, ResourceType as);
    }

    public ResourceType type() {
        return target.type();
    }

    /** Of what kind the objects are: that of the resource, unless a sub-resource has one of its own. */
    public ObjectNode kind() {
        Subresource part = type().subresource(target.subresource());
        ObjectNode kind = Json.object().put("group", type().group()).put("version", type().version()).put("kind",
                part == null ? type().kind() : part.kind());
        return part == null || part.version().isEmpty()
                ? kind
                : kind.put("group", part.group()).put("version", part.version());
    }

    /** In which it is; of a namespace, itself. */
    public String namespace() {
        return type().is("", "namespaces") ? target.name() : target.namespace();
    }

    /** The object, where there is one. */
    public ObjectNode required() {
        if (object == null) {
            throw new IllegalStateException("a request to " + operation + " has no object");
        }
        return object;
    }

    /** Adds what the client should know: nothing twice, and not nothing. */
    public void warn(List<String> more) {
        for (String each : more) {
            if (!each.isEmpty() && !warnings.contains(each)) {
                warnings.add(each);
            }
        }
    }

    /** An object as a version of its kind shows it, the one that is asked for or another: a copy. */
    public ObjectNode shown(ObjectNode whole, ResourceType as) {
        if (as == type()) {
            return whole.deepCopy();
        }
        ObjectNode shown = Face.convert(whole, type(), as);
        String kept = before == null ? null : before.kept();
        ObjectNode stored = kept == null ? null : stored(as);
        if (kept != null && stored != null) {
            Json.share(kept, stored, shown);
        }
        return shown;
    }

    /** What is there before as a version of its kind shows it; null when the object is new. It must not be changed. */
    public @Nullable ObjectNode shownBefore(ResourceType as) {
        if (old == null || as == type()) {
            return old;
        }
        ObjectNode stored = stored(as);
        return stored == null ? Face.convert(old, type(), as) : stored;
    }

    /** What is there before as it is stored, where the version that is asked for shows all of that and the one that is spoken may not; else null. */
    private @Nullable ObjectNode stored(ResourceType as) {
        return before == null || Face.of(type()) == null ? null : Codec.raw(before.stored(), as);
    }

    /**
     * Lets the object be what somebody has made of it.
     *
     * @param as
     *            the type of which that is: the one that {@link #shown} was asked for
     * @return whether it is another one now
     */
    public boolean become(ObjectNode made, ResourceType as) {
        ObjectNode read;
        if (as == type()) {
            read = reading.read(made, as);
        } else if (as.isCustom()) {
            read = reading.read(made.put("apiVersion", type().apiVersion()), type());
        } else {
            read = Face.convert(reading.read(made, as), as, type());
        }
        if (Json.same(object, read)) {
            return false;
        }
        Json.become(required(), read);
        return true;
    }
}
