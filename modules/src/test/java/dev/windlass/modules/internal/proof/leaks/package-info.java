/** Code of a module, loaded by a loader of its own for each leak. */
@NullMarked
package dev.windlass.modules.internal.proof.leaks;

import org.jspecify.annotations.NullMarked;
