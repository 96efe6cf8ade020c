/** Asks webhooks whether something may be written. */
@NullMarked
package dev.windlass.apiserver.internal.admission;

import org.jspecify.annotations.NullMarked;
