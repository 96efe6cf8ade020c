/** An operator that publishes small websites: the example to read first. */
@NullMarked
package dev.windlass.examples.website;

import org.jspecify.annotations.NullMarked;
