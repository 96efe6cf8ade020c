package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.store.Stored;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is there before a change.
 *
 * @param stored
 *            as it is stored
 * @param object
 *            as the version of the API that is spoken shows it; it is not changed
 * @param kept
 *            the field that the change has been found to leave as it is; null while it may still change all
 */
record Before(Stored stored, ObjectNode object, @Nullable String kept) {
}
