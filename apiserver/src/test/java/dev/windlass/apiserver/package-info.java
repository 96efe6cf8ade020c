/** Tests of the API server over the wire. */
@NullMarked
package dev.windlass.apiserver;

import org.jspecify.annotations.NullMarked;
