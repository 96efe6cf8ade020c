/**
 * HTTP endpoints as units of a manager: health probes, metrics and the admin API.
 *
 * <p>Each endpoint is a {@link dev.windlass.lifecycle.Unit} of its own, with a port of its own: add it, stop it, start it again
 * like any other part.
 */
@NullMarked
package dev.windlass.server;

import org.jspecify.annotations.NullMarked;
