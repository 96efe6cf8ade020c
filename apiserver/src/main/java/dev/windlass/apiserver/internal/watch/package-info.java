/** Watches as streams without a thread of their own. */
@NullMarked
package dev.windlass.apiserver.internal.watch;

import org.jspecify.annotations.NullMarked;
