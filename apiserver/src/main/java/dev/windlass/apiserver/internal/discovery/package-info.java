/** The documents that tell clients what is served. */
@NullMarked
package dev.windlass.apiserver.internal.discovery;

import org.jspecify.annotations.NullMarked;
