/** Custom resource definitions and what follows from them. */
@NullMarked
package dev.windlass.apiserver.internal.crd;

import org.jspecify.annotations.NullMarked;
