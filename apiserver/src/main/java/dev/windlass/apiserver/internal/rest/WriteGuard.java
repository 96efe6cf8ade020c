package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Refuses what somebody may not write though they may write to the resource. Thread-safe. */
public interface WriteGuard {

    /**
     * Asked before the object is validated.
     *
     * @param old
     *            null when the object is new
     * @throws ApiException
     *             403 when it is refused
     */
    default void check(Target target, ObjectNode object, @Nullable ObjectNode old, Call call) {
    }

    /**
     * Asked when the object has been found right.
     *
     * @param warnings
     *            what the client should know, if anything
     * @throws ApiException
     *             403 or 422 when it is refused
     */
    default void checkValid(Target target, ObjectNode object, @Nullable ObjectNode old, Call call,
            List<String> warnings) {
    }

    /**
     * Asked when nobody else has refused the object.
     *
     * @param reservation
     *            is closed when the object is stored, or will not be
     * @throws ApiException
     *             403 when it is refused
     */
    default void checkLast(Target target, ObjectNode object, @Nullable ObjectNode old, Call call,
            Reservation reservation) {
    }
}
