/** Objects in memory: one version sequence, a map and a bounded history per resource. */
@NullMarked
package dev.windlass.apiserver.internal.store;

import org.jspecify.annotations.NullMarked;
