/** The {@code windlass} command. Not an API: nothing here is for other programs but its exit codes and its JSON. */
@NullMarked
package dev.windlass.cli;

import org.jspecify.annotations.NullMarked;
