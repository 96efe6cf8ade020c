/** Who manages which field of an object, and server-side apply over it. */
@NullMarked
package dev.windlass.apiserver.internal.apply;

import org.jspecify.annotations.NullMarked;
