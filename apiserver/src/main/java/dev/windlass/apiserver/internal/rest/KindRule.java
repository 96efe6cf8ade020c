package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What is special about one kind. Everything has a default, so that a kind says only what it needs. Thread-safe. */
public interface KindRule {

    /** Fills in what the kind has defaults for; on every write. */
    default void fillDefaults(ObjectNode object) {
    }

    /**
     * Prepares a new object.
     *
     * @param dryRun nothing may be reserved for it
     */
    default void prepareCreate(ObjectNode object, boolean dryRun) {
    }

    /** Whether a change of metadata counts as one of what is wanted. */
    default boolean raisesGeneration(ObjectNode old, ObjectNode object) {
        return false;
    }

    /** Prepares a change of the object itself (not of its status). */
    default void prepareUpdate(ObjectNode old, ObjectNode object) {
    }

    /** Adds what the client should know of an object that is written. */
    default void warn(ObjectNode object, List<String> warnings) {
    }

    /** Adds what the client should know of a request, whether it is refused or not. */
    default void warnOfRequest(Target target, Call call, List<String> warnings) {
    }

    /**
     * Adds what is wrong.
     *
     * @param old null when the object is new
     */
    default void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
    }

    /** Whether something beside the finalizers of its metadata keeps a deleted object. */
    default boolean holdsDeletion(ObjectNode object) {
        return false;
    }

    /** Whether a deletion that has been asked for says how long it may take. */
    default boolean hasGracePeriod() {
        return true;
    }

    /** A deletion has been asked for and the object stays for now. */
    default void prepareDeletion(ObjectNode object) {
    }

    /** An object has been created, changed or marked for deletion. No lock is held. */
    default void committed(ObjectNode object) {
    }

    /** An object is gone. No lock is held. */
    default void deleted(ObjectNode object) {
    }
}
