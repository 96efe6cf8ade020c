package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import org.jspecify.annotations.Nullable;

/** A stored object as one handler sees it in one call; decoded when it is looked at. */
final class DeliveredObject<T extends HasMetadata> implements Observed<T> {

    private final StoredObject stored;
    private final ObjectDecoder<T> decoder;
    private final boolean initial;
    private final boolean unchanged;
    private final boolean unknownEnd;
    private @Nullable T object;
    private @Nullable ObjectMeta metadata;

    DeliveredObject(StoredObject stored, ObjectDecoder<T> decoder, boolean initial, boolean unchanged,
            boolean unknownEnd) {
        this.stored = stored;
        this.decoder = decoder;
        this.initial = initial;
        this.unchanged = unchanged;
        this.unknownEnd = unknownEnd;
    }

    @Override
    public ObjectKey key() {
        return stored.key();
    }

    @Override
    public String uid() {
        return stored.uid();
    }

    @Override
    public String resourceVersion() {
        return stored.resourceVersion();
    }

    @Override
    public T object() {
        T decoded = object;
        if (decoded == null) {
            decoded = decoder.decode(stored);
            object = decoded;
        }
        return decoded;
    }

    @Override
    public ObjectMeta metadata() {
        if (object != null) {
            return object.getMetadata();
        }
        ObjectMeta decoded = metadata;
        if (decoded == null) {
            decoded = decoder.metadata(stored);
            metadata = decoded;
        }
        return decoded;
    }

    @Override
    public boolean initial() {
        return initial;
    }

    @Override
    public boolean unchanged() {
        return unchanged;
    }

    @Override
    public boolean finalStateUnknown() {
        return unknownEnd;
    }

    @Override
    public String toString() {
        return stored.toString();
    }
}
