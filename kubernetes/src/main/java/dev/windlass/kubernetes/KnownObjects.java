package dev.windlass.kubernetes;

import dev.windlass.lifecycle.CarryOver;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a handler had been told of when it was detached: key, uid and resource version of each object, about 60 bytes each
 * beside the key. A successor that starts with it learns of deletions that happened while nobody watched. Immutable.
 */
public final class KnownObjects implements CarryOver, Iterable<KnownObject> {

    private static final KnownObjects NONE = new KnownObjects(new Identity[0]);

    private final Identity[] known;

    private KnownObjects(Identity[] known) {
        this.known = known;
    }

    /** Nothing. */
    public static KnownObjects none() {
        return NONE;
    }

    /** What is given. */
    public static KnownObjects of(Collection<KnownObject> objects) {
        return ofIdentities(objects.stream().map(Identity::of).toList());
    }

    static KnownObjects ofIdentities(Collection<Identity> identities) {
        return identities.isEmpty() ? NONE : new KnownObjects(identities.toArray(Identity[]::new));
    }

    Map<ObjectKey, Identity> byKey() {
        return Arrays.stream(known).collect(Collectors.toMap(Identity::key, Function.identity()));
    }

    @Override
    public long count() {
        return known.length;
    }

    @Override
    public List<String> sample(int max) {
        return Arrays.stream(known).limit(max).map(identity -> identity.key().toString()).toList();
    }

    /** Whether an object of that key was known. */
    public boolean contains(ObjectKey key) {
        return Arrays.stream(known).anyMatch(identity -> identity.key().equals(key));
    }

    @Override
    public Iterator<KnownObject> iterator() {
        return Arrays.stream(known).map(Identity::known).iterator();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KnownObjects that && Arrays.equals(known, that.known);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(known);
    }

    @Override
    public String toString() {
        return known.length + " known objects";
    }
}
