/** Folders that this room makes for itself. */
@NullMarked
package dev.windlass.modules.internal.disk;

import org.jspecify.annotations.NullMarked;
