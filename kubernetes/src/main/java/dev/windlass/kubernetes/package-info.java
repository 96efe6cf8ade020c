/** Cluster connections, client, list-watch, shared informers and cache. */
@NullMarked
package dev.windlass.kubernetes;

import org.jspecify.annotations.NullMarked;
