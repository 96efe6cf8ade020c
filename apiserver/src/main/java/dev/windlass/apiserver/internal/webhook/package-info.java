/** Calls webhooks: where they are, and one request to them. */
@NullMarked
package dev.windlass.apiserver.internal.webhook;

import org.jspecify.annotations.NullMarked;
