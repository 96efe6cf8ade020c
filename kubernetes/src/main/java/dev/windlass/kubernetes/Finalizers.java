package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.List;

/** Finalizers of an object in memory. Write the object afterwards. */
public final class Finalizers {

    private Finalizers() {
    }

    /** Whether the object has the finalizer. */
    public static boolean has(HasMetadata object, String finalizer) {
        return present(object).contains(finalizer);
    }

    /**
     * Adds a finalizer at the end. Returns false when it was there.
     *
     * @throws IllegalStateException when the object is being deleted: the server refuses new finalizers then
     */
    public static boolean add(HasMetadata object, String finalizer) {
        if (has(object, finalizer)) {
            return false;
        }
        ObjectMeta meta = object.getMetadata();
        if (meta.getDeletionTimestamp() != null) {
            throw new IllegalStateException(
                    object.getKind() + " " + ObjectKey.of(object) + " is being deleted: finalizer "
                            + finalizer + " can no longer be added");
        }
        List<String> more = new ArrayList<>(present(object));
        more.add(finalizer);
        meta.setFinalizers(more);
        return true;
    }

    /** Removes a finalizer. Returns false when it was not there. */
    public static boolean remove(HasMetadata object, String finalizer) {
        if (!has(object, finalizer)) {
            return false;
        }
        List<String> fewer = new ArrayList<>(present(object));
        fewer.remove(finalizer);
        object.getMetadata().setFinalizers(fewer);
        return true;
    }

    private static List<String> present(HasMetadata object) {
        List<String> finalizers = object.getMetadata().getFinalizers();
        return finalizers == null ? List.of() : finalizers;
    }
}
