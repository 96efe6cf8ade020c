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
     * Does what admission does before others are asked about an object.
     *
     * @param old
     *            null when the object is new
     */
    default void admit(ObjectNode object, @Nullable ObjectNode old) {
    }

    /**
     * Prepares a new object.
     *
     * @param dryRun nothing may be reserved for it
     */
    default void prepareCreate(ObjectNode object, boolean dryRun) {
    }

    /** Whether a new object may come with its status. */
    default boolean takesStatusOfNew() {
        return false;
    }

    /** Prepares a new object and adds what the client should know of what it was before. */
    default void prepareCreate(ObjectNode object, boolean dryRun, List<String> warnings) {
        prepareCreate(object, dryRun);
    }

    /** Whether a change of metadata counts as one of what is wanted. */
    default boolean raisesGeneration(ObjectNode old, ObjectNode object) {
        return false;
    }

    /** Prepares a change of the object itself (not of its status). */
    default void prepareUpdate(ObjectNode old, ObjectNode object) {
    }

    /**
     * Takes for an object that has been prepared what only one can have, and puts it in.
     *
     * @param old
     *            null when the object is new
     */
    default void reserve(@Nullable ObjectNode old, ObjectNode object, Reservation reservation) {
    }

    /** Prepares a change of the object's status. */
    default void prepareStatus(ObjectNode old, ObjectNode object) {
    }

    /** What is written through a sub-resource of this kind's own; null when it has no such sub-resource. */
    default @Nullable Part part(String subresource) {
        return null;
    }

    /** Adds what the client should know of an object that is written. */
    default void warn(ObjectNode object, List<String> warnings) {
    }

    /** Adds what the client should know of a request, whether it is refused or not. */
    default void warnOfRequest(Target target, Call call, List<String> warnings) {
    }

    /** Adds what the client should know of a deletion, of whatever it is. */
    default void warnOfDeletion(Remover.Options options, List<String> warnings) {
    }

    /**
     * Adds what is wrong.
     *
     * @param old null when the object is new
     */
    default void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
    }

    /** Adds what is wrong with an object of which the status has been changed. */
    default void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        validate(object, old, errors);
    }

    /**
     * Adds what the client should know of an object that has been found right.
     *
     * @param old null when the object is new
     */
    default void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
    }

    /** Adds what the client should know of a status that has been changed and found right; what there is to say of the rest is said when that changes. */
    default void warnOfValidStatus(ObjectNode object, ObjectNode old, List<String> warnings) {
    }

    /** Adds what the real server tells of an object in which nothing is set, beside its empty structs: a bookmark is one. */
    default void fillNothing(ObjectNode object) {
    }

    /** Whether something beside the finalizers of its metadata keeps a deleted object. */
    default boolean holdsDeletion(ObjectNode object) {
        return false;
    }

    /**
     * For how many seconds the object stays before it is gone, for what runs it to end.
     *
     * @param wanted
     *            by the client, null when it leaves that to the object
     * @return -1 when the kind has no such time
     */
    default long graceSeconds(ObjectNode object, @Nullable Long wanted) {
        return -1;
    }

    /** Whether a deletion that has been asked for says how long it may take. */
    default boolean hasGracePeriod() {
        return true;
    }

    /** Whether asking for a deletion raises the generation of what has one. */
    default boolean countsDeletion() {
        return true;
    }

    /**
     * Checks, beside what is checked for every kind, what whoever deletes an object holds true of it.
     *
     * @param uid "" when nothing is said of it
     * @param version "" when nothing is said of it
     */
    default void checkPreconditions(ObjectNode object, String uid, String version) {
    }

    /** A deletion has been asked for and the object stays for now. */
    default void prepareDeletion(ObjectNode object) {
    }

    /**
     * A deletion has been asked for of an object that is being deleted.
     *
     * @return whether that has changed it
     */
    default boolean repeatDeletion(ObjectNode object) {
        return false;
    }

    /** An object has been created, changed or marked for deletion. No lock is held. */
    default void committed(ObjectNode object) {
    }

    /** An object is gone. No lock is held. */
    default void deleted(ObjectNode object) {
    }
}
