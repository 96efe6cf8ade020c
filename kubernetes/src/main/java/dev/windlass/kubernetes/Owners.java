package dev.windlass.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Owner references of an object in memory. Write the object afterwards. */
public final class Owners {

    private Owners() {
    }

    /** The reference that is marked as controller. */
    public static Optional<OwnerReference> controllerOf(ObjectMeta meta) {
        return references(meta).stream().filter(reference -> Boolean.TRUE.equals(reference.getController()))
                .findFirst();
    }

    /** The reference that is marked as controller. */
    public static Optional<OwnerReference> controllerOf(HasMetadata object) {
        return controllerOf(object.getMetadata());
    }

    /** A reference to an owner that the server has: it needs a uid. */
    public static OwnerReference reference(HasMetadata owner, boolean controller, boolean blockDeletion) {
        ObjectMeta meta = owner.getMetadata();
        if (meta.getUid() == null) {
            throw new IllegalArgumentException(owner.getKind() + " " + ObjectKey.of(owner)
                    + " has no uid: an owner must have been read from the server");
        }
        return new OwnerReferenceBuilder().withApiVersion(owner.getApiVersion()).withKind(owner.getKind())
                .withName(meta.getName()).withUid(meta.getUid()).withController(controller ? true : null)
                .withBlockOwnerDeletion(blockDeletion ? true : null).build();
    }

    /**
     * Makes the owner the controller of a child: it is deleted with its owner, and its owner hears of its changes.
     *
     * @throws IllegalStateException when another owner is its controller
     * @throws IllegalArgumentException when the owner is in another namespace, which the server would take for a missing owner
     */
    public static void setController(HasMetadata owner, HasMetadata child) {
        String ownerNamespace = owner.getMetadata().getNamespace();
        if (ownerNamespace != null && !ownerNamespace.isEmpty()
                && !ownerNamespace.equals(child.getMetadata().getNamespace())) {
            throw new IllegalArgumentException(owner.getKind() + " " + ObjectKey.of(owner) + " cannot own "
                    + child.getKind() + " "
                    + ObjectKey.of(child) + ": an owner must be in the namespace of its child, or cluster-scoped");
        }
        OwnerReference reference = reference(owner, true, true);
        controllerOf(child).filter(other -> !other.getUid().equals(reference.getUid())).ifPresent(other -> {
            throw new IllegalStateException(
                    child.getKind() + " " + ObjectKey.of(child) + " is controlled by " + other.getKind()
                            + " " + other.getName() + ": an object has one controller");
        });
        List<OwnerReference> references = new ArrayList<>(references(child.getMetadata()));
        references.removeIf(other -> other.getUid().equals(reference.getUid()));
        references.add(reference);
        child.getMetadata().setOwnerReferences(references);
    }

    /** The names of the owners of a kind, any version of its group. */
    public static List<String> ownersOf(ObjectMeta meta, ResourceType<?> kind) {
        return references(meta).stream()
                .filter(reference -> reference.getKind().equals(kind.kind()) && group(reference).equals(kind.group()))
                .map(OwnerReference::getName).toList();
    }

    private static String group(OwnerReference reference) {
        String version = reference.getApiVersion();
        int slash = version.indexOf('/');
        return slash < 0 ? "" : version.substring(0, slash);
    }

    private static List<OwnerReference> references(ObjectMeta meta) {
        List<OwnerReference> references = meta.getOwnerReferences();
        return references == null ? List.of() : references;
    }
}
